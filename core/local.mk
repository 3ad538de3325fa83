noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES =
libcore_la_CPPFLAGS = -I$(top_srcdir)/core/include -I$(top_srcdir)/core \
	-DORMA_ENABLE_DRAFT -DORMA_PLUGINDIR=\"$(plugindir)\" \
	-include $(top_srcdir)/core/base/ban.h
libcore_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden $(JSONC_CFLAGS) \
	$(YAML_CFLAGS) $(SQLITE_CFLAGS) $(UV_CFLAGS) $(CRYPTO_CFLAGS) \
	$(B2_CFLAGS) $(ZLIB_CFLAGS) $(ZIP_CFLAGS)
libcore_la_LIBADD = $(LTDL_LIBS) $(JSONC_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) \
	$(UV_LIBS) $(CRYPTO_LIBS) $(B2_LIBS) $(ZLIB_LIBS) $(ZIP_LIBS) -lm

include core/base/local.mk
include core/config/local.mk
include core/plugin/local.mk
include core/graph/local.mk
include core/storage/local.mk
include core/query/local.mk
include core/process/local.mk
include core/engine/local.mk
include core/api/local.mk

lib_LTLIBRARIES += liborma.la
liborma_la_SOURCES =
liborma_la_LIBADD = libcore.la
liborma_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-Wl,--version-script=$(top_srcdir)/core/liborma.map
liborma_la_DEPENDENCIES = libcore.la $(top_srcdir)/core/liborma.map

ormaincludedir = $(includedir)/orma
dist_ormainclude_HEADERS = core/include/orma/abi.h \
	core/include/orma/calculation.h core/include/orma/data.h \
	core/include/orma/error.h core/include/orma/node.h \
	core/include/orma/orma.h core/include/orma/parser.h \
	core/include/orma/plugin.h core/include/orma/scheduler.h \
	core/include/orma/storage.h core/include/orma/transport.h \
	core/include/orma/workflow.h
ormaapiincludedir = $(includedir)/orma/api
dist_ormaapiinclude_HEADERS = core/include/orma/api/caching.h \
	core/include/orma/api/config.h core/include/orma/api/bulk.h core/include/orma/api/data.h core/include/orma/api/dump.h \
	core/include/orma/api/entities.h core/include/orma/api/groups.h core/include/orma/api/launch.h \
	core/include/orma/api/nodes.h core/include/orma/api/plugins.h \
	core/include/orma/api/profile.h \
	core/include/orma/api/archive.h core/include/orma/api/query.h \
	core/include/orma/api/upkeep.h

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = core/liborma.pc core/orma-plugin.pc
aclocaldir = $(datadir)/aclocal
dist_aclocal_DATA = m4/orma.m4
EXTRA_DIST += core/liborma.map
