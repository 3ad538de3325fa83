noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES =
libcore_la_CPPFLAGS = -I$(top_srcdir)/core/include -I$(top_srcdir)/core \
	-DORMA_ENABLE_DRAFT -DORMA_PLUGINDIR=\"$(plugindir)\" \
	-include $(top_srcdir)/core/base/ban.h
libcore_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden $(JSONC_CFLAGS) \
	$(YAML_CFLAGS) $(SQLITE_CFLAGS) $(UV_CFLAGS) $(CRYPTO_CFLAGS) \
	$(B2_CFLAGS) $(ZLIB_CFLAGS)
libcore_la_LIBADD = $(LTDL_LIBS) $(JSONC_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) \
	$(UV_LIBS) $(CRYPTO_LIBS) $(B2_LIBS) $(ZLIB_LIBS) -lm

include core/base/local.mk
include core/config/local.mk
include core/plugin/local.mk
include core/graph/local.mk
include core/storage/local.mk
include core/process/local.mk

