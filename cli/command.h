/* The command table: what parsing, help, completion and the manual page are
 * all made from. Each group's file holds its part; commands.c the root.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orma/error.h>

/* Exit statuses that scripts rely on. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_REFUSED = 4,
    EXIT_NOT_ZERO = 10 /* run: the process did not finish with status 0 */
};

enum option_kind {
    OPTION_FLAG,
    OPTION_PAIR, /* --name and --no-name */
    OPTION_TEXT,
    OPTION_COUNT, /* an integer from 0 on */
    OPTION_NUMBER,
    OPTION_WORDS /* all following words up to the next option */
};

typedef struct option {
    const char *name; /* without dashes; NULL ends a table */
    char letter;      /* or 0 */
    enum option_kind kind;
    const char *value;   /* placeholder in help; NULL for flags */
    const char *choices; /* "asc|desc", or NULL */
    bool repeated;       /* may be given several times */
    const char *help;
} option;

typedef struct argument {
    const char *name; /* "NODE"; NULL ends a table */
    const char *help;
    bool is_optional;
    bool is_repeated; /* the last one: takes all that follow */
} argument;

struct invocation;

typedef struct command {
    const char *name;    /* NULL ends a table */
    const char *summary; /* one line, no full stop */
    const char *details; /* paragraphs, or NULL */
    const char *example; /* lines, without prompt */
    const argument *arguments;
    const option *options;
    const struct command *subcommands;   /* of a group … */
    const struct command *const *groups; /* … and of other files, by NULL */
    const char *word;  /* a group: placeholder of a word before the
                          subcommand, as TYPE in `orma data TYPE list` */
    bool prints_data;  /* takes --format */
    bool takes_fields; /* takes --FIELD VALUE of a plugin named by the first
                          argument */
    bool is_hidden;
    int (*run)(struct invocation *invocation);
    /* Hints at what was meant by an argument too many; false: no idea. */
    bool (*advise)(const struct invocation *invocation);
} command;

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_YAML, FORMAT_CSV };

#define MAX_VALUES 256
#define MAX_ARGUMENTS 100000 /* pks that a shell handed over */

typedef struct setting {
    const char *name; /* the option's, without dashes and "no-" */
    const char *text; /* "1" or "0" for flags */
} setting;

/* A parsed command line. Texts are those of argv. */
typedef struct invocation {
    const command *path[8]; /* root first */
    size_t depth;
    const command *command; /* the last of path */
    const char *word;       /* of a group that takes one, or NULL */
    setting values[MAX_VALUES];
    size_t value_count;
    setting fields[MAX_VALUES]; /* of takes_fields: dashes as given */
    size_t field_count;
    const char *arguments[MAX_ARGUMENTS];
    size_t argument_count;
    bool wants_help;
    const char *profile; /* -p, or NULL */
    enum format format;
    bool has_format; /* --format was given */
} invocation;

/* Fills inv from argv. EXIT_DONE, or EXIT_USAGE with the reason printed. */
int invocation_parse(const command *root, int argc, char **argv,
                     invocation *inv);

/* "process list": the path without the program's name. out: 256 bytes. */
const char *invocation_name(const invocation *inv, char *out, size_t size);

/* The last value of an option, NULL when not given. */
const char *option_text(const invocation *inv, const char *name);

/* The i-th value of a repeated option, NULL behind the last. */
const char *option_nth(const invocation *inv, const char *name, size_t i);
bool option_given(const invocation *inv, const char *name);
bool option_flag(const invocation *inv, const char *name, bool fallback);
int64_t option_count(const invocation *inv, const char *name, int64_t fallback);

/* Argument i, NULL when it was left out. */
const char *argument_text(const invocation *inv, size_t i);

/* The i-th command below a group, NULL behind the last and of others. */
const command *command_child(const command *group, size_t i);
bool command_is_group(const command *c);

/* Options that every command takes. */
extern const option global_options[];
extern const option format_option;

/* ---- the table --------------------------------------------------- */

extern const command root_command;
extern const command presto_command;
extern const command profile_command;
extern const command status_command;
extern const command computer_command;
extern const command code_command;
extern const command plugin_command;
extern const command run_command;
extern const command parse_command;
extern const command process_command;
extern const command node_command;
extern const command group_command;
extern const command user_command;
extern const command calcjob_command;
extern const command data_command;
extern const command config_command;
extern const command storage_command;
extern const command storage_index_command;
extern const command query_command;
extern const command node_list_command;
extern const command archive_command;
extern const command completion_command;

/* What to do instead, or "", when verdi has the command and orma has not; else
 * NULL. group: as invocation_name() gives it. */
const char *absent_command(const char *group, const char *word);

/* ---- what is made from it ---------------------------------------- */

void help_print(const invocation *inv);
int manual_print(const command *root);

#endif
