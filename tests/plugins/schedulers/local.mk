check_PROGRAMS += tests/plugins/schedulers/direct_test
TESTS += tests/plugins/schedulers/direct_test
tests_plugins_schedulers_direct_test_SOURCES = \
	tests/plugins/schedulers/direct_test.c $(UNIT_SOURCES)
tests_plugins_schedulers_direct_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_plugins_schedulers_direct_test_LDADD = $(UNIT_LDADD)
