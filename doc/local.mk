dist_doc_DATA = README.md CHANGELOG.md doc/manifest.md doc/plugin-author.md \
	doc/orma-plugin.schema.json
EXTRA_DIST += doc/decisions
