ormaparsers_quantumespressodir = $(plugindir)/parsers/quantumespresso
ormaparsers_quantumespresso_LTLIBRARIES = plugins/parsers/quantumespresso/quantumespresso_parsers.la
dist_ormaparsers_quantumespresso_DATA = plugins/parsers/quantumespresso/orma-plugin.yaml
plugins_parsers_quantumespresso_quantumespresso_parsers_la_SOURCES = \
	plugins/parsers/quantumespresso/bands.c plugins/parsers/quantumespresso/bands.h \
	plugins/parsers/quantumespresso/crystal.c plugins/parsers/quantumespresso/crystal.h \
	plugins/parsers/quantumespresso/dict.c plugins/parsers/quantumespresso/dict.h \
	plugins/parsers/quantumespresso/exit_codes.c plugins/parsers/quantumespresso/exit_codes.h \
	plugins/parsers/quantumespresso/line_reader.c plugins/parsers/quantumespresso/line_reader.h \
	plugins/parsers/quantumespresso/messages.c plugins/parsers/quantumespresso/messages.h \
	plugins/parsers/quantumespresso/module.c plugins/parsers/quantumespresso/module.h \
	plugins/parsers/quantumespresso/numbers.c plugins/parsers/quantumespresso/numbers.h \
	plugins/parsers/quantumespresso/outputs.c plugins/parsers/quantumespresso/outputs.h \
	plugins/parsers/quantumespresso/parser.c plugins/parsers/quantumespresso/run.h \
	plugins/parsers/quantumespresso/stdout_blocks.c plugins/parsers/quantumespresso/stdout_facts.c \
	plugins/parsers/quantumespresso/stdout_internal.h plugins/parsers/quantumespresso/stdout_output.c \
	plugins/parsers/quantumespresso/stdout_output.h plugins/parsers/quantumespresso/symmetry.c \
	plugins/parsers/quantumespresso/symmetry.h plugins/parsers/quantumespresso/thresholds.c \
	plugins/parsers/quantumespresso/thresholds.h plugins/parsers/quantumespresso/trajectory.c \
	plugins/parsers/quantumespresso/trajectory.h plugins/parsers/quantumespresso/units.h \
	plugins/parsers/quantumespresso/xml_frame.c plugins/parsers/quantumespresso/xml_frame.h \
	plugins/parsers/quantumespresso/xml_operation.c plugins/parsers/quantumespresso/xml_operation.h \
	plugins/parsers/quantumespresso/xml_output.c plugins/parsers/quantumespresso/xml_output.h \
	plugins/parsers/quantumespresso/xml_reader.c plugins/parsers/quantumespresso/xml_reader.h \
	plugins/parsers/quantumespresso/xml_table.c plugins/parsers/quantumespresso/xml_table.h
plugins_parsers_quantumespresso_quantumespresso_parsers_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_parsers_quantumespresso_quantumespresso_parsers_la_CFLAGS = $(PLUGIN_CFLAGS) $(LIBXML_CFLAGS)
plugins_parsers_quantumespresso_quantumespresso_parsers_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_parsers_quantumespresso_quantumespresso_parsers_la_LIBADD = $(LIBXML_LIBS) $(JSONC_LIBS) -lm
