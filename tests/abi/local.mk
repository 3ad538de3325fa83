ABI_TESTS = tests/abi/thread_tags.test tests/abi/headers.test tests/abi/layout.test
TESTS += $(ABI_TESTS)
EXTRA_DIST += $(ABI_TESTS) tests/abi/layout-0.1.c
