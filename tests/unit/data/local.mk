check_PROGRAMS += tests/unit/data/data_test
TESTS += tests/unit/data/data_test
tests_unit_data_data_test_SOURCES = \
	tests/unit/data/main.c tests/unit/data/suites.h \
	tests/unit/data/types.c tests/unit/data/types.h \
	tests/unit/data/aiida_test.c tests/unit/data/array_files_test.c \
	tests/unit/data/arrays_test.c tests/unit/data/bands_files_test.c \
	tests/unit/data/cif_file_test.c \
	tests/unit/data/cif_test.c tests/unit/data/codes_test.c \
	tests/unit/data/collections_test.c tests/unit/data/damage_test.c \
	tests/unit/data/files_test.c tests/unit/data/pwi_test.c \
	tests/unit/data/scalars_test.c tests/unit/data/structure_test.c \
	tests/unit/data/spectra_test.c \
	tests/unit/data/structure_files_test.c \
	tests/unit/data/trajectory_files_test.c tests/unit/data/upf_test.c \
	$(UNIT_SOURCES)
tests_unit_data_data_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_data_data_test_LDADD = $(UNIT_LDADD)
