/* Types of entities as AiiDA names them.
 *
 * SPDX-License-Identifier: MIT */
#include <query/types.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define GROUP "group."
#define ANY_GROUP "group.core"
#define CALCULATION "process.calculation.CalculationNode."
#define WORKFLOW "process.workflow.WorkflowNode."
#define ABSTRACT_CODE "data.core.code.abstract.AbstractCode."

/* AiiDA's classes that no manifest declares. */
static const struct {
    const char *name;
    enum entity entity;
    const char *type, *process_type;
} classes[] = {
    {"Node", ENTITY_NODE, "", NULL},
    {"Data", ENTITY_NODE, "data.Data.", NULL},
    {"ProcessNode", ENTITY_NODE, "process.ProcessNode.", NULL},
    {"CalculationNode", ENTITY_NODE, CALCULATION, NULL},
    {"WorkflowNode", ENTITY_NODE, WORKFLOW, NULL},
    {"CalcJobNode", ENTITY_NODE, "process.calculation.calcjob.CalcJobNode.",
     NULL},
    {"CalcFunctionNode", ENTITY_NODE,
     "process.calculation.calcfunction.CalcFunctionNode.", NULL},
    {"WorkChainNode", ENTITY_NODE, "process.workflow.workchain.WorkChainNode.",
     NULL},
    {"WorkFunctionNode", ENTITY_NODE,
     "process.workflow.workfunction.WorkFunctionNode.", NULL},
    {"CalcJob", ENTITY_NODE, "process.calculation.calcjob.CalcJobNode.",
     "aiida.engine.processes.calcjobs.calcjob.CalcJob"},
    {"WorkChain", ENTITY_NODE, "process.workflow.workchain.WorkChainNode.",
     "aiida.engine.processes.workchains.workchain.WorkChain"},
    {"Code", ENTITY_NODE, ABSTRACT_CODE, NULL},
    {"AbstractCode", ENTITY_NODE, ABSTRACT_CODE, NULL},
    {"Group", ENTITY_GROUP, ANY_GROUP, NULL},
    {"AutoGroup", ENTITY_GROUP, "group.core.auto", NULL},
    {"ImportGroup", ENTITY_GROUP, "group.core.import", NULL},
    {"UpfFamily", ENTITY_GROUP, "group.core.upf", NULL},
    {"Computer", ENTITY_COMPUTER, "computer", NULL},
    {"User", ENTITY_USER, "user", NULL},
    {"AuthInfo", ENTITY_AUTHINFO, "authinfo", NULL},
    {"Comment", ENTITY_COMMENT, "comment", NULL},
    {"Log", ENTITY_LOG, "log", NULL},
};

void query_type_finish(query_type *t)
{
    free(t->type);
    free(t->process_type);
    *t = (query_type){0};
}

static orma_status make(enum entity entity, const char *type,
                        const char *process_type, query_type *out,
                        orma_error **err)
{
    query_type made = {entity, text_copy(type), text_copy(process_type)};
    if (made.type == NULL ||
        (process_type != NULL && made.process_type == NULL)) {
        query_type_finish(&made);
        return error_no_memory(err);
    }
    *out = made;
    return ORMA_OK;
}

orma_status query_type_of_string(const char *text, enum entity base,
                                 const place *at, query_type *out,
                                 orma_error **err)
{
    const enum entity named = entity_parse(text);
    /* AiiDA takes any group's name for all groups. */
    if (base == ENTITY_GROUP || named == ENTITY_GROUP ||
        (base == ENTITY_NONE && text_starts(text, GROUP)))
        return make(ENTITY_GROUP, ANY_GROUP, NULL, out, err);
    if (base != ENTITY_NODE && base != ENTITY_NONE)
        return make(base, entity_table_of(base)->word, NULL, out, err);
    if (base == ENTITY_NONE && named != ENTITY_NONE && named != ENTITY_NODE)
        return make(named, text, NULL, out, err);
    if (named == ENTITY_NODE || text_equal(text, "node.Node."))
        return make(ENTITY_NODE, "", NULL, out, err);
    if (*text == '\0' || text_ends(text, "."))
        return make(ENTITY_NODE, text, NULL, out, err);
    const orma_status st = place_refuse(
        at, err, "a node type ends in a dot, and \"%.200s\" does not", text);
    error_hint(err, "write a node type (\"data.core.int.Int.\"), \"node\", "
                    "\"group.core\", \"computer\", \"user\", \"authinfo\", "
                    "\"comment\", \"log\" or \"link\", or name a class by "
                    "\"cls\" (\"Int\")");
    return st;
}

/* "Int" of "data.core.int.Int.", as a text that is not ended there. */
static orma_str last_part(const char *type)
{
    size_t len = strlen(type);
    while (len > 0 && type[len - 1] == '.')
        len--;
    size_t start = len;
    while (start > 0 && type[start - 1] != '.')
        start--;
    return (orma_str){type + start, len - start};
}

static orma_status of_entry(const plugin_entry *entry, const json_object *spec,
                            query_type *out, orma_error **err)
{
    if (entry->kind == KIND_DATA)
        return make(ENTITY_NODE, json_get_text(spec, "node_type", "data.Data."),
                    NULL, out, err);
    AUTO_FREE char *process_type =
        text_printf("%s:%s", plugin_kind_group(entry->kind), entry->name);
    if (process_type == NULL)
        return error_no_memory(err);
    return make(ENTITY_NODE,
                entry->kind == KIND_CALCULATION ? CALCULATION : WORKFLOW,
                process_type, out, err);
}

/* Does the entry answer to the name: that of its entry point, with or without
 * the group, or that of its class? */
static bool is_named(const plugin_entry *entry, const json_object *spec,
                     const char *text)
{
    const char *group = plugin_kind_group(entry->kind);
    const size_t len = strlen(group);
    if (text_equal(entry->name, text) ||
        (strncmp(text, group, len) == 0 && text[len] == ':' &&
         text_equal(entry->name, text + len + 1)))
        return true;
    const char *type =
        entry->kind == KIND_DATA ? json_get_text(spec, "node_type", "") : "";
    return str_equal(last_part(type), text);
}

static orma_status find_entry(registry *r, const char *text, query_type *out,
                              bool *found, orma_error **err)
{
    for (size_t i = 0; i < registry_entry_count(r); i++) {
        const plugin_entry *entry = registry_entry(r, i);
        const json_object *spec = NULL;
        if (entry->state != PLUGIN_OK ||
            (entry->kind != KIND_DATA && entry->kind != KIND_CALCULATION &&
             entry->kind != KIND_WORKFLOW))
            continue;
        if (entry->kind == KIND_DATA) {
            const orma_status st = registry_spec(r, entry, &spec, err);
            if (st != ORMA_OK)
                return st;
        }
        if (!is_named(entry, spec, text))
            continue;
        *found = true;
        return of_entry(entry, spec, out, err);
    }
    return ORMA_OK;
}

/* "aiida.calculations:NAME" and "aiida.workflows:NAME" can be asked for without
 * the plugin: the nodes say as much. */
static orma_status of_process_type(const char *text, query_type *out,
                                   bool *found, orma_error **err)
{
    static const struct {
        const char *group, *node_type;
    } kinds[] = {
        {"aiida.calculations:", CALCULATION},
        {"aiida.workflows:", WORKFLOW},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!text_starts(text, kinds[i].group) ||
            text_equal(text, kinds[i].group))
            continue;
        *found = true;
        return make(ENTITY_NODE, kinds[i].node_type, text, out, err);
    }
    return ORMA_OK;
}

orma_status query_type_of_class(registry *r, const char *text, const place *at,
                                query_type *out, orma_error **err)
{
    bool found = false;

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (text_equal(classes[i].name, text))
            return make(classes[i].entity, classes[i].type,
                        classes[i].process_type, out, err);
    orma_status st = of_process_type(text, out, &found, err);
    if (st == ORMA_OK && !found && r != NULL)
        st = find_entry(r, text, out, &found, err);
    if (st != ORMA_OK || found)
        return st;
    st = place_refuse(at, err, "no class or entry point is called \"%.200s\"",
                      text);
    error_hint(err, "write a class (\"Node\", \"CalcJobNode\", "
                    "\"StructureData\", \"Group\") or an entry point "
                    "(\"core.int\", see `orma plugin list`)");
    return st;
}

/* "a\_b": the text where LIKE takes every character as it is. */
static void escape_like(orma_str text, buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("%_\\", text.ptr[i]) != NULL)
            buf_char(out, '\\');
        buf_char(out, text.ptr[i]);
    }
}

/* What a type's own prefix is to subclasses: all but the class's name. */
static orma_str family_of(const char *type)
{
    const size_t len = strlen(type);
    const orma_str last = last_part(type);
    if (text_equal(type, ABSTRACT_CODE))
        return (orma_str){type, strlen("data.core.code.")};
    return (orma_str){type, len > last.len ? len - last.len - 1 : 0};
}

static json_object *condition(const char *operator, const char * value)
{
    json_object *made = json_object_new_object();
    if (made != NULL && !json_set_text(made, operator, value)) {
        json_object_put(made);
        made = NULL;
    }
    return made;
}

static json_object *like(const char *family, size_t len, const char *end)
{
    AUTO_BUF buf pattern = {0};
    escape_like((orma_str){family, len}, &pattern);
    buf_text(&pattern, end);
    return pattern.failed ? NULL : condition("like", buf_c_str(&pattern));
}

static json_object *node_type_filter(const query_type *t, bool subclassing)
{
    const orma_str family = family_of(t->type);
    return subclassing ? like(family.ptr, family.len, "%")
                       : condition("==", t->type);
}

static json_object *group_filter(const query_type *t, bool subclassing)
{
    const char *name = t->type + strlen(GROUP);
    if (!subclassing)
        return condition("==", name);
    return text_equal(t->type, ANY_GROUP) ? condition("like", "%")
                                          : like(name, strlen(name), "%");
}

/* Two alternatives in an array, taken over; NULL without memory. */
static json_object *either(json_object *a, json_object *b)
{
    json_object *both = json_object_new_object();
    json_object *array = json_object_new_array();
    if (a == NULL || b == NULL || both == NULL || array == NULL ||
        json_object_array_add(array, a) != 0) {
        json_object_put(a);
        json_object_put(b);
        json_object_put(array);
        json_object_put(both);
        return NULL;
    }
    if (json_object_array_add(array, b) != 0) {
        json_object_put(b);
        json_object_put(array);
        json_object_put(both);
        return NULL;
    }
    if (!json_set(both, "or", array)) {
        json_object_put(both);
        return NULL;
    }
    return both;
}

static json_object *process_type_filter(const query_type *t, bool subclassing)
{
    if (!subclassing)
        return condition("==", t->process_type);
    if (text_starts(t->process_type, "aiida.engine"))
        return condition("like", "%"); /* the node type says it all */
    return either(condition("==", t->process_type),
                  like(t->process_type, strlen(t->process_type), "."));
}

typedef json_object *make_filter(const query_type *t, bool subclassing);

/* field: the filter of the type, or of any of several. */
static bool add_filter(const query_type *types, size_t count, bool subclassing,
                       make_filter *make_one, json_object *filters,
                       const char *field)
{
    if (count == 1) {
        json_object *one = make_one(types, subclassing);
        return one != NULL && json_set(filters, field, one);
    }
    json_object *any = json_object_new_object();
    json_object *array = json_object_new_array();
    bool done = any != NULL && array != NULL;
    for (size_t i = 0; done && i < count; i++) {
        json_object *one = make_one(&types[i], subclassing);
        done = one != NULL && json_object_array_add(array, one) == 0;
        if (!done)
            json_object_put(one);
    }
    if (!done) {
        json_object_put(array);
        json_object_put(any);
        return false;
    }
    if (!json_set(any, "or", array)) {
        json_object_put(any);
        return false;
    }
    return json_set(filters, field, any);
}

bool query_types_filter(const query_type *types, size_t count, bool subclassing,
                        json_object *filters)
{
    if (types[0].entity == ENTITY_GROUP)
        return add_filter(types, count, subclassing, group_filter, filters,
                          "type_string");
    if (types[0].entity != ENTITY_NODE)
        return true;
    if (!add_filter(types, count, subclassing, node_type_filter, filters,
                    "node_type"))
        return false;
    for (size_t i = 0; i < count; i++)
        if (types[i].process_type == NULL)
            return true; /* of several, one without would be lost */
    return add_filter(types, count, subclassing, process_type_filter, filters,
                      "process_type");
}

void query_type_tag(const query_type *t, buf *out)
{
    const orma_str last = last_part(t->type);
    if (last.len > 0)
        buf_str(out, last);
    else
        buf_text(out, "node");
}
