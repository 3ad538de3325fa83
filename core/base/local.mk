libcore_la_SOURCES += \
  core/base/arena.c core/base/arena.h \
  core/base/ban.h \
  core/base/buf.c core/base/buf.h \
  core/base/cleanup.h \
  core/base/digest.c core/base/digest.h \
  core/base/error.c core/base/error.h \
  core/base/file.c core/base/file.h \
  core/base/file_path.c \
  core/base/file_tree.c \
  core/base/json.c core/base/json.h core/base/json_internal.h \
  core/base/json_number.c \
  core/base/json_read.c \
  core/base/json_write.c \
  core/base/log.c core/base/log.h \
  core/base/quote.c \
  core/base/text.c core/base/text.h \
  core/base/time.c \
  core/base/uuid.c \
  core/base/yaml.h core/base/yaml_internal.h \
  core/base/yaml_read.c \
  core/base/yaml_scalar.c \
  core/base/yaml_write.c
