libcore_la_SOURCES += \
  core/plugin/registry.h core/plugin/registry.c core/plugin/registry_internal.h \
  core/plugin/clash.c core/plugin/find.c \
  core/plugin/kind.h core/plugin/kind.c \
  core/plugin/tree.h core/plugin/tree.c \
  core/plugin/grammar.h core/plugin/grammar.c core/plugin/ports.c core/plugin/entries.c \
  core/plugin/manifest.h core/plugin/manifest.c \
  core/plugin/search.h core/plugin/search.c \
  core/plugin/cache.h core/plugin/cache.c \
  core/plugin/elf_file.h core/plugin/elf_file.c core/plugin/probe.c \
  core/plugin/loader.c core/plugin/host.c \
  core/plugin/check.h core/plugin/check_internal.h core/plugin/check.c core/plugin/check_report.c \
  core/plugin/check_manifest.c core/plugin/check_module.c core/plugin/check_contract.c \
  core/plugin/check_fake.h core/plugin/check_fake.c core/plugin/check_members.h \
  core/plugin/check_members.c core/plugin/check_scheduler.c
