/* Conformance of schedulers: text in, text out, whatever the text.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_members.h>

#include <string.h>

#include <base/error.h>
#include <base/text.h>

/* One call: the text takes the place of whatever a command printed or a
 * document holds; limit closes the sink early. */
typedef orma_status scheduler_call(const orma_scheduler *s, orma_str text,
                                   int32_t exit_status, orma_writer *out,
                                   orma_error **err);

static orma_command_result printed(orma_str text, int32_t exit_status)
{
    return (orma_command_result){.size = sizeof(orma_command_result),
                                 .exit_status = exit_status,
                                 .standard_output = text,
                                 .standard_error = text};
}

static orma_status call_resources(const orma_scheduler *s, orma_str text,
                                  int32_t exit_status, orma_writer *out,
                                  orma_error **err)
{
    (void)text;
    return s->resources(s,
                        exit_status == 0
                            ? ORMA_LITERAL("{\"num_machines\": 1}")
                            : ORMA_LITERAL("{\"no_such_resource\": [\"x\"]}"),
                        0, out, err);
}

static orma_status call_header(const orma_scheduler *s, orma_str text,
                               int32_t exit_status, orma_writer *out,
                               orma_error **err)
{
    (void)text;
    return s->script_header(
        s,
        exit_status == 0
            ? ORMA_LITERAL("{\"job_name\": \"aiida-1\", \"job_resource\": "
                           "{\"num_machines\": 1, \"tot_num_mpiprocs\": 1}}")
            : ORMA_LITERAL("{}"),
        out, err);
}

static orma_status call_submit(const orma_scheduler *s, orma_str text,
                               int32_t exit_status, orma_writer *out,
                               orma_error **err)
{
    (void)text;
    (void)exit_status;
    return s->submit_command(s, "_aiidasubmit.sh",
                             "7c1d4f52-4c0e-4a37-9a3b-0e6f1c2d3b4a", out, err);
}

static orma_status call_parse_submit(const orma_scheduler *s, orma_str text,
                                     int32_t exit_status, orma_writer *out,
                                     orma_error **err)
{
    const orma_command_result result = printed(text, exit_status);

    return s->parse_submit(s, &result, out, err);
}

static orma_status call_joblist(const orma_scheduler *s, orma_str text,
                                int32_t exit_status, orma_writer *out,
                                orma_error **err)
{
    (void)text;
    return s->joblist_command(s,
                              exit_status == 0 ? ORMA_LITERAL("[\"1\", \"2\"]")
                                               : ORMA_LITERAL("[]"),
                              out, err);
}

static orma_status call_parse_joblist(const orma_scheduler *s, orma_str text,
                                      int32_t exit_status, orma_writer *out,
                                      orma_error **err)
{
    const orma_command_result result = printed(text, exit_status);

    return s->parse_joblist(s, ORMA_LITERAL("[\"1\"]"), &result, out, err);
}

static orma_status call_kill(const orma_scheduler *s, orma_str text,
                             int32_t exit_status, orma_writer *out,
                             orma_error **err)
{
    (void)text;
    (void)exit_status;
    return s->kill_command(s, "1", out, err);
}

static orma_status call_parse_kill(const orma_scheduler *s, orma_str text,
                                   int32_t exit_status, orma_writer *out,
                                   orma_error **err)
{
    const orma_command_result result = printed(text, exit_status);

    (void)out;
    return s->parse_kill(s, &result, err);
}

static orma_status call_parse_find(const orma_scheduler *s, orma_str text,
                                   int32_t exit_status, orma_writer *out,
                                   orma_error **err)
{
    const orma_command_result result = printed(text, exit_status);

    return s->parse_find != NULL
               ? s->parse_find(s, "token", &result, out, err)
               : ORMA_OK;
}

static orma_status call_parse_output(const orma_scheduler *s, orma_str text,
                                     int32_t exit_status, orma_writer *out,
                                     orma_error **err)
{
    const orma_command_result result = printed(text, exit_status);
    int32_t status = 0;

    (void)out;
    return s->parse_output != NULL
               ? s->parse_output(s, exit_status == 0 ? &result : NULL, text,
                                 text, &status, err)
               : ORMA_OK;
}

static const struct {
    const char *name;
    scheduler_call *call;
} calls[] = {
    {"resources()", call_resources},
    {"script_header()", call_header},
    {"submit_command()", call_submit},
    {"parse_submit()", call_parse_submit},
    {"parse_find()", call_parse_find},
    {"joblist_command()", call_joblist},
    {"parse_joblist()", call_parse_joblist},
    {"kill_command()", call_kill},
    {"parse_kill()", call_parse_kill},
    {"parse_output()", call_parse_output},
};

/* One text through one call: sink open, sink closed, no error object. */
static bool try_text(check_report *report, const orma_scheduler *table,
                     size_t i, orma_str text, int32_t exit_status)
{
    AUTO_BUF buf out = {0};
    orma_error *error = NULL;
    orma_writer open_sink = {.to = &out, .max_bytes = 0};
    orma_writer full_sink = {.to = &out, .max_bytes = 1};

    check_doing(report, "%s, %zu bytes, exit status %d", calls[i].name,
                text.len, exit_status);
    orma_status st =
        calls[i].call(table, text, exit_status, &open_sink, &error);
    bool is_good = check_outcome(report, st, error);
    error = NULL;
    buf_clear(&out);
    const orma_status full =
        calls[i].call(table, text, exit_status, &full_sink, &error);
    is_good = check_full_outcome(report, full, error) && is_good;
    buf_clear(&out);
    if (calls[i].call(table, text, exit_status, &open_sink, NULL) != st) {
        check_note(report, "answered otherwise without an error object");
        is_good = false;
    }
    if (!is_good)
        check_note(report, "that was: %s, %zu bytes, exit status %d",
                   calls[i].name, text.len, exit_status);
    return is_good;
}

void check_scheduler(check_report *report, const char *name,
                     const orma_scheduler *table)
{
    static char huge[1 << 20];
    static const char damaged[] = "\xff\xfe 1;R;\x01|||\n\n1 2 3\r\n";
    const orma_str texts[] = {
        ORMA_LITERAL(""),
        ORMA_LITERAL("4711\n"),
        ORMA_LITERAL("Submitted batch job 4711"),
        {damaged, sizeof damaged - 1},
        {huge, sizeof huge - 1},
    };

    memset(huge, '1', sizeof huge - 1);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        bool is_good = true;
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            for (int32_t exit_status = 0; exit_status < 2; exit_status++)
                is_good = try_text(report, table, i, texts[t], exit_status) &&
                          is_good;
        check_result(report, is_good, "%s: %s answers well formed to whatever "
                     "it reads", name, calls[i].name);
    }
    check_result(report,
                 (table->find_command == NULL) == (table->parse_find == NULL),
                 "%s: find_command() and parse_find() come together", name);
}
