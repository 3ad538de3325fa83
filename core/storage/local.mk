libcore_la_SOURCES += \
	core/storage/backup.c core/storage/backup.h \
	core/storage/backup_copy.c core/storage/backup_copy.h \
	core/storage/comments.c core/storage/comments.h \
	core/storage/bulk.c core/storage/bulk.h \
	core/storage/bulk_internal.h core/storage/bulk_links.c \
	core/storage/bulk_rows.c core/storage/bulk_rows.h \
	core/storage/cache.c core/storage/cache.h \
	core/storage/cache_compare.c \
	core/storage/container.c core/storage/container.h \
	core/storage/container_append.c core/storage/container_check.c \
	core/storage/container_index.c \
	core/storage/container_internal.h \
	core/storage/container_list.c core/storage/container_loose.c \
	core/storage/container_pack.c core/storage/container_read.c \
	core/storage/container_repack.c core/storage/container_upkeep.c \
	core/storage/container_zip.c \
	core/storage/container_source.c \
	core/storage/delete.c core/storage/delete.h \
	core/storage/fault.h \
	core/storage/json_place.c core/storage/json_place.h \
	core/storage/key_set.c core/storage/key_set.h \
	core/storage/maintain.c core/storage/maintain.h \
	core/storage/group_list.c core/storage/group_nodes.c \
	core/storage/groups.c core/storage/groups.h \
	core/storage/groups_internal.h \
	core/storage/members.c core/storage/members.h \
	core/storage/migrate.c core/storage/migrate.h \
	core/storage/node_hash.c core/storage/node_hash.h \
	core/storage/own_tables.c core/storage/own_tables.h \
	core/storage/provision.c core/storage/provision.h \
	core/storage/pk_set.c core/storage/pk_set.h \
	core/storage/portion.c core/storage/portion.h \
	core/storage/rehash.c \
	core/storage/references.c core/storage/references.h \
	core/storage/repository.c core/storage/repository.h \
	core/storage/rows.c \
	core/storage/schema.c core/storage/schema.h \
	core/storage/sql.c core/storage/sql.h \
	core/storage/verify.c core/storage/verify.h \
	core/storage/verify_internal.h core/storage/verify_links.c \
	core/storage/verify_nodes.c core/storage/verify_rows.c \
	core/storage/staging.c core/storage/staging.h \
	core/storage/statistics.c core/storage/statistics.h \
	core/storage/store.c core/storage/store.h \
	core/storage/store_authinfo.c \
	core/storage/store_edit.c \
	core/storage/store_internal.h \
	core/storage/store_links.c \
	core/storage/store_list.c \
	core/storage/store_live.c \
	core/storage/store_nodes.c \
	core/storage/store_select.c core/storage/store_select.h \
	core/storage/store_sql.h \
	core/storage/store_people.c \
	core/storage/store_types.c \
	core/storage/traverse.c core/storage/traverse.h \
	core/storage/unit.c \
	core/storage/unit_commit.c \
	core/storage/unit_internal.h \
	core/storage/unit_links.c \
	core/storage/user_index.c core/storage/user_index.h \
	core/storage/unit_prepare.c core/storage/unit_rows.c

include core/storage/archive/local.mk
