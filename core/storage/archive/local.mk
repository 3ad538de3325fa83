libcore_la_SOURCES += \
	core/storage/archive/archive.h \
	core/storage/archive/archive_file.c \
	core/storage/archive/archive_file.h \
	core/storage/archive/collect.c core/storage/archive/contents.c \
	core/storage/archive/create.c \
	core/storage/archive/create_file.c \
	core/storage/archive/create_internal.h \
	core/storage/archive/create_rows.c \
	core/storage/archive/database.c core/storage/archive/database.h \
	core/storage/archive/id_map.c core/storage/archive/id_map.h \
	core/storage/archive/import.c core/storage/archive/import_check.c \
	core/storage/archive/import_groups.c \
	core/storage/archive/import_internal.h \
	core/storage/archive/import_links.c \
	core/storage/archive/import_nodes.c \
	core/storage/archive/import_objects.c \
	core/storage/archive/import_people.c \
	core/storage/archive/import_remarks.c \
	core/storage/archive/metadata.c \
	core/storage/archive/place.c core/storage/archive/place.h \
	core/storage/archive/table.c core/storage/archive/table.h \
	core/storage/archive/zip_format.h core/storage/archive/zip_resume.c \
	core/storage/archive/zip_write.c core/storage/archive/zip_write.h \
	core/storage/archive/zip_write_internal.h
