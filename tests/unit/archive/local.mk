check_PROGRAMS += tests/unit/archive/archive_test
TESTS += tests/unit/archive/archive_test
tests_unit_archive_archive_test_SOURCES = \
	tests/unit/archive/main.c tests/unit/archive/suites.h \
	tests/unit/archive/canonical.c tests/unit/archive/canonical.h \
	tests/unit/archive/forge.c tests/unit/archive/forge.h \
	tests/unit/archive/hostile_test.c tests/unit/archive/merge_test.c \
	tests/unit/archive/resume_test.c \
	tests/unit/archive/round_trip_test.c \
	tests/unit/archive/zip_write_test.c \
	tests/unit/storage/fixture.c tests/unit/storage/fixture.h \
	$(UNIT_SOURCES)
tests_unit_archive_archive_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_archive_archive_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS) -lz
