check_PROGRAMS += tests/unit/query/query_test
TESTS += tests/unit/query/query_test
tests_unit_query_query_test_SOURCES = \
	tests/unit/query/main.c tests/unit/query/suites.h \
	tests/unit/query/rows.c tests/unit/query/rows.h \
	tests/unit/query/document_test.c tests/unit/query/indexes_test.c \
	tests/unit/query/joins_test.c tests/unit/query/operators_test.c \
	tests/unit/query/refusals_test.c tests/unit/query/samples_test.c \
	tests/unit/query/walks_test.c \
	tests/unit/storage/fixture.c tests/unit/storage/fixture.h \
	$(UNIT_SOURCES)
tests_unit_query_query_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_query_query_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS)
