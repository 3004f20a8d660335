# Taamim: build, test, install.  GNU make.
#
#   make             the programs, in build/
#   make test        installs what is missing, builds, runs every test; last line: N passed, N failed, N skipped
#   make lint        warnings, clang-tidy, cppcheck and the rules of the rooms
#   make check-crash nearly every scenario with the process killed at each kind of step that lasts; make test does it with some of them
#   make check-asan  the tests under the address and undefined-behaviour sanitizers (build-asan/)
#   make check-valgrind   the unit tests and the scenarios under valgrind
#   make check-systemd    the unit under a real systemd, in a Debian of its own (root; see tests/systemd/run)
#   make deb         a Debian package in build/deb/new, which lintian has nothing to say of
#   make check-deb   installs, upgrades, removes and purges it in a Debian of its own (root; three minutes; see tests/systemd/run)
#   make fuzz        what strangers write, by libFuzzer (clang): SECONDS=60 for each target
#   make soak        programs are killed at 500 instants while 500 notices and 500 replies are on their way; SEED=N PARTIES=N KILLS=N
#   make demo        a whole round on private mail servers; KEEP=1 leaves them running
#   make bench       the figures
#   make install     DESTDIR= PREFIX=/usr/local SYSCONFDIR=/etc
#
# BUILD=dir builds elsewhere, SAN=1 with sanitizers, V=1 shows the commands. A room or a program whose files are not there is left out.

BUILD      ?= build
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
# where Debian's zsh looks: for packages, and for what one has installed oneself
ZSHDIR     ?= $(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
BASHDIR    ?= $(PREFIX)/share/bash-completion/completions
KEEP       ?=
SAN        ?=
V          ?=
say         = $(if $(V),,@echo '  $(1)  $@';)

# The rooms in the order of linking: what is named may use what comes after it, and nothing before it.
SHARED   := io mail round base
CHILD    := mail round base
rooms_of_base    := base
rooms_of_round   := round base
rooms_of_mail    := mail round base
rooms_of_io      := $(SHARED)
rooms_of_collect := collect $(CHILD)
rooms_of_send    := send $(CHILD)
rooms_of_parse   := parse $(CHILD)
rooms_of_scan    := scan $(CHILD)
rooms_of_app     := app $(SHARED)
rooms_of_cli     := cli app $(SHARED)
ALL_ROOMS        := cli app parse send collect scan $(SHARED)

# Programs, the room of each one's main.c, and the libraries it may link. --as-needed drops what it does not use.
CHILDREN := taamim-collect taamim-send taamim-parse taamim-scan
PROGRAMS := taamimd taamim $(CHILDREN)
room_taamimd        := app
room_taamim         := cli
room_taamim-collect := collect
room_taamim-send    := send
room_taamim-parse   := parse
room_taamim-scan    := scan
COMMON_PKGS         := glib-2.0 gmime-3.0 jansson libidn2 libutf8proc
pkgs_taamimd        := $(COMMON_PKGS) sqlite3 libconfig libsystemd libzip
pkgs_taamim         := $(COMMON_PKGS) sqlite3 libconfig libzip
pkgs_taamim-collect := $(COMMON_PKGS) libcurl
pkgs_taamim-send    := $(COMMON_PKGS) libcurl
pkgs_taamim-parse   := $(COMMON_PKGS) gnutls libmagic libseccomp libzip libqpdf libgsf-1 libarchive
pkgs_taamim-scan    := $(COMMON_PKGS) libseccomp
ALL_PKGS            := $(sort $(foreach p,$(PROGRAMS),$(pkgs_$(p))))

# libetpan's own flags carry a specs file that makes a program non-PIE, so it is named plainly.
libs_of  = $(shell pkg-config --libs $(1) 2>/dev/null) $(if $(filter libcurl,$(1)),-letpan)
ALL_LIBS = $(call libs_of,$(ALL_PKGS)) -lcmocka -lm

ifeq ($(origin CC),default)
CC       := gcc
endif
# Other people's headers as system headers: their warnings are not ours.
SYSTEM   := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(ALL_PKGS) 2>/dev/null))
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion
CPPFLAGS := -Idaemon -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(SYSTEM)
CFLAGS   := -std=gnu11 -O2 -g $(WARN) $(WERROR) -fPIE -fstack-protector-strong
LDFLAGS  := -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed
ifeq ($(SAN),1)
CFLAGS   += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LDFLAGS  += -fsanitize=address,undefined
else
CPPFLAGS += -D_FORTIFY_SOURCE=2
endif

# --- what is there ---------------------------------------------------------------------------------------------------
sources_of  = $(filter-out %/main.c,$(wildcard daemon/$(1)/*.c))
objects_of  = $(patsubst daemon/%.c,$(BUILD)/obj/%.o,$(call sources_of,$(1)))
present     = $(foreach r,$(1),$(if $(call sources_of,$(r)),$(r)))
archives_of = $(patsubst %,$(BUILD)/lib%.a,$(call present,$(1)))

MADE      := $(foreach p,$(PROGRAMS),$(if $(wildcard daemon/$(room_$(p))/main.c),$(BUILD)/$(p)))
SOURCES   := $(wildcard daemon/*/*.c)
# tests/unit: each test_ROOM_MODULE.c is a program and links its room and those above; other files there are shared help
UNIT      := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
UNIT_HELP := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
# tests/scenario: all files together are one runner, called with one *.scenario file at a time
SCEN_SRC  := $(wildcard tests/scenario/*.c)
SCENARIO  := $(if $(SCEN_SRC),$(BUILD)/tests/scenario)
# tests/system, tests/bench, tests/systemd: each .c is a small program of its own (a fake server, a generator)
HELPERS   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/system/*.c tests/bench/*.c tests/systemd/*.c))
TESTS     := $(UNIT) $(SCENARIO) $(HELPERS)

.PHONY: all programs tests objects test lint check-crash check-asan check-valgrind check-systemd check-deb deb soak bench demo install clean packages compile-commands
.SECONDEXPANSION:
.SECONDARY:
.DELETE_ON_ERROR:

all: programs
programs: $(MADE)
tests: $(TESTS)
# every file, also of a room that no program links yet
objects: $(patsubst daemon/%.c,$(BUILD)/obj/%.o,$(SOURCES))

# --- rules -----------------------------------------------------------------------------------------------------------
$(BUILD)/obj/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: daemon/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Made under another name and renamed, so that two makes at once do not spoil it.
$(BUILD)/lib%.a: $$(call objects_of,$$*)
	@mkdir -p $(@D)
	$(call say,AR)rm -f $@.$$$$ && ar rcs $@.$$$$ $^ && mv $@.$$$$ $@

$(patsubst %,$(BUILD)/%,$(PROGRAMS)): $(BUILD)/%: $(BUILD)/obj/$$(room_$$*)/main.o \
                                      $$(call archives_of,$$(rooms_of_$$(room_$$*)))
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs_of,$(pkgs_$*)) -lm

# test_base_buf.c is of the room base; a name with no room in it links everything
rooms_of_test = $(or $(rooms_of_$(firstword $(subst _, ,$(1)))),$(ALL_ROOMS))
$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(UNIT_HELP) $$(call archives_of,$$(call rooms_of_test,$$*))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

# crash.c has what the daemon calls there come by: the daemon itself has no word about tests
CRASH_STEPS := daemon_commit fsync rename renameat2 unlink unlinkat rmdir store_begin write pwrite64 file_mkdirs
$(BUILD)/tests/scenario: LDFLAGS += $(CRASH_STEPS:%=-Wl,--wrap=%)
$(BUILD)/tests/scenario: $(patsubst %.c,$(BUILD)/obj/%.o,$(SCEN_SRC)) $$(call archives_of,$(ALL_ROOMS))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(HELPERS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $$(call archives_of,$(rooms_of_cli))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/tests/*/*.d)

# --- checks ----------------------------------------------------------------------------------------------------------
# Packages come first and make starts anew, since flags come from pkg-config. A part that does not build is a failure
# that tests/run counts, and does not hide the results of the rest.
JOBS := $(shell nproc 2>/dev/null || echo 2)

packages:
	tests/install-packages build

test:
	tests/install-packages build test
	@$(MAKE) -k -j$(JOBS) --no-print-directory programs tests || { mkdir -p $(BUILD); touch $(BUILD)/failed; }
	@BUILD=$(BUILD) tests/run unit scenario crash fault system

check-crash:
	tests/install-packages build test
	@$(MAKE) -j$(JOBS) --no-print-directory programs tests
	@BUILD=$(BUILD) CRASH=all tests/run crash

lint:
	tests/install-packages build lint
	BUILD=$(BUILD) tests/lint

check-asan:
	tests/install-packages build test
	@$(MAKE) -k -j$(JOBS) --no-print-directory BUILD=build-asan SAN=1 programs tests || { mkdir -p build-asan; touch build-asan/failed; }
	@BUILD=build-asan TOOL=asan tests/run unit scenario system

check-valgrind:
	tests/install-packages build test lint
	@$(MAKE) -k -j$(JOBS) --no-print-directory programs tests || { mkdir -p $(BUILD); touch $(BUILD)/failed; }
	@BUILD=$(BUILD) TOOL=valgrind tests/run unit scenario

check-systemd:
	@tests/systemd/run

check-deb:
	@BUILD=$(BUILD) tests/systemd/run package

soak:
	tests/install-packages build test
	@$(MAKE) -j$(JOBS) --no-print-directory programs
	@BUILD=$(BUILD) tests/soak/run

bench:
	tests/install-packages build test demo
	@$(MAKE) -j$(JOBS) --no-print-directory programs tests
	BUILD=$(BUILD) tests/bench/run

demo:
	@tests/install-packages build demo
	@$(MAKE) -s -j$(JOBS) --no-print-directory programs
	@KEEP=$(KEEP) BUILD=$(BUILD) tests/demo/run

include tests/fuzz/fuzz.mk

compile-commands:
	@tests/compile-commands "$(CC) $(CPPFLAGS) -Itests $(CFLAGS)" $(SOURCES) $(wildcard tests/*/*.c) > compile_commands.json

# --- install ---------------------------------------------------------------------------------------------------------
# The children lie in lib/taamim; the daemon looks beside itself and in ../lib/taamim. Files in /etc are never replaced. The register, which
# the daemon rewrites, has a folder of its own there: tmpfiles.d gives it to the user taamim, whom sysusers.d makes. Both are asked at once where
# root installs on the machine that will run it (no DESTDIR); a package's installation and each boot ask them too.
D := $(DESTDIR)
E := $D$(SYSCONFDIR)/taamim
install_new = test -e '$(strip $(2))' || install -D -m 644 '$(strip $(1))' '$(strip $(2))'
as_installed = sed 's|/usr/local|$(PREFIX)|g; s|^\( *register *= *"\)\(delegations.conf";\) \{0,9\}|\1register/\2|'
with_paths  = sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' systemd/$(1) > '$(2)' && chmod 644 '$(2)'

install: programs
	install -d '$D$(PREFIX)/sbin' '$D$(PREFIX)/bin' '$D$(PREFIX)/lib/taamim' '$D$(PREFIX)/share/taamim' '$E/rounds' '$E/register'
	$(if $(filter %/taamimd,$(MADE)),install -m 755 $(BUILD)/taamimd '$D$(PREFIX)/sbin/')
	$(if $(filter %/taamim,$(MADE)),install -m 755 $(BUILD)/taamim '$D$(PREFIX)/bin/')
	$(foreach c,$(filter $(CHILDREN:%=$(BUILD)/%),$(MADE)),install -m 755 $(c) '$D$(PREFIX)/lib/taamim/' &&) true
	cp -R templates config '$D$(PREFIX)/share/taamim/'
	@test -e '$E/taamim.conf' || { $(as_installed) config/taamim.conf > '$E/taamim.conf' && chmod 644 '$E/taamim.conf'; }
	@$(call install_new,config/delegations.conf,$E/register/delegations.conf)
	cp -Rn config/rounds/. '$E/rounds/'
	$(foreach s,1 5 8,$(foreach f,$(wildcard docs/*.$(s)),install -D -m 644 $(f) '$D$(PREFIX)/share/man/man$(s)/$(notdir $(f))' &&)) true
	$(foreach c,$(filter %/taamim,$(MADE)),install -d '$D$(BASHDIR)' '$D$(ZSHDIR)' && $(c) completion bash > '$D$(BASHDIR)/taamim' && \
		$(c) completion zsh > '$D$(ZSHDIR)/_taamim' && chmod 644 '$D$(BASHDIR)/taamim' '$D$(ZSHDIR)/_taamim')
	install -d '$D$(UNITDIR)' '$D$(PREFIX)/lib/sysusers.d' '$D$(PREFIX)/lib/tmpfiles.d'
	install -m 644 systemd/taamim.sysusers '$D$(PREFIX)/lib/sysusers.d/taamim.conf'
	$(call with_paths,taamim.tmpfiles,$D$(PREFIX)/lib/tmpfiles.d/taamim.conf)
	$(call with_paths,taamimd.service,$D$(UNITDIR)/taamimd.service)
ifeq ($(DESTDIR),)
ifeq ($(shell id -u),0)
	if command -v systemd-sysusers >/dev/null; then systemd-sysusers '$(PREFIX)/lib/sysusers.d/taamim.conf'; fi
	if command -v systemd-tmpfiles >/dev/null; then systemd-tmpfiles --create '$(PREFIX)/lib/tmpfiles.d/taamim.conf'; fi
	if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
endif
endif

# --- the Debian package ----------------------------------------------------------------------------------------------
# systemd/debian is the packaging; dpkg-buildpackage wants it as debian/ beside the sources, so they are copied into a folder of their own. The
# programs are those of $(BUILD). DEB=FOLDER DEB_VERSION=0.1 makes the package of another version.
DEB      ?= new
DEB_TREE := $(BUILD)/deb/$(DEB)/taamim
deb:
	tests/install-packages build deb
	@$(MAKE) -j$(JOBS) --no-print-directory programs
	rm -rf '$(BUILD)/deb/$(DEB)'
	install -d '$(DEB_TREE)/tests'
	cp -a daemon config templates docs systemd Makefile README.md '$(DEB_TREE)/'
	cp -a tests/fuzz tests/packages.build '$(DEB_TREE)/tests/'
	cp -a systemd/debian '$(DEB_TREE)/'
	sed -i "s/@BUILD_DEPENDS@/$$(sed 's/ *#.*//' tests/packages.build | paste -sd, | sed 's/,/, /g')/" '$(DEB_TREE)/debian/control'
	$(if $(DEB_VERSION),sed -i '1s/(.*)/($(DEB_VERSION))/' '$(DEB_TREE)/debian/changelog')
	cd '$(DEB_TREE)' && TAAMIM_BUILD='$(abspath $(BUILD))' DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -b -us -uc -ui
	rm -r '$(DEB_TREE)'
	lintian --fail-on error,warning --tag-display-limit 0 '$(BUILD)'/deb/'$(DEB)'/*.changes

clean:
	rm -rf build build-asan build-lint compile_commands.json
