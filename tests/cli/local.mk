cli_tests = tests/cli/computers.test tests/cli/help.test \
	tests/cli/nodes.test tests/cli/play.test \
	tests/cli/profiles.test tests/cli/run.test \
	tests/cli/startup.test tests/cli/usage.test \
	tests/cli/wrong_inputs.test
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests)
