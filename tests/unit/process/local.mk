check_PROGRAMS += tests/unit/process/process_test
TESTS += tests/unit/process/process_test
tests_unit_process_process_test_SOURCES = \
	tests/unit/process/main.c tests/unit/process/suites.h \
	tests/unit/process/checks_manifest.h \
	tests/unit/process/describe_test.c \
	tests/unit/process/documents_test.c tests/unit/process/expose_test.c \
	tests/unit/process/fixture.c tests/unit/process/fixture.h \
	tests/unit/process/inputs_test.c tests/unit/process/node_arrays_test.c \
	tests/unit/process/node_ops_test.c tests/unit/process/npy_test.c \
	tests/unit/process/problems_test.c tests/unit/process/spec_test.c \
	$(UNIT_SOURCES)
tests_unit_process_process_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_process_process_test_LDADD = $(UNIT_LDADD)
