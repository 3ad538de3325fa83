ormatransports_localdir = $(plugindir)/transports/local
ormatransports_local_LTLIBRARIES = plugins/transports/local/local.la
dist_ormatransports_local_DATA = plugins/transports/local/orma-plugin.yaml
plugins_transports_local_local_la_SOURCES = \
  plugins/transports/local/local.c \
  plugins/transports/local/local.h \
  plugins/transports/local/exec.c \
  plugins/transports/local/files.c \
  plugins/transports/local/tree.c
plugins_transports_local_local_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_transports_local_local_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_transports_local_local_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_transports_local_local_la_LIBADD = $(JSONC_LIBS)
