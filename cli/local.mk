# The orma command, its manual page and its completion.
bin_PROGRAMS += orma
orma_SOURCES = \
	cli/absent.c cli/code.c cli/command.h cli/commands.c cli/completion.c \
	cli/computer.c cli/data.c cli/defaults.h cli/document.c \
	cli/document.h cli/failure.c cli/failure.h cli/files.c cli/graph.c \
	cli/help.c cli/help.h cli/inputs.c cli/inputs.h cli/invocation.c \
	cli/main.c cli/manual.c cli/node.c cli/node.h cli/output.c \
	cli/output.h cli/plugin.c cli/process.c cli/profile.c cli/reader.c \
	cli/reader.h cli/result.c cli/result.h cli/run.c cli/scope.h cli/session.c cli/session.h \
	cli/table.c cli/terminal.c cli/terminal.h
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
