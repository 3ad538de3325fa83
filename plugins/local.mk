include plugins/data/core/local.mk
include plugins/storage/sqlite_dos/local.mk
include plugins/schedulers/direct/local.mk
include plugins/transports/local/local.mk
include plugins/calculations/arithmetic/local.mk
include plugins/parsers/arithmetic/local.mk
if HAVE_PQ
include plugins/storage/psql_dos/local.mk
endif
if HAVE_QE
include plugins/calculations/quantumespresso/local.mk
include plugins/parsers/quantumespresso/local.mk
endif
