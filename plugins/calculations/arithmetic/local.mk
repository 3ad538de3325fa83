ormacalculations_arithmeticdir = $(plugindir)/calculations/arithmetic
ormacalculations_arithmetic_LTLIBRARIES = \
  plugins/calculations/arithmetic/arithmetic.la
dist_ormacalculations_arithmetic_DATA = \
  plugins/calculations/arithmetic/orma-plugin.yaml
plugins_calculations_arithmetic_arithmetic_la_SOURCES = \
  plugins/calculations/arithmetic/add.c
plugins_calculations_arithmetic_arithmetic_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_calculations_arithmetic_arithmetic_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_calculations_arithmetic_arithmetic_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_calculations_arithmetic_arithmetic_la_LIBADD = $(JSONC_LIBS)
