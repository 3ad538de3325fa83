UNIT_SOURCES = tests/unit/runner.c tests/unit/runner.h
UNIT_CPPFLAGS = -I$(top_srcdir)/core/include -I$(top_srcdir)/core \
	-I$(top_srcdir)/tests -DORMA_ENABLE_DRAFT \
	-DTEST_DATA=\"$(abs_top_srcdir)/tests/data\" \
	-DTEST_SRCDIR=\"$(abs_top_srcdir)\" $(CUNIT_CFLAGS) $(JSONC_CFLAGS) \
	$(SQLITE_CFLAGS)
if HAVE_QE
UNIT_CPPFLAGS += -DHAVE_QE
endif
UNIT_LDADD = libcore.la $(CUNIT_LIBS)

if HAVE_CUNIT
include tests/unit/base/local.mk
include tests/unit/config/local.mk
include tests/unit/plugin/local.mk
include tests/unit/graph/local.mk
include tests/unit/storage/local.mk
include tests/unit/process/local.mk
include tests/unit/engine/local.mk
include tests/unit/data/local.mk
include tests/engine/local.mk
include tests/plugins/local.mk
if HAVE_QE
include tests/unit/quantumespresso/local.mk
endif
endif
include tests/abi/local.mk
include tests/cli/local.mk
TESTS += tests/house.test
EXTRA_DIST += tests/house.test

# Not a test: fills a profile for tests/bench/listing.
EXTRA_PROGRAMS = tests/bench/many_processes
tests_bench_many_processes_SOURCES = tests/bench/many_processes.c
tests_bench_many_processes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_many_processes_LDADD = libcore.la

EXTRA_DIST += tests/README.md tests/lib.sh tests/in-stage tests/data \
	tests/bench/startup tests/bench/listing tests/testbed tests/nightly
