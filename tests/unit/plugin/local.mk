check_PROGRAMS += tests/unit/plugin/plugin_test
TESTS += tests/unit/plugin/plugin_test
tests_unit_plugin_plugin_test_SOURCES = tests/unit/plugin/main.c \
  tests/unit/plugin/fixture.h tests/unit/plugin/fixture.c \
  tests/unit/plugin/manifest_test.c tests/unit/plugin/registry_test.c \
  tests/unit/plugin/cache_test.c tests/unit/plugin/loader_test.c \
  tests/unit/plugin/host_test.c tests/unit/plugin/check_test.c $(UNIT_SOURCES)
tests_unit_plugin_plugin_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugin_plugin_test_LDADD = $(UNIT_LDADD)
EXTRA_DIST += tests/plugins/fixtures
