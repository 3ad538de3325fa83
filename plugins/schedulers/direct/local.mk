ormaschedulers_directdir = $(plugindir)/schedulers/direct
ormaschedulers_direct_LTLIBRARIES = plugins/schedulers/direct/direct.la
dist_ormaschedulers_direct_DATA = plugins/schedulers/direct/orma-plugin.yaml
plugins_schedulers_direct_direct_la_SOURCES = \
  plugins/schedulers/direct/direct.c \
  plugins/schedulers/direct/direct.h \
  plugins/schedulers/direct/commands.c \
  plugins/schedulers/direct/resources.c
plugins_schedulers_direct_direct_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_schedulers_direct_direct_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_schedulers_direct_direct_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_schedulers_direct_direct_la_LIBADD = $(JSONC_LIBS)
