check_PROGRAMS += tests/engine/simulator
TESTS += tests/engine/simulator
tests_engine_simulator_SOURCES = \
	tests/engine/simulator.c tests/engine/world.c tests/engine/world.h
tests_engine_simulator_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_engine_simulator_LDADD = libcore.la
