libcore_la_SOURCES += \
	core/engine/calcinfo.c core/engine/calcinfo.h \
	core/engine/caching.c core/engine/caching.h \
	core/engine/calcjob.h \
	core/engine/calcjob_cache.c \
	core/engine/calcjob_create.c \
	core/engine/calcjob_load.c \
	core/engine/calcjob_parse.c \
	core/engine/calcjob_prepare.c \
	core/engine/calcjob_retrieve.c \
	core/engine/calcjob_session.c \
	core/engine/calcjob_submit.c \
	core/engine/calcjob_unit.c \
	core/engine/calcjob_update.c \
	core/engine/calcjob_upload.c \
	core/engine/driver.c core/engine/driver.h \
	core/engine/driver_effects.c \
	core/engine/driver_record.c \
	core/engine/dry_run.c \
	core/engine/job_folder.c core/engine/job_folder.h \
	core/engine/job_template.c core/engine/job_template.h \
	core/engine/lease.c core/engine/lease.h \
	core/engine/local_folder.c core/engine/local_folder.h \
	core/engine/machine.c core/engine/machine.h \
	core/engine/machine_words.c \
	core/engine/node_file.c core/engine/node_file.h \
	core/engine/parse_call.c core/engine/parse_call.h \
	core/engine/parse_folder.c \
	core/engine/parse_outputs.c core/engine/parse_outputs.h \
	core/engine/retrieve.h \
	core/engine/run.h \
	core/engine/script.c core/engine/script.h \
	core/engine/upload.c core/engine/upload.h
