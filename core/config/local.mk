# The configuration folder: profiles, options, access records.
libcore_la_SOURCES += \
	core/config/access.c core/config/access.h \
	core/config/caching.c core/config/caching.h \
	core/config/config.c core/config/config.h \
	core/config/config_internal.h \
	core/config/daemon.c core/config/daemon.h \
	core/config/option_table.c \
	core/config/options.c core/config/options.h \
	core/config/profiles.c core/config/upgrade.c
