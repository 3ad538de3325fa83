check_PROGRAMS += tests/unit/config/config_test
TESTS += tests/unit/config/config_test
tests_unit_config_config_test_SOURCES = tests/unit/config/main.c \
	tests/unit/config/access_test.c tests/unit/config/caching_test.c \
	tests/unit/config/config_test.c tests/unit/config/formats_test.c \
	tests/unit/config/options_test.c tests/unit/config/profiles_test.c \
	tests/unit/config/fixture.c tests/unit/config/fixture.h \
	tests/unit/config/suites.h $(UNIT_SOURCES)
tests_unit_config_config_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_config_config_test_LDADD = $(UNIT_LDADD)
