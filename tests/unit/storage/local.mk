check_PROGRAMS += tests/unit/storage/storage_test
TESTS += tests/unit/storage/storage_test
tests_unit_storage_storage_test_SOURCES = \
	tests/unit/storage/main.c tests/unit/storage/suites.h \
	tests/unit/storage/fixture.c tests/unit/storage/fixture.h \
	tests/unit/storage/aiida_test.c tests/unit/storage/commit_test.c \
	tests/unit/storage/container_pack_test.c \
	tests/unit/storage/container_test.c tests/unit/storage/faults_test.c \
	tests/unit/storage/find_test.c tests/unit/storage/list_test.c \
	tests/unit/storage/live_test.c tests/unit/storage/members_test.c \
	tests/unit/storage/node_hash_test.c \
	tests/unit/storage/people_test.c tests/unit/storage/repository_test.c \
	tests/unit/storage/schema_test.c tests/unit/storage/unit_changes_test.c \
	tests/unit/storage/unit_links_test.c tests/unit/storage/writers_test.c \
	$(UNIT_SOURCES)
tests_unit_storage_storage_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_storage_storage_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS) -lz
