# Fuzzing with libFuzzer (clang). `make fuzz SECONDS=60` runs every target so long; `make build/fuzz/message` builds one.
# A target starts from tests/fuzz/seeds/NAME and, for messages, from the *.eml below CORPUS=folder; what it learns stays in build/fuzz/corpus/NAME.
SECONDS    ?= 60
CORPUS     ?=
FUZZ_CC    ?= clang
FUZZ_SAN   := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC))
FUZZ_ROOMS := app parse io mail round base
FUZZ_OBJ   := $(patsubst daemon/%.c,build/fuzz/obj/%.o,$(foreach r,$(FUZZ_ROOMS),$(filter-out %/main.c,$(wildcard daemon/$(r)/*.c))))
FUZZ_LIBS   = $(call libs_of,glib-2.0 gmime-3.0 jansson libidn2 libutf8proc sqlite3 libconfig libsystemd libzip libmagic libseccomp) -lm

.PHONY: fuzz fuzz-programs
fuzz-programs: $(FUZZ_NAMES:%=build/fuzz/%)

build/fuzz/obj/%.o: daemon/%.c
	@mkdir -p $(@D)
	$(call say,FUZZ-CC)$(FUZZ_CC) $(CPPFLAGS) -U_FORTIFY_SOURCE -std=gnu11 -O1 -g -w -fno-omit-frame-pointer $(FUZZ_SAN) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/libfuzzed.a: $(FUZZ_OBJ)
	$(call say,AR)rm -f $@ && ar rcs $@ $^

build/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h build/fuzz/libfuzzed.a
	$(call say,FUZZ-CC)$(FUZZ_CC) $(CPPFLAGS) -U_FORTIFY_SOURCE -Itests/fuzz -std=gnu11 -O1 -g -w $(FUZZ_SAN) -fsanitize=fuzzer -o $@ $< build/fuzz/libfuzzed.a $(FUZZ_LIBS)

# Leaks of other people's libraries at the end are not looked for; ours live in arenas.
fuzz:
	tests/install-packages build fuzz
	@$(MAKE) -j$(JOBS) --no-print-directory fuzz-programs
	@failed=0; for name in $(FUZZ_NAMES); do \
	  own=build/fuzz/corpus/$$name; mkdir -p $$own build/fuzz/crashes; seeds=; \
	  if [ -d tests/fuzz/seeds/$$name ]; then seeds=tests/fuzz/seeds/$$name; fi; \
	  if [ $$name = message ] && [ -d "$(CORPUS)" ]; then find "$(CORPUS)" -name '*.eml' -size -200k -exec cp -n {} $$own \; ; fi; \
	  echo "  FUZZ  $$name, $(SECONDS) s"; \
	  ASAN_OPTIONS=detect_leaks=0 build/fuzz/$$name -max_total_time=$(SECONDS) -timeout=20 -rss_limit_mb=3000 -max_len=65536 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/crashes/$$name- $$own $$seeds >build/fuzz/$$name.log 2>&1 || failed=1; \
	  grep -E 'stat::number|ERROR|SUMMARY|Test unit' build/fuzz/$$name.log || true; \
	done; exit $$failed

-include $(wildcard build/fuzz/obj/*/*.d)
