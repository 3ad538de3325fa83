check_PROGRAMS += tests/unit/quantumespresso/quantumespresso_test
TESTS += tests/unit/quantumespresso/quantumespresso_test
tests_unit_quantumespresso_quantumespresso_test_SOURCES = \
	tests/unit/quantumespresso/main.c \
	tests/unit/quantumespresso/harness.c tests/unit/quantumespresso/harness.h \
	tests/unit/quantumespresso/harness_run.c \
	tests/unit/quantumespresso/harness_internal.h \
	tests/unit/quantumespresso/fixtures.c tests/unit/quantumespresso/fixtures.h \
	tests/unit/quantumespresso/input_test.c \
	tests/unit/quantumespresso/bravais_test.c \
	tests/unit/quantumespresso/validate_test.c \
	tests/unit/quantumespresso/output_test.c \
	tests/unit/quantumespresso/exit_code_test.c \
	tests/unit/quantumespresso/damage_test.c $(UNIT_SOURCES)
tests_unit_quantumespresso_quantumespresso_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_quantumespresso_quantumespresso_test_LDADD = $(UNIT_LDADD) \
	$(JSONC_LIBS) $(ZLIB_LIBS) -ldl -lm
EXTRA_DIST += tests/plugins/quantumespresso
