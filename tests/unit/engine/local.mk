check_PROGRAMS += tests/unit/engine/engine_test
TESTS += tests/unit/engine/engine_test
tests_unit_engine_engine_test_SOURCES = \
	tests/unit/engine/main.c tests/unit/engine/suites.h \
	tests/unit/engine/fixture.c tests/unit/engine/fixture.h \
	tests/unit/engine/cache_test.c \
	tests/unit/engine/calcinfo_test.c \
	tests/unit/engine/crash_test.c \
	tests/unit/engine/job_folder_test.c \
	tests/unit/engine/lease_test.c \
	tests/unit/engine/local_folder_test.c \
	tests/unit/engine/machine_test.c \
	tests/unit/engine/retrieve_test.c \
	tests/unit/engine/run_test.c \
	tests/unit/engine/script_test.c \
	$(UNIT_SOURCES)
tests_unit_engine_engine_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_engine_engine_test_LDADD = $(UNIT_LDADD)
