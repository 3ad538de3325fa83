check_PROGRAMS += tests/plugins/transports/conformance
TESTS += tests/plugins/transports/conformance
tests_plugins_transports_conformance_SOURCES = \
	tests/plugins/transports/conformance.c \
	tests/plugins/transports/commands_test.c \
	tests/plugins/transports/files_test.c \
	tests/plugins/transports/trees_test.c \
	tests/plugins/transports/subject.c tests/plugins/transports/subject.h \
	$(UNIT_SOURCES)
tests_plugins_transports_conformance_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_plugins_transports_conformance_LDADD = $(UNIT_LDADD)
