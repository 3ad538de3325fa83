/* Commands on `.orma/` and the reading of what they print.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/job_folder.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>

/* First words of the lines that are ours; a login shell's banner may stand
 * before them. */
#define LOOK_MARK "orma-look "
#define SUBMIT_MARK "orma-submit "

void job_folder_finish(job_folder *f)
{
    buf_free(&f->id);
}

/* ---- looking ----------------------------------------------------- */

/* One line for each fact and each line of a file. The claim's age is told by
 * its time of change: stat(1) of GNU, then of the BSDs. */
void job_folder_look(buf *command, int32_t submission)
{
    buf_printf(command,
               "say() { while IFS= read -r line || [ -n \"$line\" ]; do "
               "printf '" LOOK_MARK "%%s %%s\\n' \"$1\" \"$line\"; done < "
               "\".orma/$1\"; }\n"
               "[ -d .orma ] && echo '" LOOK_MARK "folder'\n"
               "if [ -e .orma/claim.%d ]; then\n"
               "  made=$(stat -c %%Y .orma/claim.%d 2> /dev/null || "
               "stat -f %%m .orma/claim.%d 2> /dev/null || echo 0)\n"
               "  echo \"" LOOK_MARK "claim $(($(date +%%s) - made))\"\n"
               "fi\n"
               "for name in id rc run done; do\n"
               "  [ -s \".orma/$name\" ] && say \"$name\"\n"
               "done\n"
               "echo '" LOOK_MARK "end'\n",
               (int)submission, (int)submission, (int)submission);
}

/* A whole number at the text's beginning; false: there is none. */
static bool read_number(const char *text, int64_t *value)
{
    char *end = NULL;
    const long long number = strtoll(text, &end, 10);

    if (end == text)
        return false;
    *value = number;
    return true;
}

static void read_done(job_folder *f, const char *rest)
{
    int64_t number = 0;

    if (!read_number(rest, &number))
        return;
    if (f->is_done)
        f->done_s = number;
    else
        f->exit_status = (int32_t)number;
    f->is_done = true;
}

void job_folder_read_done(const char *text, job_folder *out)
{
    while (text != NULL && *text != '\0') {
        read_done(out, text);
        text = strchr(text, '\n');
        if (text != NULL)
            text++;
    }
}

static void read_rc(job_folder *f, const char *rest, int32_t submission)
{
    int64_t number = 0;

    if (read_number(rest, &number) && number == submission)
        f->has_rc = true;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r")] == '\0';
}

static void read_run(job_folder *f, const char *rest)
{
    static const char closed[] = JOB_FOLDER_CLOSED;
    int64_t status = 0;

    f->has_run = true;
    if (text_starts(rest,
                    closed)) { /* a mark without its status says nothing */
        if (!read_number(rest + sizeof closed - 1, &status))
            return;
        f->is_closed = true;
        f->closed_status = (int32_t)status;
    } else if (f->run[0] == '\0' && !is_blank(rest)) {
        snprintf(f->run, sizeof f->run, "%s", rest);
    }
}

static bool is_word(const char *line, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(line, word, len) == 0;
}

/* One line behind the mark: a name, and a rest that may be empty. */
static void read_fact(job_folder *f, const char *line, int32_t submission)
{
    const size_t len = strcspn(line, " ");
    const char *rest = line[len] == ' ' ? line + len + 1 : line + len;

    if (is_word(line, len, "folder")) {
        f->is_there = true;
    } else if (is_word(line, len, "claim")) {
        f->is_claimed = true;
        if (!read_number(rest, &f->claim_age_s))
            f->claim_age_s = 0;
    } else if (is_word(line, len, "id")) {
        buf_text(&f->id, rest);
        buf_char(&f->id, '\n');
    } else if (is_word(line, len, "rc")) {
        read_rc(f, rest, submission);
    } else if (is_word(line, len, "run")) {
        read_run(f, rest);
    } else if (is_word(line, len, "done")) {
        read_done(f, rest);
    }
}

orma_status job_folder_read(orma_str printed, int32_t submission,
                            job_folder *out, orma_error **err)
{
    job_folder f = {0};
    bool is_whole = false;

    for (const char *line = printed.ptr; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        char *copy =
            end != NULL ? strndup(line, (size_t)(end - line)) : text_copy(line);
        if (copy == NULL) {
            job_folder_finish(&f);
            return error_no_memory(err);
        }
        if (text_starts(copy, LOOK_MARK)) {
            read_fact(&f, copy + sizeof LOOK_MARK - 1, submission);
            is_whole = text_equal(copy, LOOK_MARK "end");
        }
        free(copy);
        line = end != NULL ? end + 1 : NULL;
    }
    if (!is_whole) {
        job_folder_finish(&f);
        return error_set(err, ORMA_E_TRANSIENT, "engine", 0,
                         "the state of the job's folder could not be read");
    }
    *out = f;
    return buf_status(&out->id, err);
}

/* ---- submitting -------------------------------------------------- */

/* The claim is exclusive even on NFS (O_EXCL). `timeout` ends the submit
 * command even when the connection that started it is long gone; where there
 * is none, the command runs without a limit. The id is there whole or not. */
void job_folder_submit(buf *command, int32_t submission,
                       const char *submit_command, int64_t timeout_s)
{
    const int n = (int)submission;

    buf_printf(command,
               "set -C; { true > .orma/claim.%d; } 2> /dev/null; status=$?; "
               "set +C\n"
               "if [ $status -ne 0 ]; then\n"
               "  [ -e .orma/claim.%d ] && echo '" SUBMIT_MARK "claimed' || "
               "echo '" SUBMIT_MARK "folder'\n"
               "  exit 0\n"
               "fi\n"
               "limit=; command -v timeout > /dev/null && "
               "limit='timeout %lld'\n"
               "out=$($limit sh -c ",
               n, n, (long long)timeout_s);
    shell_quote(command, submit_command);
    buf_printf(command,
               "); status=$?\n"
               "if [ $status -eq 0 ]; then\n"
               "  printf '%%s\\n' \"$out\" > .orma/id.tmp && "
               "mv .orma/id.tmp .orma/id\n"
               "else\n"
               "  echo \"%d $status\" > .orma/rc.tmp && "
               "mv .orma/rc.tmp .orma/rc\n"
               "fi\n"
               "printf '" SUBMIT_MARK "ran %%s\\n%%s\\n' $status \"$out\"\n",
               n);
}

bool job_folder_same_id(const char *a, const char *b)
{
    const size_t a_len = strlen(a), b_len = strlen(b);
    const size_t len = a_len < b_len ? a_len : b_len;
    const char *rest = a_len < b_len ? b + len : a + len;

    return len > 0 && strncmp(a, b, len) == 0 &&
           (*rest == '\0' || strchr(".:[_", *rest) != NULL);
}

orma_status job_folder_submitted(orma_str printed, enum submit_result *result,
                                 int32_t *status, orma_str *output,
                                 orma_error **err)
{
    static const char ran[] = "ran ";
    const char *mark =
        printed.ptr != NULL ? strstr(printed.ptr, SUBMIT_MARK) : NULL;
    int64_t number = 0;

    if (mark != NULL) {
        const char *word = mark + sizeof SUBMIT_MARK - 1;
        const char *line_end = strchr(word, '\n');
        if (text_starts(word, "claimed")) {
            *result = SUBMIT_CLAIMED;
            return ORMA_OK;
        }
        if (text_starts(word, "folder")) {
            *result = SUBMIT_NO_FOLDER;
            return ORMA_OK;
        }
        if (text_starts(word, ran) && line_end != NULL &&
            read_number(word + sizeof ran - 1, &number)) {
            *result = SUBMIT_RAN;
            *status = (int32_t)number;
            *output =
                (orma_str){line_end + 1,
                           printed.len - (size_t)(line_end + 1 - printed.ptr)};
            return ORMA_OK;
        }
    }
    return error_set(err, ORMA_E_TRANSIENT, "engine", 0,
                     "the submission gave no answer");
}

void job_folder_close(buf *command, int32_t exit_status)
{
    buf_printf(command,
               "mkdir -p .orma\n"
               "mark=.orma/run.$(uname -n).$$\n"
               "{ echo '" JOB_FOLDER_CLOSED " %d' > \"$mark\"; } "
               "2> /dev/null && ln \"$mark\" .orma/run 2> /dev/null\n"
               "rm -f \"$mark\"\n"
               "[ -e .orma/run ] && "
               "echo \"" LOOK_MARK "run $(cat .orma/run)\"\n"
               "echo '" LOOK_MARK "end'\n",
               (int)exit_status);
}
