ormacalculations_quantumespressodir = $(plugindir)/calculations/quantumespresso
ormacalculations_quantumespresso_LTLIBRARIES = plugins/calculations/quantumespresso/quantumespresso.la
dist_ormacalculations_quantumespresso_DATA = plugins/calculations/quantumespresso/orma-plugin.yaml
plugins_calculations_quantumespresso_quantumespresso_la_SOURCES = \
	plugins/calculations/quantumespresso/bravais.c plugins/calculations/quantumespresso/bravais.h \
	plugins/calculations/quantumespresso/cards.c plugins/calculations/quantumespresso/cards.h \
	plugins/calculations/quantumespresso/case.c plugins/calculations/quantumespresso/case.h \
	plugins/calculations/quantumespresso/commandline.c plugins/calculations/quantumespresso/commandline.h \
	plugins/calculations/quantumespresso/files.c plugins/calculations/quantumespresso/files.h \
	plugins/calculations/quantumespresso/hubbard.c plugins/calculations/quantumespresso/job.c \
	plugins/calculations/quantumespresso/kpoints.c plugins/calculations/quantumespresso/kpoints.h \
	plugins/calculations/quantumespresso/module.c plugins/calculations/quantumespresso/module.h \
	plugins/calculations/quantumespresso/namelist.c plugins/calculations/quantumespresso/namelist.h \
	plugins/calculations/quantumespresso/parameters.c plugins/calculations/quantumespresso/parameters.h \
	plugins/calculations/quantumespresso/plan.c plugins/calculations/quantumespresso/plan.h \
	plugins/calculations/quantumespresso/prepare.c plugins/calculations/quantumespresso/prepare.h \
	plugins/calculations/quantumespresso/program.h plugins/calculations/quantumespresso/pw_program.c \
	plugins/calculations/quantumespresso/settings.c plugins/calculations/quantumespresso/settings.h \
	plugins/calculations/quantumespresso/structure.c plugins/calculations/quantumespresso/structure.h \
	plugins/calculations/quantumespresso/text.c plugins/calculations/quantumespresso/text.h \
	plugins/calculations/quantumespresso/validate.c
plugins_calculations_quantumespresso_quantumespresso_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_calculations_quantumespresso_quantumespresso_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_calculations_quantumespresso_quantumespresso_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_calculations_quantumespresso_quantumespresso_la_LIBADD = $(JSONC_LIBS) -lm
