# Forkproof. `make help` lists what to type; all output goes to build/.

B := build
O := $(B)/obj
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

# Each step is one short line; V=1 shows the commands.
ifeq ($(V),1)
say = @:
else
Q := @
say = @printf '  %-5s %s\n' $(1) $(2)
endif

# ---- What a person types -------------------------------------------------------------------------------------------

.PHONY: help all run debug break prove test clean deps
LEVELS := O0 O1 O3 Os

help:
	@echo 'make run     build, boot in Bochs, show the tour, check the invariants, power off; the status is the verdict'
	@echo 'make test    everything: the theorems, unit tests, boots'
	@echo 'make prove   the theorems, one line each'
	@echo 'make history linux-2.6.33 refuted, defect by defect; FROM=2.6.33 TO=3.8: what one kernel accepts and the other not'
	@echo 'make why     why each rule is there: the shortest calls that break something without it; RULE=newns-fs: in full'
	@echo 'make mutants whether the theorems notice faults planted in the machine code and in the source'
	@echo 'make debug   Bochs'"'"'s debugger at 0x7c00, symbols loaded'
	@echo 'make break   RULE=newns-fs: switch the rule off, play its witness and see what it guards break; DEBUG=1 stops there'
	@echo '             in the debugger; IN_FORCE=1: the same calls with the rule; SCRIPT=file: calls of your own'
	@echo '             LADDER=linux-2.6.33: failed forks cleaned up as that version did, and what it leaves behind'
	@echo 'make rows    each resource of copy_process: the program that shows it, here and on Linux'
	@echo 'make lint    clang-format and clang-tidy over the tree (some minutes)'
	@echo 'make all     build only        make clean   remove build/        make deps   install what is missing'
	@echo
	@echo 'on run and debug:  PROGRAM=./a.out ARGS="..."   a static i386 Linux program of your own'
	@echo '                   RULES=-newns-fs,...          rules switched off, or a profile: linux-2.6.33, linux-6.1'
	@echo '                   FAIL=STEP[:N[:ERRNO]]        the Nth execution of a step of fork fails'
	@echo '                   FAIL=each, FAIL=nth          each step, each allocation of every call fails in turn'
	@echo '                   LADDER=linux-2.6.33          what a failed fork took is given back as that version did'
	@echo '                   CHECK=off|call|step          when the invariants are checked'
	@echo '                   CMDLINE="..."                anything else for the kernel command line'
	@echo '                   TICKS=N                      stop after so many instructions'
	@echo '                   KERNEL=file                  another build of the kernel'
	@echo 'on prove:          T=steps/files FULL=1 FRESH=1 KERNEL=file          on mutants: SHARD=1/4 JSON=file MERGE=files'
	@echo 'on run, break, prove, why: JSON=file JUNIT=file  the result for programs and CI systems     on history: JSON=file'

# The words of the kernel command line. They reach the shell through the environment, so quotes survive.
WORDS = $(strip $(if $(RULES),rules=$(RULES)) $(if $(FAIL),fail=$(FAIL)) $(if $(LADDER),ladder=$(LADDER)) $(if $(CHECK),check=$(CHECK)) $(CMDLINE))
export WORDS PROGRAM ARGS

RUNNER   := $(B)/bin/forkproof-run
BOOTABLE := $(RUNNER) $(B)/boot/sector.bin $(B)/boot/loader.bin $(B)/kernel.boot.elf $(B)/initrd.cpio $(B)/kernel.sym
RUN      := $(RUNNER) --build $(B)
WORDS_OPTION    = $${WORDS:+--cmdline="$$WORDS"}
REPORT_OPTIONS  = $(if $(JSON),--json '$(JSON)') $(if $(JUNIT),--junit '$(JUNIT)')
PROGRAM_OPTIONS = $${PROGRAM:+--program="$$PROGRAM"} $${ARGS:+--args="$$ARGS"} $(if $(TICKS),--ticks=$(TICKS)) \
    $(if $(KERNEL),--kernel='$(KERNEL)')

all: $(BOOTABLE) $(B)/forkproof.img

run: $(BOOTABLE) bochsrc
	@$(RUN) $(WORDS_OPTION) $(PROGRAM_OPTIONS) $(REPORT_OPTIONS)

debug: $(BOOTABLE) $(B)/debug.sym bochsrc
	@$(RUN) --debug --symbols $(B)/debug.sym $(WORDS_OPTION) $(PROGRAM_OPTIONS)

# A rule is switched off and its witness played, by which exactly what was predicted breaks. IN_FORCE=1: not switched off.
WITNESSED := newuser-thread newuser-caps newns-fs newuser-fs thread-sighand sighand-vm parent-init nproc max-threads \
    fs-in-exec new-caps newipc-sysvsem newpid-thread newpid-parent parent-exit-signal reset-on-fork
WITNESSES := $(WITNESSED:%=$(B)/witness/%.script)
FORGETS_linux-2.6.33 := B1,B2,B5
WITNESS = $(or $(SCRIPT),$(if $(RULE),$(B)/witness/$(RULE).script))
ifneq ($(filter break,$(MAKECMDGOALS)),)
ifdef LADDER
ifndef FORGETS_$(LADDER)
$(error make break: LADDER=$(LADDER) is not known; there is linux-2.6.33)
endif
else ifeq ($(SCRIPT)$(filter $(RULE),$(WITNESSED)),)
$(error make break: RULE=$(RULE) is none of these: $(sort $(WITNESSED)); or SCRIPT=file, or LADDER=linux-2.6.33)
endif
endif

break: $(BOOTABLE) $(B)/user/play bochsrc $(if $(LADDER),,$(WITNESS))
ifdef LADDER
	@echo 'make break: failed forks are cleaned up as $(LADDER) did. Predicted to be left behind: $(FORGETS_$(LADDER))'
	@$(RUN) --cmdline='ladder=$(LADDER) fail=each' --expect-violation=$(FORGETS_$(LADDER)) \
	    $(REPORT_OPTIONS) $(if $(DEBUG),--break-debug)
else
	@$(RUN) --script '$(WITNESS)' $(if $(IN_FORCE),,--without-rule) $(WORDS_OPTION) $(REPORT_OPTIONS) $(if $(DEBUG),--break-debug) \
	    $(if $(KERNEL),--kernel='$(KERNEL)')
endif

# What is played is what the search finds.
$(B)/witness/%.script: $(B)/bin/why
	$(call say,WHY,$*)
	$(Q)mkdir -p $(@D) && $< --rule $* --script $@

# What is proved is the kernel that boots, or another one: KERNEL=file.
PROVE_OPTIONS = $(T) $(if $(T),--details) $(if $(filter 1,$(FRESH)),--fresh) $(REPORT_OPTIONS)
PROVED := $(if $(KERNEL),$(B)/other-boot.mem,$(B)/kernel.elf $(B)/forkproof.img $(B)/boot.mem)

# The memory at the instant before the first instruction in ring 3, of the kernel that is built or of another one.
FIRST_STATE = --cmdline=quiet --dump-memory $@ --dump-at 0x$$(nm $(1) | awk '$$3 == "return_to_user" { print $$1 }')
$(B)/boot.mem: $(BOOTABLE) $(B)/kernel.elf bochsrc
	$(call say,BOOT,$@)
	$(Q)$(RUN) $(call FIRST_STATE,$(B)/kernel.elf)
.PHONY: $(B)/other-boot.mem
$(B)/other-boot.mem: $(BOOTABLE) bochsrc
	$(Q)rm -f $@; nm '$(KERNEL)' >/dev/null 2>&1 || exit 0; $(RUN) --kernel '$(KERNEL)' $(call FIRST_STATE,'$(KERNEL)') || echo 'prove: $(KERNEL) does not come to its first program'

ifeq ($(filter 1,$(FULL)),)
prove: $(B)/bin/prove $(PROVED)
	@$(B)/bin/prove $(PROVE_OPTIONS) $(if $(KERNEL),--kernel '$(KERNEL)' --boot-memory $(B)/other-boot.mem)
else
# Everything: the long theorems, a second solver, other levels of optimisation, the verdict on every flag word, and a
# hundred times as many cases for the semantics of each instruction.
prove: $(B)/deps-full $(B)/bin/prove $(PROVED) validate-full verdict-sweep $(LEVELS:%=prove-%)
	@$(B)/bin/prove $(PROVE_OPTIONS) --full $(if $(KERNEL),--kernel '$(KERNEL)' --boot-memory $(B)/other-boot.mem)
endif

# Not what depends on how g++ has laid out this one kernel: the depth of its stack, and loops entered in the middle.
LEVEL_EXCEPT := --except stack --except helpers --except scheduling/charge
.PHONY: $(LEVELS:%=prove-%) verdict-sweep validate validate-full mutants
$(LEVELS:%=prove-%): prove-%: $(B)/bin/prove
	@+$(MAKE) --no-print-directory B=$(B)/levels/$* LEVEL=-$* $(B)/levels/$*/kernel.elf
	@echo 'the kernel at -$*:'
	@$(B)/bin/prove $(LEVEL_EXCEPT) --kernel $(B)/levels/$*/kernel.elf --cache $(B)/levels/$*/cache | tail -1

VALIDATE = $(B)/bin/validate $(B)/kernel.elf --processor $(B)/tests/native/processor \
    --privileged $(B)/tests/native/privileged.elf --sector $(B)/boot/sector.bin --loader $(B)/boot/loader.bin \
    --bochsrc bochsrc --build $(B)
VALIDATED := $(B)/bin/validate $(B)/tests/native/processor $(B)/tests/native/privileged.elf $(BOOTABLE) bochsrc
validate: $(VALIDATED)
	@$(VALIDATE)
validate-full: $(VALIDATED)
	@$(VALIDATE) --cases 100000

verdict-sweep: $(B)/tests/native/verdict_sweep $(B)/kernel.elf
	@$< $(B)/kernel.elf

# Why each rule is there: the shortest calls that break something without it. RULE=newns-fs: one in full.
.PHONY: why
why: $(B)/bin/why
	@$(B)/bin/why $(if $(RULE),--rule '$(RULE)') $(REPORT_OPTIONS)

# linux-2.6.33 refuted, and the rules of two kernels compared: FROM=2.6.33 TO=3.8.
.PHONY: history
history: $(B)/bin/history
	@$(B)/bin/history $(if $(FROM),--from '$(FROM)') $(if $(TO),--to '$(TO)') $(if $(JSON),--json '$(JSON)')

# Faults planted in the machine code and in the source, which the theorems must refute.
mutants: $(B)/bin/mutants $(B)/bin/prove $(B)/kernel.elf $(B)/kernel.how $(B)/forkproof.img
	@$(B)/bin/mutants --build $(B) $(if $(SHARD),--shard $(SHARD)) $(if $(JSON),--out '$(JSON)') $(if $(MERGE),--merge $(MERGE))

# What shows each resource of copy_process, in Bochs and on this Linux.
.PHONY: rows
rows: $(B)/bin/rows $(BOOTABLE) bochsrc test-programs
	@$(B)/bin/rows

test: $(BOOTABLE) $(B)/forkproof.img $(B)/boot.mem $(B)/bin/mkimage $(B)/bin/prove $(B)/bin/unit-tests $(B)/bin/bochs-tests
test: $(VALIDATED) $(B)/bin/mutants $(B)/kernel.how
test: test-programs $(WITNESSES) $(B)/bin/why $(B)/bin/history
	@.ci/test $(B)

clean:
	rm -rf $(B)

# Packages. Each stamp says that what is needed for running, or for testing, was found.
deps:
	@.ci/deps run test && echo 'nothing is missing'

$(B)/deps-run $(B)/deps-test $(B)/deps-full $(B)/deps-lint: $(B)/deps-%: .ci/deps
	@.ci/deps $*
	@mkdir -p $(B) && touch $@
$(B)/deps-test $(B)/deps-full $(B)/deps-lint: $(B)/deps-run # one apt at a time

# ---- boot/ ---------------------------------------------------------------------------------------------------------

$(B)/boot/%.bin: boot/%.asm $(wildcard boot/*.inc) Makefile | $(B)/deps-run
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)nasm -f bin -Wall -Werror --before '[map symbols $(@:.bin=.map)]' -o $@ $<

# For Bochs's debugger: the labels of boot sector and loader, out of NASM's maps, what lies between them and the kernel,
# so that no address there takes the name of the label before it, and the kernel's symbols.
$(B)/debug.sym: $(B)/boot/sector.bin $(B)/boot/loader.bin $(B)/kernel.sym Makefile
	$(Q)awk 'FNR == 1 { labels = 0 } /^-+ Section / { labels = 1 } labels && NF == 3 && $$1 != "Real" { print tolower($$1), $$3 }' \
	    $(B)/boot/sector.map $(B)/boot/loader.map >$@
	$(Q)printf '%s\n' 'c0000 VGA_BIOS' 'e0000 BIOS' '100000 above_1_MB' '8048000 program' >>$@ && cat $(B)/kernel.sym >>$@

$(B)/forkproof.img: $(B)/bin/mkimage $(filter-out $(RUNNER),$(BOOTABLE))
	$(call say,IMAGE,$@)
	$(Q)$< --sector $(B)/boot/sector.bin --loader $(B)/boot/loader.bin --kernel $(B)/kernel.boot.elf \
	    --initrd $(B)/initrd.cpio --out $@

# ---- kernel/ -------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wconversion -Wshadow
ifneq ($(filter true 1,$(CI) $(WERROR)),)
WARNINGS += -Werror
endif
DEPEND = -MMD -MP

# LEVEL=-O0 to -O3: what is shipped is -O2; the full check proves the others too.
LEVEL := -O2
KERNEL_FLAGS := -m32 -march=i686 $(LEVEL) -g -std=c++20 -ffreestanding -fno-exceptions -fno-rtti -fno-pic -fno-pie \
    -mgeneral-regs-only -fno-jump-tables -fno-threadsafe-statics -fno-stack-protector -fno-omit-frame-pointer \
    -fno-asynchronous-unwind-tables -fcf-protection=none -fno-strict-aliasing -fno-delete-null-pointer-checks \
    '-ffile-prefix-map=$(CURDIR)=.' # the same kernel wherever the tree lies

KERNEL_SOURCES := $(sort $(shell find kernel -name '*.cpp' -o -name '*.asm'))
KERNEL_OBJECTS := $(KERNEL_SOURCES:%=$(O)/%.o)

$(O)/kernel/%.cpp.o: kernel/%.cpp Makefile | $(B)/deps-run
	$(call say,C++,$<)
	@mkdir -p $(@D)
	$(Q)g++ $(KERNEL_FLAGS) $(WARNINGS) $(DEPEND) -I. -c $< -o $@

$(O)/kernel/%.asm.o: kernel/%.asm Makefile | $(B)/deps-run
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)nasm -f elf32 -g -F dwarf -I ./ -MD $(@:.o=.d) -MP -o $@ $<

LINK_KERNEL = g++ -m32 -static -nostdlib -no-pie -Wl,-T,kernel/kernel.ld -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
    -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments $(KERNEL_OBJECTS) -lgcc -o

$(B)/kernel.elf: $(KERNEL_OBJECTS) kernel/kernel.ld
	$(call say,LINK,$@)
	$(Q)$(LINK_KERNEL) $@

# How a mutant of the kernel is built: one file anew, the other objects as they are.
$(B)/kernel.how: Makefile $(KERNEL_SOURCES)
	@: $(shell mkdir -p $(@D))$(file >$@,g++ $(KERNEL_FLAGS) -w -I. -c {source} -o {object})$(file >>$@,$(LINK_KERNEL) {kernel})

# What is loaded and executed, the same to the byte, without symbols and debug information.
$(B)/kernel.boot.elf: $(B)/kernel.elf
	$(Q)objcopy --strip-all $< $@

# Lines "address name" for Bochs's debugger and the kernel's own backtraces: names as people say them, without the
# project's namespace, without arguments, without spaces.
$(B)/kernel.sym: $(B)/kernel.elf
	$(Q)nm -n --defined-only $< | grep -v -e ' a ' -e ' \.' | cut -d' ' -f1,3 | c++filt -p | \
	    sed -e 's/(anonymous namespace):://g' -e 's/forkproof:://g' -e 's/ \[clone .*//' \
	        -e ':inner; s/([^()]*)//; t inner' -e 's/ /\t/; s/ /_/g; s/\t/ /' >$@

# ---- user/ and the initrd ------------------------------------------------------------------------------------------

USER_FLAGS := -m32 -march=i686 -Os -std=c++20 -ffreestanding -fno-pic -fno-pie -fno-exceptions -fno-rtti \
    -fno-threadsafe-statics -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none
USER_LINK  := -m32 -static -nostdlib -no-pie -Wl,--build-id=none -Wl,-z,noexecstack

# user/NAME.cpp, with what is in user/NAME/ if there is such a folder, is the program NAME.
USER_NAMES   := $(patsubst user/%.cpp,%,$(wildcard user/*.cpp))
USER_LIB     := $(patsubst %,$(O)/%.o,$(wildcard user/lib/*.cpp))
PROGRAMS     := $(USER_NAMES:%=$(B)/user/%)
user_objects  = $(patsubst %,$(O)/%.o,user/$(1).cpp $(wildcard user/$(1)/*.cpp))

$(O)/user/%.cpp.o: user/%.cpp Makefile | $(B)/deps-run
	$(call say,C++,$<)
	@mkdir -p $(@D)
	$(Q)g++ $(USER_FLAGS) $(WARNINGS) $(DEPEND) -I. -c $< -o $@

.SECONDEXPANSION:
$(PROGRAMS): $(B)/user/%: $$(call user_objects,$$*) $(USER_LIB) $(wildcard user/user.ld)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)g++ $(USER_LINK) $(addprefix -Wl$(comma)-T$(comma),$(wildcard user/user.ld)) $(filter %.o,$^) -lgcc -s -o $@
comma := ,

# /init, the other programs in /bin, and the kernel's symbols: by stock cpio, sorted, with fixed times, owners and modes,
# so that the same sources make the same archive.
$(B)/initrd.cpio: $(PROGRAMS) $(B)/kernel.sym
	$(call say,CPIO,$@)
	$(Q)rm -rf $(B)/initrd && mkdir -p $(B)/initrd/bin $(B)/initrd/boot
	$(Q)cp $(PROGRAMS) $(B)/initrd/bin && mv $(B)/initrd/bin/init $(B)/initrd/init
	$(Q)cp $(B)/kernel.sym $(B)/initrd/boot
	$(Q)chmod -R u=rwX,go=rX $(B)/initrd && find $(B)/initrd -exec touch -d @0 {} +
	$(Q)cd $(B)/initrd && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | \
	    cpio -o -H newc --reproducible --owner=0:0 --quiet >../initrd.cpio

# ---- The host's programs: mkimage, the runner, the prover, the tests -----------------------------------------------

HOST_FLAGS := -std=c++20 -O1
# g++ 12 believes that an optional z3::expr which is empty may be read.
$(O)/host/proofs/%.o $(O)/host/tests/%.o: HOST_FLAGS += -Wno-maybe-uninitialized
objects = $(patsubst %,$(O)/host/%.o,$(1))

BOOT_HOST    := boot/image.cpp
RUNNER_PARTS := $(BOOT_HOST) $(filter-out debug/main.cpp,$(wildcard debug/*.cpp)) kernel/cmdline.cpp kernel/lib/string.cpp \
    user/play/script.cpp user/play/call.cpp

# Sources of the kernel that know nothing of the machine, and are tested on the host.
HOST_KERNEL_SOURCES := $(wildcard kernel/cmdline.cpp kernel/exec/elf.cpp kernel/files/cpio.cpp \
    kernel/fork/verdict.cpp kernel/fork/verdict_6_1.cpp kernel/lib/string.cpp kernel/lib/print.cpp kernel/mm/frame.cpp kernel/mm/cache.cpp kernel/kinds.cpp \
    kernel/files/inode.cpp kernel/namespaces/mount_tree.cpp)

$(O)/host/%.cpp.o: %.cpp Makefile | $(B)/deps-run
	$(call say,C++,$<)
	@mkdir -p $(@D)
	$(Q)g++ $(HOST_FLAGS) $(WARNINGS) $(DEPEND) -I. -c $< -o $@

# proofs/mutants, proofs/validate, proofs/why and proofs/history/main.cpp are programs of their own, over what is in the other folders.
MUTANTS    := $(wildcard proofs/mutants/*.cpp)
PROOFS     := $(shell find proofs -name '*.cpp' -not -path 'proofs/mutants/*' -not -path 'proofs/validate/*' \
    -not -path 'proofs/why/*' -not -path proofs/history/main.cpp)
WHY        := $(filter-out proofs/why/main.cpp,$(wildcard proofs/why/*.cpp))
VALIDATE_PARTS := $(filter-out proofs/validate/main.cpp,$(wildcard proofs/validate/*.cpp))
UNIT_TESTS := $(shell find tests/unit -name '*.cpp' 2>/dev/null)
BOOT_TESTS := $(shell find tests/boot -name '*.cpp' 2>/dev/null)

# What includes Z3 or GoogleTest needs more packages.
$(call objects,$(PROOFS) proofs/history/main.cpp $(WHY) proofs/why/main.cpp $(MUTANTS) $(wildcard proofs/validate/*.cpp) $(UNIT_TESTS) $(BOOT_TESTS)): | $(B)/deps-test

$(B)/bin/mkimage:       $(call objects,$(BOOT_HOST) boot/mkimage.cpp)
$(RUNNER):              $(call objects,$(RUNNER_PARTS) debug/main.cpp)
$(B)/bin/prove:         $(call objects,$(PROOFS) $(BOOT_HOST) debug/junit.cpp)
$(B)/bin/unit-tests:    $(call objects,$(UNIT_TESTS) $(HOST_KERNEL_SOURCES) $(RUNNER_PARTS) \
                            $(filter-out proofs/main.cpp,$(PROOFS) $(MUTANTS:proofs/mutants/main.cpp=)) $(VALIDATE_PARTS) \
                            $(WHY) tests/native/validate_test.cpp)
$(B)/bin/bochs-tests:   $(call objects,$(BOOT_TESTS) $(RUNNER_PARTS) $(filter-out proofs/main.cpp,$(PROOFS)) \
                            proofs/mutants/edits.cpp proofs/mutants/kernel_build.cpp)
$(B)/bin/rows:          $(call objects,$(wildcard tests/rows/*.cpp) $(filter-out %_test.cpp tests/boot/expect.cpp tests/boot/disk.cpp tests/boot/planted.cpp,$(BOOT_TESTS)) $(RUNNER_PARTS))
$(B)/bin/mutants:       $(call objects,$(filter-out proofs/main.cpp,$(PROOFS)) $(MUTANTS) $(BOOT_HOST) debug/junit.cpp)
$(B)/bin/history:       $(call objects,$(filter-out proofs/main.cpp,$(PROOFS)) proofs/history/main.cpp $(BOOT_HOST) debug/junit.cpp)
$(B)/bin/why:           $(call objects,$(filter-out proofs/main.cpp,$(PROOFS)) $(WHY) proofs/why/main.cpp $(BOOT_HOST) debug/junit.cpp \
                            user/play/script.cpp user/play/call.cpp)
$(B)/bin/validate:      $(call objects,$(filter-out proofs/main.cpp,$(PROOFS)) proofs/validate/main.cpp $(VALIDATE_PARTS) $(RUNNER_PARTS))

$(B)/bin/mkimage: LIBRARIES := -lfmt
$(B)/bin/rows $(RUNNER): LIBRARIES := -lfmt -lpugixml
# Z3 asks for memory all the time: tcmalloc first, for it is a sixth faster than the C library's.
PROVER := -l:libtcmalloc_minimal.so.4 -lz3 -lfmt -lpugixml -lZydis -ldw -lelf
$(B)/bin/prove $(B)/bin/history $(B)/bin/why $(B)/bin/mutants: LIBRARIES := $(PROVER)
$(B)/bin/validate:          LIBRARIES := $(PROVER) -lunicorn
$(B)/bin/unit-tests:        LIBRARIES := -lgtest_main -lgtest $(PROVER) -lunicorn
$(B)/bin/bochs-tests:       LIBRARIES := -lgtest_main -lgtest $(PROVER)

$(B)/bin/mkimage $(B)/bin/rows $(RUNNER) $(B)/bin/prove $(B)/bin/history $(B)/bin/why $(B)/bin/mutants $(B)/bin/validate $(B)/bin/unit-tests $(B)/bin/bochs-tests:
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)g++ $^ $(LIBRARIES) -o $@

# Programs that execute the kernel's instructions on the processor itself, in 32-bit mode.
$(B)/tests/native/%: tests/native/%.cpp Makefile | $(B)/deps-run
	$(call say,C++,$<)
	@mkdir -p $(@D)
	$(Q)g++ -m32 -static -std=c++20 -O2 $(WARNINGS) $(DEPEND) -MF $@.d -I. -o $@ $<
$(B)/tests/native/privileged.elf: tests/native/privileged.asm $(wildcard boot/*.inc) Makefile | $(B)/deps-run
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)nasm -f bin -I ./ -o $@ $<

# Programs that the tests boot: C ones as anybody would build them, C++ ones like those of user/.
TEST_C   := $(patsubst tests/programs/%.c,$(B)/tests/programs/%,$(wildcard tests/programs/*.c))
TEST_CPP := $(patsubst tests/programs/%.cpp,$(B)/tests/programs/%,$(wildcard tests/programs/*.cpp))
.PHONY: test-programs
test-programs: $(TEST_C) $(TEST_CPP)

$(TEST_C): $(B)/tests/programs/%: tests/programs/%.c Makefile | $(B)/deps-run
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)gcc -m32 -static -O1 $(WARNINGS) $(DEPEND) -MF $@.d -o $@ $<
	$(Q)$(if $(filter setuidexec,$*),chmod u+s $@)

$(O)/tests/programs/%.cpp.o: tests/programs/%.cpp Makefile | $(B)/deps-run
	$(call say,C++,$<)
	@mkdir -p $(@D)
	$(Q)g++ $(USER_FLAGS) $(WARNINGS) $(DEPEND) -I. -c $< -o $@

$(TEST_CPP): $(B)/tests/programs/%: $(O)/tests/programs/%.cpp.o $(USER_LIB) $(wildcard user/user.ld)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)g++ $(USER_LINK) $(addprefix -Wl$(comma)-T$(comma),$(wildcard user/user.ld)) $(filter %.o,$^) -lgcc -o $@

# ---- Bad habits ----------------------------------------------------------------------------------------------------

# clang reads the sources as g++ compiles them. Not kernel/lib/memory.cpp: for clang the functions of C's library that it
# defines are glibc's.
LINT_HEADERS := $(shell find $(wildcard boot debug invariants kernel proofs tests user) -name '*.hpp' -o -name '*.h')
LINT_SOURCES := $(shell find $(wildcard boot debug kernel proofs tests user) -name '*.cpp')
LINT_FREESTANDING := -m32 -march=i686 -ffreestanding -fno-exceptions -fno-rtti
LINTED := $(patsubst %,$(B)/lint/%,$(filter-out kernel/lib/memory.cpp,$(LINT_SOURCES)))

.PHONY: lint lint-format
lint: lint-format $(LINTED)
	@echo 'lint: $(words $(LINTED)) files, nothing found'

lint-format: | $(B)/deps-lint
	$(call say,LINT,'the form of all files')
	$(Q)clang-format --dry-run -Werror $(LINT_HEADERS) $(LINT_SOURCES)

$(filter $(B)/lint/kernel/% $(B)/lint/user/% $(B)/lint/tests/programs/%,$(LINTED)): LINT_FLAGS := $(LINT_FREESTANDING)
$(LINTED): $(B)/lint/%: % $(LINT_HEADERS) .clang-tidy | $(B)/deps-lint
	$(call say,LINT,$<)
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- -std=c++20 -I. $(LINT_FLAGS) -Wno-unknown-attributes 2>$@.errors || { cat $@.errors >&2; exit 1; }
	$(Q)touch $@

# What was found to include what, when it was compiled last.
include $(shell [ -d $(B) ] && find $(B) -name '*.d')
