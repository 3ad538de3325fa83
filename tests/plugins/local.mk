include tests/plugins/schedulers/local.mk
include tests/plugins/transports/local.mk
