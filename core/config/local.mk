# The configuration folder: profiles, options, access records.
libcore_la_SOURCES += \
	core/config/access.c core/config/access.h \
	core/config/config.c core/config/config.h \
	core/config/config_internal.h \
	core/config/options.c core/config/profiles.c
