/* Conformance: the members that a table must have.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_members.h>

#include <string.h>

#include <orma/calculation.h>
#include <orma/data.h>
#include <orma/parser.h>
#include <orma/storage.h>
#include <orma/transport.h>
#include <orma/workflow.h>

#include <base/text.h>

#define MEMBER(kind, type, name) {kind, #name, offsetof(type, name)}

/* Those that their headers do not call optional. */
static const struct {
    enum plugin_kind kind;
    const char *name;
    size_t offset;
} members[] = {
    MEMBER(KIND_CALCULATION, orma_calculation, prepare),
    MEMBER(KIND_PARSER, orma_parser, parse),
    MEMBER(KIND_DATA, orma_data, validate),
    MEMBER(KIND_SCHEDULER, orma_scheduler, resources),
    MEMBER(KIND_SCHEDULER, orma_scheduler, script_header),
    MEMBER(KIND_SCHEDULER, orma_scheduler, submit_command),
    MEMBER(KIND_SCHEDULER, orma_scheduler, parse_submit),
    MEMBER(KIND_SCHEDULER, orma_scheduler, joblist_command),
    MEMBER(KIND_SCHEDULER, orma_scheduler, parse_joblist),
    MEMBER(KIND_SCHEDULER, orma_scheduler, kill_command),
    MEMBER(KIND_SCHEDULER, orma_scheduler, parse_kill),
    MEMBER(KIND_TRANSPORT, orma_transport, open),
    MEMBER(KIND_TRANSPORT, orma_transport, close),
    MEMBER(KIND_TRANSPORT, orma_transport, exec),
    MEMBER(KIND_TRANSPORT, orma_transport, put),
    MEMBER(KIND_TRANSPORT, orma_transport, get),
    MEMBER(KIND_TRANSPORT, orma_transport, put_tree),
    MEMBER(KIND_TRANSPORT, orma_transport, get_tree),
    MEMBER(KIND_TRANSPORT, orma_transport, copy),
    MEMBER(KIND_TRANSPORT, orma_transport, stat),
    MEMBER(KIND_TRANSPORT, orma_transport, list),
    MEMBER(KIND_TRANSPORT, orma_transport, glob),
    MEMBER(KIND_TRANSPORT, orma_transport, mkdir),
    MEMBER(KIND_TRANSPORT, orma_transport, remove),
    MEMBER(KIND_TRANSPORT, orma_transport, rename),
    MEMBER(KIND_TRANSPORT, orma_transport, symlink),
    MEMBER(KIND_TRANSPORT, orma_transport, chmod),
    MEMBER(KIND_TRANSPORT, orma_transport, whoami),
    MEMBER(KIND_WORKFLOW, orma_workflow, step),
    MEMBER(KIND_STORAGE, orma_storage, open),
    MEMBER(KIND_STORAGE, orma_storage, close),
    MEMBER(KIND_STORAGE, orma_storage, dialect),
    MEMBER(KIND_STORAGE, orma_storage, container),
    MEMBER(KIND_STORAGE, orma_storage, execute),
    MEMBER(KIND_STORAGE, orma_storage, prepare),
    MEMBER(KIND_STORAGE, orma_storage, finalize),
    MEMBER(KIND_STORAGE, orma_storage, bind),
    MEMBER(KIND_STORAGE, orma_storage, step),
    MEMBER(KIND_STORAGE, orma_storage, column),
    MEMBER(KIND_STORAGE, orma_storage, reset),
    MEMBER(KIND_STORAGE, orma_storage, begin),
    MEMBER(KIND_STORAGE, orma_storage, commit),
    MEMBER(KIND_STORAGE, orma_storage, rollback),
};

bool check_members(check_report *report, const entry_record *entry,
                   const void *table)
{
    bool is_good = true;

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        void (*member)(void) = NULL;
        if (members[i].kind != entry->pub.kind)
            continue;
        memcpy(&member, (const char *)table + members[i].offset,
               sizeof member);
        if (member != NULL)
            continue;
        check_note(report, "member \"%s\" is NULL", members[i].name);
        is_good = false;
    }
    return check_result(report, is_good, "%s: its table has all members that "
                        "it must have", entry->pub.name);
}
