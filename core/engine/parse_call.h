/* One call of a parser, with what it made: outputs, exit code, log lines.
 * Knows no store and no job, so that folders can be parsed without either.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_ENGINE_PARSE_CALL_H
#define CORE_ENGINE_PARSE_CALL_H

#include <process/inputs.h>

typedef struct parse_output {
    char *label; /* "output_parameters", "bands.spin" */
    node *value; /* owned until taken */
} parse_output;

typedef struct parse_log {
    int32_t level;
    char *message;
    bool is_of_parser; /* said by the parser itself */
} parse_log;

typedef struct parse_call {
    registry *registry;
    const process_spec *spec;
    const process_inputs *inputs;
    node *retrieved; /* NULL: none; borrowed */
    node *temporary; /* NULL: none; borrowed */
    int32_t scheduler_status;
    bool (*cancelled)(void *user);
    void *user;

    parse_output *outputs;
    size_t output_count;
    parse_log *logs;
    size_t log_count;
    bool has_exit_code;         /* the parser named one, or success */
    const exit_code *exit_code; /* NULL: success */
    json_object *values;        /* for the message's {placeholders}; owned */
    int32_t exit_status;        /* the final one */
    char *exit_message;         /* NULL: none; owned */
} parse_call;

/* Runs the parser (NULL: none), validates outputs, settles the exit status.
 * What the parser found wrong is in exit_status; errors are those of the
 * machinery. */
orma_status parse_call_run(parse_call *call, const char *parser,
                           orma_error **err);

void parse_call_finish(parse_call *call);

/* The message with {name} filled from values (may be NULL); the caller frees
 * it. NULL without memory. */
char *exit_message_fill(const char *message, const json_object *values);

/* Common exit codes that the engine itself names. */
#define EXIT_INVALID_OUTPUT 10
#define EXIT_MISSING_OUTPUT 11

#endif
