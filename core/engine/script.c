/* The submit script.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/script.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/error.h>
#include <base/text.h>

/* A job runs once: whoever makes `run` first has the folder; the same job may
 * come again (a scheduler's requeue). It is written aside and linked, so that
 * it is there whole or not at all: an empty one, left by a full disk, would
 * stop every job. The folder's path is taken before the user's lines may leave
 * it. The end is told by `done`: exit status, time. */
static const char fence_head[] =
    "# orma: a job runs once, and tells when it has ended\n"
    "orma_folder=$PWD/.orma\n"
    "orma_id=${ORMA_JOB_ID:-";
static const char fence_tail[] =
    "}\n"
    "if [ -d \"$orma_folder\" ]; then\n"
    "    orma_run=$orma_folder/run.$(uname -n).$$\n"
    "    { echo \"$orma_id\" > \"$orma_run\"; } 2> /dev/null &&\n"
    "        ln \"$orma_run\" \"$orma_folder/run\" 2> /dev/null\n"
    "    orma_status=$?\n"
    "    rm -f \"$orma_run\"\n"
    "    if [ $orma_status -ne 0 ] && [ ! -e \"$orma_folder/run\" ]; then\n"
    "        echo \"orma: this job cannot write into $orma_folder, so it does "
    "not run\" >&2\n"
    "        exit %d\n"
    "    fi\n"
    "    if [ $orma_status -ne 0 ]; then\n"
    "        read -r orma_first < \"$orma_folder/run\"\n"
    "        if [ -z \"$orma_id\" ] || [ \"$orma_id\" != \"$orma_first\" ]; "
    "then\n"
    "            echo \"orma: this job has run before; without "
    "$orma_folder/run it would run again\" >&2\n"
    "            exit %d\n"
    "        fi\n"
    "        [ ! -e \"$orma_folder/done\" ] || rm -f \"$orma_folder/done\"\n"
    "    fi\n"
    "    trap 'orma_status=$?; { echo \"$orma_status\"; date +%%s; } > "
    "\"$orma_folder/done\"' EXIT\n"
    "fi\n";

static orma_status invalid(orma_error **err, const char *what)
{
    return error_set(err, ORMA_E_INVALID, "engine", 0, "job template: %s",
                     what);
}

static void quote(buf *out, const char *word, bool with_double_quotes)
{
    if (with_double_quotes)
        shell_quote_double(out, word);
    else
        shell_quote(out, word);
}

/* Words of any JSON scalar, as Python's str() gives them. */
static orma_status scalar_text(const json_object *value, buf *out,
                               orma_error **err)
{
    switch (json_object_get_type(value)) {
    case json_type_string:
        buf_text(out, json_object_get_string((json_object *)(uintptr_t)value));
        return ORMA_OK;
    case json_type_boolean:
        buf_text(out, json_object_get_boolean(value) ? "True" : "False");
        return ORMA_OK;
    case json_type_int:
    case json_type_double:
        json_write(out, value, JSON_COMPACT);
        return ORMA_OK;
    case json_type_null:
    case json_type_object:
    case json_type_array:
        break;
    }
    return invalid(err, "a word of a command line is no text or number");
}

static orma_status append_words(buf *out, const json_object *words,
                                bool with_double_quotes, orma_error **err)
{
    const size_t count = words != NULL ? json_object_array_length(words) : 0;

    for (size_t i = 0; i < count; i++) {
        AUTO_BUF buf word = {0};
        const orma_status st =
            scalar_text(json_object_array_get_idx(words, i), &word, err);
        if (st != ORMA_OK)
            return st;
        if (out->len > 0)
            buf_char(out, ' ');
        quote(out, buf_c_str(&word), with_double_quotes);
    }
    return ORMA_OK;
}

static void append_redirection(buf *out, const char *sign, const char *name,
                               bool with_double_quotes)
{
    if (name == NULL)
        return;
    if (out->len > 0)
        buf_char(out, ' ');
    buf_text(out, sign);
    buf_char(out, ' ');
    quote(out, name, with_double_quotes);
}

/* Pair (computer, code) of use_double_quotes. */
static bool double_quotes(const json_object *code, size_t which)
{
    const json_object *pair = json_get(code, "use_double_quotes");
    return json_object_is_type(pair, json_type_array) &&
           json_object_array_length(pair) == 2 &&
           json_object_get_boolean(json_object_array_get_idx(pair, which));
}

orma_status script_run_line(buf *out, const json_object *code, orma_error **err)
{
    const bool computer_quotes = double_quotes(code, 0);
    AUTO_BUF buf before = {0}, line = {0};

    orma_status st =
        append_words(&before, json_get(code, "prepend_cmdline_params"),
                     computer_quotes, err);
    if (st == ORMA_OK)
        st = append_words(&line, json_get(code, "cmdline_params"),
                          double_quotes(code, 1), err);
    if (st != ORMA_OK)
        return st;
    append_redirection(&line, "<", json_get_text(code, "stdin_name", NULL),
                       computer_quotes);
    append_redirection(&line, ">", json_get_text(code, "stdout_name", NULL),
                       computer_quotes);
    if (json_get_bool(code, "join_files", false))
        buf_text(&line, " 2>&1");
    else
        append_redirection(&line, "2>",
                           json_get_text(code, "stderr_name", NULL),
                           computer_quotes);
    buf_str(out, buf_view(&before));
    if (before.len > 0 && line.len > 0)
        buf_char(out, ' ');
    if (json_get_bool(code, "wrap_cmdline_params", false))
        shell_quote_double(out, buf_c_str(&line));
    else
        buf_str(out, buf_view(&line));
    st = buf_status(&before, err);
    return st == ORMA_OK ? buf_status(&line, err) : st;
}

static orma_status append_run_lines(buf *out, const json_object *template,
                                    orma_error **err)
{
    const json_object *codes = json_get(template, "codes_info");
    const bool is_parallel = json_get_int(template, "codes_run_mode", 0) == 1;
    const size_t count = codes != NULL ? json_object_array_length(codes) : 0;

    for (size_t i = 0; i < count; i++) {
        const orma_status st =
            script_run_line(out, json_object_array_get_idx(codes, i), err);
        if (st != ORMA_OK)
            return st;
        if (is_parallel)
            buf_text(out, " &\n\n");
        else if (i + 1 < count)
            buf_text(out, "\n\n");
    }
    if (is_parallel)
        buf_text(out, "wait\n");
    return ORMA_OK;
}

/* A name that the shell takes as one; anything else would be a command. */
static bool is_variable_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz_";
    if (*name == '\0' || strchr(letters, *name) == NULL)
        return false;
    while (*name != '\0' &&
           (strchr(letters, *name) != NULL || (*name >= '0' && *name <= '9')))
        name++;
    return *name == '\0';
}

static orma_status append_environment(buf *out, const json_object *template,
                                      orma_error **err)
{
    const json_object *variables = json_get(template, "job_environment");
    const bool with_double_quotes =
        json_get_bool(template, "environment_variables_double_quotes", false);

    if (variables == NULL || json_object_object_length(variables) == 0)
        return ORMA_OK;
    buf_text(out, "# ENVIRONMENT VARIABLES BEGIN ###\n");
    json_object_object_foreach((json_object *)(uintptr_t)variables, key, value)
    {
        AUTO_BUF buf text = {0};
        if (!is_variable_name(key))
            return error_set(err, ORMA_E_INVALID, "engine", 0,
                             "metadata.options.environment_variables: \"%s\" "
                             "is not the name of a variable",
                             key);
        const orma_status st = scalar_text(value, &text, err);
        if (st != ORMA_OK)
            return st;
        buf_printf(out, "export %s=", key);
        quote(out, buf_c_str(&text), with_double_quotes);
        buf_char(out, '\n');
    }
    buf_text(out, "# ENVIRONMENT VARIABLES  END  ###\n\n");
    return ORMA_OK;
}

static void append_fence(buf *out, const char *id_variable)
{
    buf_text(out, fence_head);
    if (id_variable != NULL)
        buf_printf(out, "${%s:-}", id_variable);
    buf_printf(out, fence_tail, SCRIPT_EXIT_NOT_WRITTEN, SCRIPT_EXIT_FENCED);
}

static void append_block(buf *out, const char *text)
{
    if (*text == '\0')
        return;
    buf_text(out, text);
    buf_text(out, "\n\n");
}

orma_status script_write(buf *out, const json_object *template,
                         const script_parts *parts, orma_error **err)
{
    buf_text(out, json_get_text(template, "shebang", "#!/bin/bash"));
    buf_char(out, '\n');
    buf_text(out, parts->header);
    buf_char(out, '\n');
    if (parts->is_fenced)
        append_fence(out, parts->id_variable);
    buf_char(out, '\n');
    orma_status st = append_environment(out, template, err);
    if (st != ORMA_OK)
        return st;
    append_block(out, json_get_text(template, "prepend_text", ""));
    st = append_run_lines(out, template, err);
    if (st != ORMA_OK)
        return st;
    buf_char(out, '\n');
    const char *append_text = json_get_text(template, "append_text", "");
    if (*append_text != '\0') {
        buf_char(out, '\n');
        buf_text(out, append_text);
        buf_char(out, '\n');
    }
    if (*parts->footer != '\0') {
        buf_char(out, '\n');
        buf_text(out, parts->footer);
        buf_char(out, '\n');
    }
    return buf_status(out, err);
}

static orma_status fill_one(buf *out, const char *name, size_t len,
                            const json_object *values, orma_error **err)
{
    char key[64];
    json_object *value = NULL;

    if (len >= sizeof key)
        len = sizeof key - 1;
    memcpy(key, name, len);
    key[len] = '\0';
    if (!json_object_object_get_ex(values, key, &value))
        return error_set(err, ORMA_E_INVALID, "engine", 0,
                         "mpirun_command: \"{%s}\" is no resource of the job",
                         key);
    if (value == NULL) {
        buf_text(out, "None");
        return ORMA_OK;
    }
    return scalar_text(value, out, err);
}

orma_status script_fill(buf *out, const char *word, const json_object *values,
                        orma_error **err)
{
    while (*word != '\0') {
        const size_t plain = strcspn(word, "{}");
        buf_append(out, word, plain);
        word += plain;
        if (*word == '\0')
            break;
        if (word[0] == word[1]) { /* a doubled brace is a brace */
            buf_char(out, *word);
            word += 2;
            continue;
        }
        const char *end = *word == '{' ? strchr(word, '}') : NULL;
        if (end == NULL)
            return error_set(err, ORMA_E_INVALID, "engine", 0,
                             "mpirun_command: \"%s\" has a single brace", word);
        const orma_status st =
            fill_one(out, word + 1, (size_t)(end - word - 1), values, err);
        if (st != ORMA_OK)
            return st;
        word = end + 1;
    }
    return buf_status(out, err);
}
