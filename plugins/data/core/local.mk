ormadata_coredir = $(plugindir)/data/core
ormadata_core_LTLIBRARIES = plugins/data/core/core_data.la
dist_ormadata_core_DATA = plugins/data/core/orma-plugin.yaml
plugins_data_core_core_data_la_SOURCES = \
	plugins/data/core/array_files.c plugins/data/core/array_files.h \
	plugins/data/core/arrays.c plugins/data/core/arrays.h \
	plugins/data/core/bands.c plugins/data/core/bands_files.c \
	plugins/data/core/bands_plot.c plugins/data/core/bands_plot.h \
	plugins/data/core/cell.c plugins/data/core/cell.h plugins/data/core/cif.c \
	plugins/data/core/cif.h plugins/data/core/cif_file.c plugins/data/core/code.c \
	plugins/data/core/collections.c plugins/data/core/crystal.c \
	plugins/data/core/crystal.h plugins/data/core/crystal_json.c \
	plugins/data/core/digest.c plugins/data/core/digest.h \
	plugins/data/core/elements.c plugins/data/core/elements.h \
	plugins/data/core/files.c plugins/data/core/files.h plugins/data/core/json.c \
	plugins/data/core/json.h plugins/data/core/kpoints.c \
	plugins/data/core/kpoints.h plugins/data/core/module.c \
	plugins/data/core/module.h plugins/data/core/nested.c \
	plugins/data/core/nested.h plugins/data/core/orbital.c \
	plugins/data/core/orbital.h plugins/data/core/places.c \
	plugins/data/core/places.h plugins/data/core/projection.c \
	plugins/data/core/reals.c plugins/data/core/reals.h \
	plugins/data/core/remote.c plugins/data/core/scalars.c \
	plugins/data/core/scan.c plugins/data/core/scan.h \
	plugins/data/core/structure.c plugins/data/core/structure_cif.c \
	plugins/data/core/structure_formats.h plugins/data/core/structure_poscar.c \
	plugins/data/core/structure_pwi.c plugins/data/core/structure_xsf.c \
	plugins/data/core/structure_xyz.c plugins/data/core/svg.c \
	plugins/data/core/svg.h plugins/data/core/symmetry.c \
	plugins/data/core/symmetry.h plugins/data/core/text.c plugins/data/core/text.h \
	plugins/data/core/trajectory.c plugins/data/core/trajectory_files.c \
	plugins/data/core/trajectory_files.h plugins/data/core/upf.c \
	plugins/data/core/xy.c plugins/data/core/yaml.c plugins/data/core/yaml.h \
	plugins/data/core/zip.c plugins/data/core/zip.h
plugins_data_core_core_data_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(CRYPTO_CFLAGS) \
	$(ZLIB_CFLAGS)
plugins_data_core_core_data_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_data_core_core_data_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_data_core_core_data_la_LIBADD = $(JSONC_LIBS) $(CRYPTO_LIBS) \
	$(ZLIB_LIBS) -lm
