/* Starting, listing and killing processes by shell commands.
 *
 * A job's id is `PID:BOOT@HOST:START`: a pid alone may be given to another
 * process, but not with the same start time since the same boot of the same
 * host. All is read from /proc by the shell itself, because a poll that starts
 * ps costs more than many jobs; ps is the way where there is no /proc.
 *
 * SPDX-License-Identifier: MIT */
#include "direct.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_MAX 256

/* The job's exit status when another one has the folder, and when it cannot be
 * written into (the engine's). */
#define EXIT_FENCED 97
#define EXIT_NOT_WRITTEN 98

/* here: sets $here to BOOT@HOST. look PID: sets $start (empty when there is no
 * such process), $state and $elapsed. Without single quotes, for they are
 * quoted once more. In /proc/PID/stat the name stands in parentheses and may
 * hold blanks; start time is field 22, in ticks of 1/100 s. */
static const char shell_functions[] =
    "here() {\n"
    "  { read -r boot < /proc/sys/kernel/random/boot_id; } 2>/dev/null ||"
    " boot=unknown\n"
    "  { read -r host < /proc/sys/kernel/hostname; } 2>/dev/null ||"
    " host=$(hostname)\n"
    "  here=$boot@$host\n"
    "}\n"
    "look() {\n"
    "  start= state= elapsed=-\n"
    "  if { read -r stat < \"/proc/$1/stat\"; } 2>/dev/null; then\n"
    "    set -- ${stat##*) }\n"
    "    state=$1 start=${20}\n"
    "    { read -r up idle < /proc/uptime; } 2>/dev/null &&"
    " elapsed=$((${up%%.*} - start / 100))\n"
    "  elif [ ! -e /proc/self/stat ]; then\n"
    "    set -- $(ps -o stat= -o lstart= -p \"$1\" 2>/dev/null)\n"
    "    [ $# -gt 1 ] || return 0\n"
    "    state=$1; shift\n"
    "    start=$(echo \"$*\" | tr \" :\" \"__\")\n"
    "  fi\n"
    "}\n";

/* Run by `setsid sh -c ... SCRIPT`: becomes the job, so its pid is the job's.
 * The fence is taken here already, because the script's first lines would
 * empty the output files of a job that runs; as there, the id is written aside
 * and linked. */
static const char start_job[] =
    "here; look $$\n"
    "ORMA_JOB_ID=$$:$here:$start; export ORMA_JOB_ID\n"
    "if [ -d .orma ]; then\n"
    "  run=.orma/run.${here#*@}.$$\n"
    "  { echo \"$ORMA_JOB_ID\" > \"$run\"; } 2>/dev/null &&"
    " ln \"$run\" .orma/run 2>/dev/null\n"
    "  status=$?; rm -f \"$run\"\n"
    "  if [ $status -ne 0 ] && [ ! -e .orma/run ]; then\n"
    "    echo \"the folder of the job cannot be written\" >&2; exit %d\n"
    "  fi\n"
    "  if [ $status -ne 0 ]; then\n"
    "    read -r first < .orma/run\n"
    "    if [ \"$first\" != \"$ORMA_JOB_ID\" ]; then\n"
    "      echo \"another job has the folder\" >&2; exit %d\n"
    "    fi\n"
    "  fi\n"
    "fi\n"
    "echo \"$ORMA_JOB_ID\"\n"
    "exec bash \"$0\" > /dev/null 2>&1\n";

static const char list_job[] =
    "look %s; echo \"%s $here ${start:--} ${state:--} $elapsed"
    " ${USER:-$(id -un)}\"\n";

/* Five seconds to end in order, then the rest of the group. dash knows no `--`
 * after the signal. */
static const char kill_job[] =
    "here; look %s\n"
    "if [ \"${here#*@}\" != \"%s\" ]; then\n"
    "  echo \"the job runs on %s, this is ${here#*@}\" >&2; exit 1\n"
    "fi\n"
    "[ \"$here $start\" = \"%s %s\" ] || exit 0\n"
    "kill -TERM -%s 2>/dev/null || kill -TERM %s || exit 1\n"
    "n=0\n"
    "while [ $n -lt 50 ]; do\n"
    "  look %s\n"
    "  [ \"$start\" = \"%s\" ] && [ \"$state\" != Z ] || break\n"
    "  sleep 0.1; n=$((n + 1))\n"
    "done\n"
    "kill -KILL -%s 2>/dev/null\n"
    "exit 0\n";

/* The parts of an id, in one buffer. */
typedef struct job_id {
    char text[ID_MAX];
    const char *pid, *place, *start; /* place: BOOT@HOST */
    const char *host_name;
} job_id;

static bool is_id_char(char c)
{
    return isalnum((unsigned char)c) ||
           (c != '\0' && strchr("@._-", c) != NULL);
}

/* Only characters that a shell leaves alone, so ids need no quoting. */
static bool split_id(const char *text, size_t len, job_id *out)
{
    char *parts[3] = {out->text, NULL, NULL};
    size_t count = 1;

    if (len == 0 || len >= sizeof out->text)
        return false;
    memcpy(out->text, text, len);
    out->text[len] = '\0';
    for (char *p = out->text; *p != '\0'; p++) {
        if (*p == ':' && count < 3) {
            *p = '\0';
            parts[count++] = p + 1;
        } else if (!is_id_char(*p)) {
            return false;
        }
    }
    if (count != 3 || strspn(parts[0], "0123456789") != strlen(parts[0]) ||
        *parts[0] == '\0' || *parts[2] == '\0')
        return false;
    out->pid = parts[0];
    out->place = parts[1];
    out->start = parts[2];
    const char *at = strchr(out->place, '@');
    out->host_name = at != NULL ? at + 1 : "";
    return at != NULL;
}

static orma_status bad_id(orma_error **err, const char *id)
{
    return host->fail(host, err, ORMA_E_INVALID, "direct", 0,
                      "'%.*s' is not a job id of core.direct", ID_MAX, id);
}

/* A word in single quotes; what is quoted holds none itself, or is a file's
 * name, whose quotes are carried. */
static orma_status write_quoted(orma_writer *out, const char *word,
                                orma_error **err)
{
    orma_status st = direct_write(out, "'", err);

    while (st == ORMA_OK && *word != '\0') {
        const size_t plain = strcspn(word, "'");
        st = host->write(out, (orma_str){word, plain});
        word += plain;
        if (st == ORMA_OK && *word == '\'') {
            st = direct_write(out, "'\"'\"'", err);
            word++;
        }
    }
    return st == ORMA_OK ? direct_write(out, "'", err) : st;
}

/* The substitution lasts until the job has printed its id, which closes its end
 * of the pipe; without an id nothing was started. */
orma_status direct_submit_command(const orma_scheduler *self,
                                  const char *script, const char *token,
                                  orma_writer *out, orma_error **err)
{
    (void)self;
    (void)token; /* the folder's files tell whose job it is */
    char starter[sizeof start_job + sizeof shell_functions + 16];

    snprintf(starter, sizeof starter, "%s", shell_functions);
    snprintf(starter + sizeof shell_functions - 1,
             sizeof starter - sizeof shell_functions + 1, start_job,
             EXIT_NOT_WRITTEN, EXIT_FENCED);
    orma_status st = direct_write(
        out,
        "session=; command -v setsid > /dev/null && session=setsid\n"
        "id=$($session sh -c ",
        err);
    if (st == ORMA_OK)
        st = write_quoted(out, starter, err);
    if (st == ORMA_OK)
        st = direct_write(out, " ", err);
    if (st == ORMA_OK)
        st = write_quoted(out, script, err);
    return st == ORMA_OK ? direct_write(out,
                                        " < /dev/null &)\n"
                                        "[ -n \"$id\" ] || exit 1\n"
                                        "echo \"$id\"\n",
                                        err)
                         : st;
}

/* The last line that is not empty. */
static orma_str last_line(orma_str text)
{
    while (text.len > 0 && isspace((unsigned char)text.ptr[text.len - 1]))
        text.len--;
    size_t begin = text.len;
    while (begin > 0 && text.ptr[begin - 1] != '\n')
        begin--;
    return (orma_str){text.ptr + begin, text.len - begin};
}

orma_status direct_parse_submit(const orma_scheduler *self,
                                const orma_command_result *result,
                                orma_writer *id, orma_error **err)
{
    (void)self;
    const orma_str line = last_line(result->standard_output);
    job_id parts;

    if (result->exit_status != 0 || !split_id(line.ptr, line.len, &parts))
        return host->fail(host, err, ORMA_E_TRANSIENT, "direct", 0,
                          "the job was not started (status %ld): %.*s",
                          (long)result->exit_status,
                          result->standard_error.len > 400
                              ? 400
                              : (int)result->standard_error.len,
                          result->standard_error.ptr);
    return host->write(id, line);
}

orma_status direct_joblist_command(const orma_scheduler *self, orma_str ids,
                                   orma_writer *out, orma_error **err)
{
    (void)self;
    json_object *list = NULL;
    char line[sizeof list_job + 2 * ID_MAX];

    if (ids.ptr == NULL)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, "direct", 0,
                          "processes can be listed by id only");
    orma_status st =
        direct_parse_json(ids, json_type_array, "the list of ids", &list, err);
    if (st != ORMA_OK)
        return st;
    st = direct_write(out, shell_functions, err);
    if (st == ORMA_OK)
        st = direct_write(out, "here\n", err);
    const size_t count = json_object_array_length(list);
    for (size_t i = 0; i < count && st == ORMA_OK; i++) {
        const char *id =
            json_object_get_string(json_object_array_get_idx(list, i));
        job_id parts;
        if (id == NULL || !split_id(id, strlen(id), &parts)) {
            st = bad_id(err, id != NULL ? id : "null");
            break;
        }
        snprintf(line, sizeof line, list_job, parts.pid, id);
        st = direct_write(out, line, err);
    }
    json_object_put(list);
    return st;
}

/* Process states of ps(1) "PROCESS STATE CODES" on Linux and the BSDs. */
static const struct {
    const char *letters;
    const char *state;
} states[] = {
    {"DIRSUW", "running"},
    {"Tt", "suspended"},
    {"XZ", "done"},
};

static const char *state_of(char letter)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (letter != '\0' && strchr(states[i].letters, letter) != NULL)
            return states[i].state;
    return "undetermined";
}

/* One line `ID BOOT@HOST START STATE ELAPSED OWNER`; "-" is unknown. */
typedef struct listed {
    char id[ID_MAX], place[ID_MAX], start[64], state[16], elapsed[32],
        owner[64];
} listed;

static bool read_line(const char *line, listed *out)
{
    return sscanf(line, "%255s %255s %63s %15s %31s %63s", out->id, out->place,
                  out->start, out->state, out->elapsed, out->owner) == 6;
}

/* NULL: this host cannot tell. A process that is gone, or whose pid another
 * one has now, or that ran before the host was restarted, has ended. */
static const char *job_state(const listed *l, const job_id *asked)
{
    const char *at = strchr(l->place, '@');

    if (at == NULL || strcmp(at + 1, asked->host_name) != 0)
        return NULL;
    if (strcmp(l->place, asked->place) != 0 ||
        strcmp(l->start, asked->start) != 0)
        return "done";
    return state_of(l->state[0]);
}

static json_object *job_record(const listed *l, const char *state)
{
    json_object *record = json_object_new_object();
    char *end = NULL;
    const long long elapsed = strtoll(l->elapsed, &end, 10);

    if (record == NULL)
        return NULL;
    json_object_object_add(record, "job_id", json_object_new_string(l->id));
    json_object_object_add(record, "job_state", json_object_new_string(state));
    json_object_object_add(record, "job_owner",
                           json_object_new_string(l->owner));
    if (end != l->elapsed && *end == '\0' && strcmp(state, "done") != 0)
        json_object_object_add(record, "wallclock_time_seconds",
                               json_object_new_int64(elapsed));
    return record;
}

static void append_records(const char *text, json_object *records)
{
    for (const char *line = text; line != NULL && *line != '\0';) {
        listed l;
        job_id asked;
        const char *next = strchr(line, '\n');
        if (read_line(line, &l) && split_id(l.id, strlen(l.id), &asked)) {
            const char *state = job_state(&l, &asked);
            if (state != NULL)
                json_object_array_add(records, job_record(&l, state));
        }
        line = next != NULL ? next + 1 : NULL;
    }
}

orma_status direct_parse_joblist(const orma_scheduler *self, orma_str ids,
                                 const orma_command_result *result,
                                 orma_writer *out, orma_error **err)
{
    (void)self;
    (void)ids; /* the command answers for what was asked, nothing else */
    if (result->exit_status != 0)
        return host->fail(
            host, err, ORMA_E_TRANSIENT, "direct", result->exit_status,
            "processes could not be listed: %.*s",
            result->standard_error.len > 400 ? 400
                                             : (int)result->standard_error.len,
            result->standard_error.ptr);
    json_object *records = json_object_new_array();
    append_records(result->standard_output.ptr, records);
    const orma_status st =
        direct_write(out, json_object_to_json_string(records), err);
    json_object_put(records);
    return st;
}

orma_status direct_kill_command(const orma_scheduler *self, const char *id,
                                orma_writer *out, orma_error **err)
{
    (void)self;
    char text[sizeof kill_job + 4 * ID_MAX];
    job_id j;

    if (!split_id(id, strlen(id), &j))
        return bad_id(err, id);
    snprintf(text, sizeof text, kill_job, j.pid, j.host_name, j.host_name,
             j.place, j.start, j.pid, j.pid, j.pid, j.start, j.pid);
    const orma_status st = direct_write(out, shell_functions, err);
    return st == ORMA_OK ? direct_write(out, text, err) : st;
}

orma_status direct_parse_kill(const orma_scheduler *self,
                              const orma_command_result *result,
                              orma_error **err)
{
    (void)self;
    if (result->exit_status == 0)
        return ORMA_OK;
    return host->fail(host, err, ORMA_E_TRANSIENT, "direct",
                      result->exit_status, "the job was not killed: %.*s",
                      result->standard_error.len > 400
                          ? 400
                          : (int)result->standard_error.len,
                      result->standard_error.ptr);
}
