check_PROGRAMS += tests/unit/storage/storage_test
TESTS += tests/unit/storage/storage_test
tests_unit_storage_storage_test_SOURCES = \
	tests/unit/storage/main.c tests/unit/storage/suites.h \
	tests/unit/storage/fixture.c tests/unit/storage/fixture.h \
	tests/unit/storage/aiida_test.c tests/unit/storage/bulk_api_test.c tests/unit/storage/bulk_test.c \
	tests/unit/storage/cache_test.c \
	tests/unit/storage/commit_test.c \
	tests/unit/storage/container_pack_test.c \
	tests/unit/storage/backup_test.c tests/unit/storage/key_set_test.c \
	tests/unit/storage/container_upkeep_test.c \
	tests/unit/storage/maintain_test.c tests/unit/storage/migrate_test.c \
	tests/unit/storage/staging_test.c tests/unit/storage/verify_test.c \
	tests/unit/storage/container_test.c tests/unit/storage/faults_test.c \
	tests/unit/storage/find_test.c tests/unit/storage/list_test.c \
	tests/unit/storage/live_test.c tests/unit/storage/members_test.c \
	tests/unit/storage/node_hash_test.c \
	tests/unit/storage/people_test.c tests/unit/storage/pk_set_test.c \
	tests/unit/storage/retry_test.c \
	tests/unit/storage/repository_test.c \
	tests/unit/storage/psql_test.c tests/unit/storage/schema_psql_test.c \
	tests/unit/storage/schema_test.c tests/unit/storage/unit_changes_test.c \
	tests/unit/storage/unit_links_test.c tests/unit/storage/writers_test.c \
	tests/unit/storage/delete_test.c tests/unit/storage/edits_test.c \
	tests/unit/storage/graph_rows.c tests/unit/storage/graph_rows.h \
	tests/unit/storage/groups_test.c tests/unit/storage/traverse_test.c \
	$(UNIT_SOURCES)
tests_unit_storage_storage_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_storage_storage_test_LDADD = $(UNIT_LDADD) $(SQLITE_LIBS) -lz
