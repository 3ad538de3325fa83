ormastorage_psql_dosdir = $(plugindir)/storage/psql_dos
ormastorage_psql_dos_LTLIBRARIES = plugins/storage/psql_dos/psql_dos.la
dist_ormastorage_psql_dos_DATA = plugins/storage/psql_dos/orma-plugin.yaml
plugins_storage_psql_dos_psql_dos_la_SOURCES = \
	plugins/storage/psql_dos/config.c \
	plugins/storage/psql_dos/connection.c \
	plugins/storage/psql_dos/connection.h \
	plugins/storage/psql_dos/copy.c \
	plugins/storage/psql_dos/cursor.c \
	plugins/storage/psql_dos/failure.c \
	plugins/storage/psql_dos/folder.c \
	plugins/storage/psql_dos/folder.h \
	plugins/storage/psql_dos/ids.c \
	plugins/storage/psql_dos/pipeline.c \
	plugins/storage/psql_dos/psql_dos.c \
	plugins/storage/psql_dos/server.c \
	plugins/storage/psql_dos/statement.c \
	plugins/storage/psql_dos/statement.h \
	plugins/storage/psql_dos/transaction.c \
	plugins/storage/psql_dos/upkeep.c \
	plugins/storage/psql_dos/words.c \
	plugins/storage/psql_dos/words.h
plugins_storage_psql_dos_psql_dos_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DORMA_ENABLE_DRAFT $(PQ_CFLAGS) $(JSONC_CFLAGS)
plugins_storage_psql_dos_psql_dos_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_storage_psql_dos_psql_dos_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_storage_psql_dos_psql_dos_la_LIBADD = $(PQ_LIBS) $(JSONC_LIBS)
