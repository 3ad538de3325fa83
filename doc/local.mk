dist_doc_DATA = README.md CHANGELOG.md doc/archives.md doc/caching.md doc/data-types.md doc/manifest.md doc/organising.md doc/plugin-author.md doc/postgresql.md doc/query.md doc/storing.md doc/storage.md doc/backup.md \
	doc/orma-plugin.schema.json
EXTRA_DIST += doc/decisions
