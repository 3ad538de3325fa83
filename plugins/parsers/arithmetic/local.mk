ormaparsers_arithmeticdir = $(plugindir)/parsers/arithmetic
ormaparsers_arithmetic_LTLIBRARIES = \
  plugins/parsers/arithmetic/arithmetic_parser.la
dist_ormaparsers_arithmetic_DATA = plugins/parsers/arithmetic/orma-plugin.yaml
plugins_parsers_arithmetic_arithmetic_parser_la_SOURCES = \
  plugins/parsers/arithmetic/add.c
plugins_parsers_arithmetic_arithmetic_parser_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_parsers_arithmetic_arithmetic_parser_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_parsers_arithmetic_arithmetic_parser_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_parsers_arithmetic_arithmetic_parser_la_LIBADD = $(JSONC_LIBS)
