EXTRA_DIST += examples/silicon examples/scripts examples/plugin-template
