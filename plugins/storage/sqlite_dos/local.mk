ormastorage_sqlite_dosdir = $(plugindir)/storage/sqlite_dos
ormastorage_sqlite_dos_LTLIBRARIES = plugins/storage/sqlite_dos/sqlite_dos.la
dist_ormastorage_sqlite_dos_DATA = plugins/storage/sqlite_dos/orma-plugin.yaml
plugins_storage_sqlite_dos_sqlite_dos_la_SOURCES = \
	plugins/storage/sqlite_dos/bulk.c \
	plugins/storage/sqlite_dos/connection.h \
	plugins/storage/sqlite_dos/destroy.c \
	plugins/storage/sqlite_dos/folder.c \
	plugins/storage/sqlite_dos/folder.h \
	plugins/storage/sqlite_dos/json_functions.c \
	plugins/storage/sqlite_dos/json_functions.h \
	plugins/storage/sqlite_dos/json_text.c \
	plugins/storage/sqlite_dos/json_text.h \
	plugins/storage/sqlite_dos/sqlite_dos.c \
	plugins/storage/sqlite_dos/upkeep.c \
	plugins/storage/sqlite_dos/wal.c \
	plugins/storage/sqlite_dos/words.c \
	plugins/storage/sqlite_dos/words.h \
	plugins/storage/sqlite_dos/zip_check.c \
	plugins/storage/sqlite_dos/zip_store.c \
	plugins/storage/sqlite_dos/zip_store.h
plugins_storage_sqlite_dos_sqlite_dos_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DORMA_ENABLE_DRAFT $(SQLITE_CFLAGS) $(JSONC_CFLAGS) $(ZIP_CFLAGS)
plugins_storage_sqlite_dos_sqlite_dos_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_storage_sqlite_dos_sqlite_dos_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_storage_sqlite_dos_sqlite_dos_la_LIBADD = $(SQLITE_LIBS) $(JSONC_LIBS) $(ZIP_LIBS)
