check_PROGRAMS += tests/unit/base/base_test
TESTS += tests/unit/base/base_test
tests_unit_base_base_test_SOURCES = \
  tests/unit/base/main.c tests/unit/base/suites.h \
  tests/unit/base/arena_test.c \
  tests/unit/base/buf_test.c \
  tests/unit/base/digest_test.c \
  tests/unit/base/error_test.c \
  tests/unit/base/file_path_test.c \
  tests/unit/base/file_test.c \
  tests/unit/base/file_tree_test.c \
  tests/unit/base/json_number_test.c \
  tests/unit/base/json_read_test.c \
  tests/unit/base/json_test.c \
  tests/unit/base/json_write_test.c \
  tests/unit/base/log_test.c \
  tests/unit/base/quote_test.c \
  tests/unit/base/text_test.c \
  tests/unit/base/time_test.c \
  tests/unit/base/uuid_test.c \
  tests/unit/base/yaml_test.c \
  tests/unit/base/yaml_write_test.c \
  $(UNIT_SOURCES)
tests_unit_base_base_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_base_test_LDADD = $(UNIT_LDADD)
