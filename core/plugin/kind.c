/* The kinds of entry points and the words for states: one table each.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/kind.h>

#include <base/text.h>

#include <orma/calculation.h>
#include <orma/data.h>
#include <orma/parser.h>
#include <orma/scheduler.h>
#include <orma/storage.h>
#include <orma/transport.h>
#include <orma/workflow.h>

#define SIZE_UP_TO(T, member)                                                  \
    (uint32_t)(offsetof(T, member) + sizeof(((T *)0)->member))

static const struct {
    const char *word;
    const char *group;
    const char *singular;
    const char *interface_id;
    uint32_t least_size; /* up to the last member of ABI 0.1 */
} kinds[KIND_COUNT] = {
    [KIND_CALCULATION] = {"calculations", "aiida.calculations", "calculation",
                          ORMA_CALCULATION,
                          SIZE_UP_TO(orma_calculation, prepare)},
    [KIND_PARSER] = {"parsers", "aiida.parsers", "parser", ORMA_PARSER,
                     SIZE_UP_TO(orma_parser, parse)},
    [KIND_DATA] = {"data", "aiida.data", "data", ORMA_DATA,
                   SIZE_UP_TO(orma_data, summary)},
    [KIND_SCHEDULER] = {"schedulers", "aiida.schedulers", "scheduler",
                        ORMA_SCHEDULER,
                        SIZE_UP_TO(orma_scheduler, parse_output)},
    [KIND_TRANSPORT] = {"transports", "aiida.transports", "transport",
                        ORMA_TRANSPORT, SIZE_UP_TO(orma_transport, whoami)},
    [KIND_WORKFLOW] = {"workflows", "aiida.workflows", "workflow",
                       ORMA_WORKFLOW, SIZE_UP_TO(orma_workflow, predicate)},
    [KIND_STORAGE] = {"storage", "aiida.storage", "storage", ORMA_STORAGE,
                      SIZE_UP_TO(orma_storage, rollback)},
};

static const char *const state_words[] = {
    [PLUGIN_OK] = "ok",
    [PLUGIN_BAD_MANIFEST] = "bad-manifest",
    [PLUGIN_UNTRUSTED] = "untrusted",
    [PLUGIN_ABI_MISMATCH] = "abi-mismatch",
    [PLUGIN_LOAD_FAILED] = "load-failed",
    [PLUGIN_ENTRY_MISSING] = "entry-missing",
    [PLUGIN_INIT_FAILED] = "init-failed",
    [PLUGIN_INCOMPLETE] = "incomplete",
    [PLUGIN_SHADOWED] = "shadowed",
    [PLUGIN_AMBIGUOUS] = "ambiguous",
};

const char *plugin_kind_word(enum plugin_kind kind)
{
    return kinds[kind].word;
}

const char *plugin_kind_group(enum plugin_kind kind)
{
    return kinds[kind].group;
}

const char *plugin_kind_singular(enum plugin_kind kind)
{
    return kinds[kind].singular;
}

const char *plugin_kind_interface(enum plugin_kind kind)
{
    return kinds[kind].interface_id;
}

uint32_t plugin_kind_least_size(enum plugin_kind kind)
{
    return kinds[kind].least_size;
}

bool plugin_kind_parse(const char *text, enum plugin_kind *kind)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (text_equal(text, kinds[i].word) ||
            text_equal(text, kinds[i].group) ||
            text_equal(text, kinds[i].singular)) {
            *kind = (enum plugin_kind)i;
            return true;
        }
    return false;
}

const char *plugin_state_word(enum plugin_state state)
{
    return state_words[state];
}
