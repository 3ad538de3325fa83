# The orma command, its manual page and its completion.
bin_PROGRAMS += orma
orma_SOURCES = \
	cli/absent.c cli/archive.c cli/caching.c cli/caching.h cli/code.c cli/code.h cli/code_life.c \
	cli/comment.c cli/command.h cli/commands.c cli/completion.c \
	cli/computer.c cli/computer.h cli/computer_life.c cli/deletion.c \
	cli/deletion.h cli/config.c cli/data.c cli/data.h cli/data_family.c cli/data_remote.c cli/defaults.h cli/document.c \
	cli/document.h cli/dump.c cli/dump.h cli/export_file.c cli/export_file.h \
	cli/failure.c cli/failure.h cli/files.c cli/graph.c \
	cli/group.c cli/group.h cli/group_list.c cli/group_nodes.c \
	cli/group_path.c cli/help.c cli/help.h cli/index.c cli/inputs.c cli/inputs.h cli/invocation.c \
	cli/main.c cli/manual.c cli/node.c cli/node.h cli/node_list.c cli/node_edit.c cli/node_edit.h cli/output.c \
	cli/output.h cli/plugin.c cli/process.c cli/profile.c cli/progress.c cli/progress.h cli/reader.c \
	cli/query.c cli/reader.h cli/result.c cli/result.h cli/rows.c cli/rows.h cli/run.c cli/scope.h cli/session.c cli/session.h \
	cli/storage.c cli/table.c cli/terminal.c cli/terminal.h cli/user.c
orma_CPPFLAGS = -I$(top_srcdir)/core/include \
	-include $(top_srcdir)/core/base/ban.h
orma_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
orma_LDADD = liborma.la $(JSONC_LIBS)

# Both are printed by the command itself, from its table.
man1_MANS = doc/man/orma.1
doc/man/orma.1: orma$(EXEEXT)
	@$(MKDIR_P) doc/man
	$(AM_V_GEN)./orma$(EXEEXT) --generate-man >$@.tmp && mv -f $@.tmp $@

completiondir = $(datadir)/bash-completion/completions
completion_DATA = cli/completion/orma
cli/completion/orma: orma$(EXEEXT)
	@$(MKDIR_P) cli/completion
	$(AM_V_GEN)./orma$(EXEEXT) completion bash >$@.tmp && mv -f $@.tmp $@

CLEANFILES += doc/man/orma.1 cli/completion/orma
