libcore_la_SOURCES += \
	core/query/compile.h \
	core/query/entities.c core/query/entities.h \
	core/query/field.c \
	core/query/filter_column.c \
	core/query/filter_json.c \
	core/query/filter_words.c \
	core/query/filters.c core/query/filters.h \
	core/query/joins.c \
	core/query/order.c \
	core/query/parameters.c \
	core/query/place.c core/query/place.h \
	core/query/plan.c \
	core/query/projections.c \
	core/query/query.h \
	core/query/read.c core/query/read.h \
	core/query/read_item.c \
	core/query/read_parts.c \
	core/query/run.c \
	core/query/types.c core/query/types.h
