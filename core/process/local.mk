libcore_la_SOURCES += \
	core/process/calc_inputs.c core/process/calc_inputs.h \
	core/process/data_nodes.c core/process/data_nodes.h \
	core/process/inputs.c core/process/inputs.h \
	core/process/inputs_internal.h core/process/inputs_callbacks.c \
	core/process/inputs_checks.c core/process/inputs_job.c \
	core/process/inputs_node.c core/process/inputs_problems.c \
	core/process/inputs_walk.c \
	core/process/node_arrays.c core/process/node_internal.h \
	core/process/node_ops.c core/process/node_streams.c \
	core/process/node_view.c core/process/node_view.h \
	core/process/npy.c core/process/npy.h \
	core/process/npy_internal.h core/process/npy_read.c \
	core/process/spec.c core/process/spec.h \
	core/process/spec_internal.h core/process/spec_common.c \
	core/process/spec_describe.c core/process/spec_expose.c \
	core/process/spec_port.c
