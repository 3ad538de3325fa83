/* Names and summaries of nodes, for people.
 *
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include <api/nodes_internal.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <process/inputs.h>

/* AiiDA's symbols. */
static const struct {
    const char *state, *symbol, *paused_symbol;
} states[] = {
    {"created", "\u23f9", "\u23f8"},  {"running", "\u23f5", "\u23f8"},
    {"waiting", "\u23f5", "\u23f8"},  {"finished", "\u23f9", "\u23f9"},
    {"excepted", "\u2a2f", "\u2a2f"}, {"killed", "\u2620", "\u2620"},
};

char *node_class_name(const char *node_type)
{
    size_t end = strlen(node_type);
    if (end > 0 && node_type[end - 1] == '.')
        end--;
    size_t start = end;
    while (start > 0 && node_type[start - 1] != '.')
        start--;
    return str_copy((orma_str){node_type + start, end - start});
}

bool node_is_process(const char *node_type)
{
    return text_starts(node_type, "process.");
}

static bool node_is_code(const node *n)
{
    return text_starts(n->node_type, "data.core.code.");
}

char *node_display_name(const node *n)
{
    const char *label =
        node_is_process(n->node_type)
            ? json_get_text(n->attributes, "process_label", NULL)
            : NULL;
    return label != NULL ? text_copy(label) : node_class_name(n->node_type);
}

void process_state_text(const json_object *attributes, buf *out)
{
    const char *state = json_get_text(attributes, "process_state", NULL);
    if (state == NULL) {
        buf_char(out, '-');
        return;
    }
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text_equal(states[i].state, state))
            buf_printf(out, "%s ",
                       json_get_bool(attributes, "paused", false)
                           ? states[i].paused_symbol
                           : states[i].symbol);
    buf_char(out, (char)toupper((unsigned char)state[0]));
    buf_text(out, state + 1);
    const json_object *status = json_get(attributes, "exit_status");
    if (status != NULL && text_equal(state, "finished"))
        buf_printf(out, " [%lld]",
                   (long long)json_get_int(attributes, "exit_status", 0));
}

static void code_full_label(orma_profile *p, const node *n, buf *out)
{
    AUTO_JSON json_object *computer = NULL;
    AUTO_ERROR orma_error *ignored = NULL;

    buf_text(out, n->label);
    if (n->computer_pk > 0 &&
        store_computer_by_pk(p->store, n->computer_pk, &computer, &ignored) ==
            ORMA_OK)
        buf_printf(out, "@%s", json_get_text(computer, "label", ""));
}

void node_summary(orma_profile *p, const node *n, buf *out)
{
    AUTO_ERROR orma_error *ignored = NULL;
    AUTO_BUF buf text = {0};

    if (node_is_process(n->node_type))
        process_state_text(n->attributes, &text);
    else if (node_is_code(n))
        code_full_label(p, n, &text);
    else if (data_summary(p->registry, n, &text, &ignored) != ORMA_OK)
        /* A type without summary, or one whose plugin is not installed. */
        buf_clear(&text);
    for (size_t i = 0; i < text.len; i++)
        buf_char(out, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
}
