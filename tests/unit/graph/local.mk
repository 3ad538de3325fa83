check_PROGRAMS += tests/unit/graph/graph_test
TESTS += tests/unit/graph/graph_test
tests_unit_graph_graph_test_SOURCES = \
	tests/unit/graph/main.c tests/unit/graph/suites.h \
	tests/unit/graph/group_test.c tests/unit/graph/link_test.c tests/unit/graph/node_files_test.c \
	tests/unit/graph/node_test.c \
	tests/unit/graph/traversal_test.c $(UNIT_SOURCES)
tests_unit_graph_graph_test_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_graph_graph_test_LDADD = $(UNIT_LDADD)
