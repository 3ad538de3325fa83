cli_tests = tests/cli/code_life.test tests/cli/computer_life.test \
	tests/cli/archive.test tests/cli/computers.test tests/cli/data.test tests/cli/dump.test tests/cli/group.test tests/cli/help.test \
	tests/cli/node_edit.test tests/cli/nodes.test tests/cli/play.test \
	tests/cli/profiles.test tests/cli/query.test tests/cli/run.test \
	tests/cli/startup.test tests/cli/storage.test tests/cli/usage.test tests/cli/user.test \
	tests/cli/wrong_inputs.test
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests)
