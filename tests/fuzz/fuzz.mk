# Fuzzing with libFuzzer (clang). `make fuzz SECONDS=60` runs every target so long (tests/fuzz/run); `make build/fuzz/message` builds one.
SECONDS    ?= 60
CORPUS     ?= $(wildcard ../shared/corpus)
FUZZ_CC    ?= clang
FUZZ_SAN   := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC))
FUZZ_ROOMS := app parse io mail round base
FUZZ_OBJ   := $(patsubst daemon/%.c,build/fuzz/obj/%.o,$(foreach r,$(FUZZ_ROOMS),$(filter-out %/main.c,$(wildcard daemon/$(r)/*.c))))
FUZZ_LIBS   = $(call libs_of,glib-2.0 gmime-3.0 jansson libidn2 libutf8proc sqlite3 libconfig libsystemd libzip gnutls libmagic libseccomp libqpdf libgsf-1 libarchive) -lm

.PHONY: fuzz fuzz-programs
fuzz-programs: $(FUZZ_NAMES:%=build/fuzz/%)

build/fuzz/obj/%.o: daemon/%.c
	@mkdir -p $(@D)
	$(call say,FUZZ-CC)$(FUZZ_CC) $(CPPFLAGS) -U_FORTIFY_SOURCE -std=gnu11 -O1 -g -w -fno-omit-frame-pointer $(FUZZ_SAN) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/libfuzzed.a: $(FUZZ_OBJ)
	$(call say,AR)rm -f $@ && ar rcs $@ $^

build/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h build/fuzz/libfuzzed.a
	$(call say,FUZZ-CC)$(FUZZ_CC) $(CPPFLAGS) -U_FORTIFY_SOURCE -Itests/fuzz -std=gnu11 -O1 -g -w $(FUZZ_SAN) -fsanitize=fuzzer -o $@ $< build/fuzz/libfuzzed.a $(FUZZ_LIBS)

fuzz:
	tests/install-packages build fuzz
	@$(MAKE) -j$(JOBS) --no-print-directory fuzz-programs
	@SECONDS_EACH=$(SECONDS) CORPUS="$(CORPUS)" JOBS=$(JOBS) tests/fuzz/run $(FUZZ_NAMES)

-include $(wildcard build/fuzz/obj/*/*.d)
