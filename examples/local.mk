EXTRA_DIST += examples/queries examples/silicon examples/scripts examples/plugin-template
