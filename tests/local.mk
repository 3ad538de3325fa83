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
include tests/unit/query/local.mk
include tests/unit/archive/local.mk
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

# Not tests: they fill profiles for the benchmarks.
EXTRA_PROGRAMS = tests/testbed/acknowledged_writer \
	tests/testbed/faults_worker \
	tests/bench/archive_nodes tests/bench/chains \
	tests/bench/many_processes tests/bench/queries_timed \
	tests/bench/store_nodes
tests_testbed_acknowledged_writer_SOURCES = \
	tests/testbed/acknowledged_writer.c
tests_testbed_acknowledged_writer_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_testbed_acknowledged_writer_LDADD = libcore.la
tests_testbed_faults_worker_SOURCES = tests/testbed/faults_worker.c
tests_testbed_faults_worker_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_testbed_faults_worker_LDADD = libcore.la
tests_bench_archive_nodes_SOURCES = tests/bench/archive_nodes.c
tests_bench_archive_nodes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_archive_nodes_LDADD = libcore.la
tests_bench_chains_SOURCES = tests/bench/chains.c
tests_bench_chains_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_chains_LDADD = libcore.la
tests_bench_many_processes_SOURCES = tests/bench/many_processes.c
tests_bench_many_processes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_many_processes_LDADD = libcore.la
tests_bench_queries_timed_SOURCES = tests/bench/queries_timed.c
tests_bench_queries_timed_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_queries_timed_LDADD = libcore.la
tests_bench_store_nodes_SOURCES = tests/bench/store_nodes.c
tests_bench_store_nodes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_bench_store_nodes_LDADD = libcore.la

EXTRA_DIST += tests/README.md tests/lib.sh tests/postgres.sh tests/in-stage tests/data \
	tests/bench/startup tests/bench/listing tests/bench/queries \
	tests/bench/archives tests/bench/backend.sh tests/bench/million tests/bench/storing \
	tests/testbed tests/nightly
