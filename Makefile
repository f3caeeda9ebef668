# SPDX-License-Identifier: GPL-2.0

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -dv /usr/src/linux-headers-*-amd64 2>/dev/null | tail -n1))
# Of the kernel the module was built for, which need not be the one that runs.
KERNELRELEASE ?= $(shell sed -n "s|.*UTS_RELEASE \"\(.*\)\"|\1|p" $(KDIR)/include/generated/utsrelease.h)
MODDIR ?= /lib/modules/$(KERNELRELEASE)/updates

VM := selftests/vm
K_ONE := $(or $(K),6.12)
MAN := $(wildcard man/*.[1-9])

export T K ALL HOST BASE ROWS PARTS UPDATE

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/src modules

tools:
	$(MAKE) -C utils

help:
	@echo 'make [KDIR=DIR]         the module, src/netatop.ko; W=1 and C=2 as in the kernel'
	@echo 'make tools              the library and programs of utils/'
	@echo 'make install            module, manual pages, headers and tools (PREFIX, LIBDIR, DESTDIR, MODDIR)'
	@echo 'make install-module     all but the tools; make install-tools: just these'
	@echo 'make uninstall          takes them away again'
	@echo 'make deps               installs what the targets below need (Debian, as root)'
	@echo 'make check [T=] [K=]    the tests T=NAME[,NAME...] on kernel K=6.1 or K=6.12; default: all'
	@echo 'make check-debug [T=]   some of them, and more, on a kernel with KASAN, lockdep, kmemleak, ...'
	@echo 'make check-debug-all    all of them there, which takes hours'
	@echo 'make check-small [T=]   three on one with the same and little else, which is built in some minutes'
	@echo 'make check-kcsan [T=]   some of them on a kernel that looks for data races'
	@echo 'make coverage [K=]      whose packets: the tests that have a table of it, and the table'
	@echo 'make harmless [K=] [T=]   tests of the kernel, without the module and with it'
	@echo 'make bench [K=] [BASE=] [PARTS=]   what netatop costs; BASE=REVISION: what has changed since'
	@echo 'make bench-check [K=] [UPDATE=1]   fails if a message costs 3 % more than what is kept; UPDATE=1 keeps it anew'
	@echo 'make lint               static checks'
	@echo 'make run [K=6.12]       a demonstration in a virtual machine'
	@echo 'make shell [K=6.12]     a root shell in a virtual machine with the module'
	@echo 'make clean              removes what was built'
	@echo 'HOST=1                  check and run on this machine and its kernel, as root'

deps:
	@$(VM)/deps.sh $(K)

check: deps
	@$(VM)/check.sh

check-debug check-debug-all: K := debug
check-debug-all: ALL := 1
check-small: K := small
check-kcsan: K := kcsan
check-debug check-debug-all check-small check-kcsan: deps
	@$(VM)/check.sh

# Much more is built, once.
harmless:
	@HARMLESS=1 $(VM)/deps.sh $(K)
	@$(if $(T),,T=unchanged,unchanged_helper,unchanged_nat,unchanged_offload $(VM)/check.sh)
	@$(VM)/harmless.sh

coverage: deps
	@selftests/coverage

lint: deps
	@$(VM)/lint.sh

bench: deps
	@$(VM)/bench/bench.sh

bench-check: deps
	@$(VM)/bench/check.sh

# What the demonstration needs.
programs:
	@$(MAKE) -s -C selftests traffic getcnt
	@$(MAKE) -s -C utils

ifdef HOST
run: module programs
	@NETATOP_KO=$(CURDIR)/src/netatop.ko $(VM)/demo.sh
else
run: K := $(K_ONE)
run: vm-module programs
	@$(VM)/run.sh --kernel $(K_ONE) vm/demo.sh
endif

shell: K := $(K_ONE)
shell: vm-module
	@$(VM)/run.sh --kernel $(K_ONE) --shell

vm-module: deps
	@$(VM)/build.sh "$$($(VM)/kernels.sh release $(K_ONE))"

install: install-module install-tools

install-module: module
	install -D -m 644 src/netatop.ko $(DESTDIR)$(MODDIR)/netatop.ko
	install -D -m 644 uapi/netatop.h $(DESTDIR)$(PREFIX)/include/netatop.h
	install -D -m 644 uapi/netatop_netlink.h $(DESTDIR)$(PREFIX)/include/netatop_netlink.h
	install -D -m 644 uapi/netatop.yaml $(DESTDIR)$(PREFIX)/share/netatop/netatop.yaml
	$(foreach page,$(MAN),install -D -m 644 $(page) $(call man_path,$(page))$(newline))
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

install-tools: tools
	$(MAKE) -C utils install PREFIX=$(PREFIX) LIBDIR=$(LIBDIR)

uninstall:
	rm -f $(DESTDIR)$(MODDIR)/netatop.ko $(DESTDIR)$(PREFIX)/include/netatop.h $(DESTDIR)$(PREFIX)/include/netatop_netlink.h $(DESTDIR)$(PREFIX)/share/netatop/netatop.yaml
	rm -f $(foreach page,$(MAN),$(call man_path,$(page)))
	$(MAKE) -C utils uninstall PREFIX=$(PREFIX) LIBDIR=$(LIBDIR)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

man_path = $(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
define newline


endef

clean:
	rm -rf build
	rm -f $(addprefix src/,*.o *.ko *.mod *.mod.c .*.cmd .*.d modules.order Module.symvers)
	$(MAKE) -s -C utils clean
	$(MAKE) -s -C selftests clean
	$(MAKE) -s -C $(VM)/bench clean

.PHONY: module tools help deps check check-debug check-debug-all check-small check-kcsan harmless coverage lint bench bench-check programs run shell vm-module install install-module install-tools uninstall clean
