/* Reading one item of a query document's path: AiiDA's QueryBuilder.append().
 *
 * SPDX-License-Identifier: MIT */
#include <query/read.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <query/query.h>

#define EDGE_DELIMITER "--"
#define TYPES_MAX 64
#define DEFAULT_TAGS_MAX 1000

static const char *const keywords[] = {
    "cls",       "entity_type",     "tag",
    "filters",   "project",         "subclassing",
    "edge_tag",  "edge_filters",    "edge_project",
    "outerjoin", "joining_keyword", "joining_value",
    "orm_base"};
enum { KEYWORD_COUNT = sizeof keywords / sizeof *keywords };

/* An item while it is read. */
typedef struct item {
    const json_object *given;
    query_type types[TYPES_MAX];
    size_t type_count;
    char *tag, *edge_tag;
    const char *keyword, *joined_tag; /* borrowed; NULL: the first item */
} item;

static void item_finish(item *i)
{
    for (size_t t = 0; t < i->type_count; t++)
        query_type_finish(&i->types[t]);
    free(i->tag);
    free(i->edge_tag);
}

static json_object *last_item(const reading *r)
{
    const size_t count = json_object_array_length(r->path);
    return count > 0 ? json_object_array_get_idx(r->path, count - 1) : NULL;
}

static json_object *item_of_tag(const reading *r, const char *tag)
{
    for (size_t i = 0; i < json_object_array_length(r->path); i++) {
        json_object *one = json_object_array_get_idx(r->path, i);
        if (text_equal(json_get_text(one, "tag", ""), tag))
            return one;
    }
    return NULL;
}

static enum entity entity_of(const json_object *read_item)
{
    return entity_parse(json_get_text(read_item, "orm_base", ""));
}

/* ---- members ----------------------------------------------------- */

static orma_status check_keywords(const json_object *given, const place *at,
                                  orma_error **err)
{
    json_object_object_foreach((json_object *)(uintptr_t)given, name, value)
    {
        bool is_known = entity_join_keyword_is_known(name);
        (void)value;
        for (size_t i = 0; i < KEYWORD_COUNT; i++)
            is_known = is_known || text_equal(keywords[i], name);
        if (is_known)
            continue;
        place_refuse(at, err, "an item has no member \"%.200s\"", name);
        const char *closest = text_closest(name, keywords, KEYWORD_COUNT);
        if (closest != NULL)
            error_hint(err, "did you mean \"%s\"?", closest);
        else
            error_hint(err, "members are cls or entity_type, tag, filters, "
                            "project, subclassing, outerjoin, edge_tag, "
                            "edge_filters, edge_project, orm_base, "
                            "joining_keyword, joining_value, with_incoming, "
                            "with_outgoing, with_node, with_group, …");
        return ORMA_E_INVALID;
    }
    return ORMA_OK;
}

static orma_status read_text(const json_object *given, const char *name,
                             const place *at, const char **out,
                             orma_error **err)
{
    json_object *value = json_get(given, name);
    const place here = {at, name, 0};
    if (value != NULL && !json_object_is_type(value, json_type_string))
        return place_refuse(&here, err, "this is no text");
    *out = value != NULL ? json_object_get_string(value) : NULL;
    return ORMA_OK;
}

static orma_status read_bool(const json_object *given, const char *name,
                             bool fallback, const place *at, bool *out,
                             orma_error **err)
{
    const json_object *value = json_get(given, name);
    const place here = {at, name, 0};
    if (value != NULL && !json_object_is_type(value, json_type_boolean))
        return place_refuse(&here, err, "this is neither true nor false");
    *out = json_get_bool(given, name, fallback);
    return ORMA_OK;
}

/* ---- types ------------------------------------------------------- */

static orma_status add_type(const reading *r, item *i, json_object *name,
                            bool is_class, const place *at, orma_error **err)
{
    const char *base = json_get_text(i->given, "orm_base", NULL);
    const char *text = json_object_get_string(name);

    if (!json_object_is_type(name, json_type_string))
        return place_refuse(at, err, "a type is text");
    if (strlen(text) > QUERY_TAG_MAX - 16)
        return place_refuse(at, err, "a type has at most %d characters",
                            QUERY_TAG_MAX - 16);
    if (i->type_count == TYPES_MAX)
        return place_refuse(at, err, "at most %d types fit into one item",
                            TYPES_MAX);
    const enum entity entity = base != NULL ? entity_parse(base) : ENTITY_NONE;
    if (base != NULL && entity == ENTITY_NONE) {
        const place there = {at, "orm_base", 0};
        return place_refuse(&there, err, "there is no entity \"%.100s\"", base);
    }
    query_type *type = &i->types[i->type_count];
    const orma_status st =
        is_class ? query_type_of_class(r->registry, text, at, type, err)
                 : query_type_of_string(text, entity, at, type, err);
    if (st != ORMA_OK)
        return st;
    i->type_count++;
    if (type->entity != i->types[0].entity)
        return place_refuse(at, err, "types of one item are of one kind");
    return ORMA_OK;
}

static orma_status read_types(const reading *r, item *i, const place *at,
                              orma_error **err)
{
    const json_object *cls = json_get(i->given, "cls");
    json_object *given = cls != NULL ? json_get(i->given, "cls")
                                     : json_get(i->given, "entity_type");
    const place here = {at, cls != NULL ? "cls" : "entity_type", 0};
    orma_status st = ORMA_OK;

    if (given == NULL)
        return place_refuse(at, err,
                            "an item needs \"entity_type\" or \"cls\"");
    if (cls != NULL && json_get(i->given, "entity_type") != NULL)
        return place_refuse(at, err,
                            "an item has \"entity_type\" or \"cls\", not both");
    if (!json_object_is_type(given, json_type_array))
        return add_type(r, i, given, cls != NULL, &here, err);
    const size_t count = json_object_array_length(given);
    if (count == 0)
        return place_refuse(&here, err, "a list of types is not empty");
    for (size_t t = 0; st == ORMA_OK && t < count; t++) {
        const place there = {&here, NULL, t};
        st = add_type(r, i, json_object_array_get_idx(given, t), cls != NULL,
                      &there, err);
    }
    return st;
}

/* ---- tags -------------------------------------------------------- */

static bool is_taken(const reading *r, const char *tag)
{
    return json_object_object_get_ex(r->filters, tag, NULL);
}

static orma_status check_tag(const reading *r, const char *tag, bool is_edge,
                             const place *at, orma_error **err)
{
    if (*tag == '\0' || strlen(tag) > QUERY_TAG_MAX)
        return place_refuse(at, err, "a tag has 1 to %d characters",
                            QUERY_TAG_MAX);
    if (!is_edge && strstr(tag, EDGE_DELIMITER) != NULL)
        return place_refuse(at, err,
                            "\"%.200s\" has \"" EDGE_DELIMITER
                            "\", which is kept for edges",
                            tag);
    if (is_taken(r, tag))
        return place_refuse(at, err, "the tag \"%.200s\" is already in use",
                            tag);
    return ORMA_OK;
}

/* "Int_1", "Int-Float_1": the first number that is free. */
static orma_status default_tag(const reading *r, const item *i, char **out,
                               orma_error **err)
{
    AUTO_BUF buf stem = {0};
    for (size_t t = 0; t < i->type_count; t++) {
        if (t > 0)
            buf_char(&stem, '-');
        query_type_tag(&i->types[t], &stem);
    }
    const orma_status st = buf_status(&stem, err);
    for (int n = 1; st == ORMA_OK && n < DEFAULT_TAGS_MAX; n++) {
        char *tag = text_printf("%.200s_%d", buf_c_str(&stem), n);
        if (tag == NULL)
            return error_no_memory(err);
        if (!is_taken(r, tag)) {
            *out = tag;
            return ORMA_OK;
        }
        free(tag);
    }
    return st != ORMA_OK ? st
                         : error_set(err, ORMA_E_INVALID, "query", 0,
                                     "path: no tag is free for \"%.200s\"",
                                     buf_c_str(&stem));
}

static orma_status read_tag(const reading *r, item *i, const place *at,
                            orma_error **err)
{
    const place here = {at, "tag", 0};
    const char *given = NULL;
    orma_status st = read_text(i->given, "tag", at, &given, err);
    if (st != ORMA_OK)
        return st;
    if (given == NULL)
        return default_tag(r, i, &i->tag, err);
    st = check_tag(r, given, false, &here, err);
    if (st != ORMA_OK)
        return st;
    i->tag = text_copy(given);
    return i->tag != NULL ? ORMA_OK : error_no_memory(err);
}

/* ---- joins ------------------------------------------------------- */

/* The with_… member, or joining_keyword and joining_value. */
static orma_status given_join(item *i, const place *at, orma_error **err)
{
    const char *keyword = NULL, *value = NULL;
    orma_status st = read_text(i->given, "joining_keyword", at, &keyword, err);
    if (st == ORMA_OK)
        st = read_text(i->given, "joining_value", at, &value, err);
    if (st != ORMA_OK)
        return st;
    json_object_object_foreach((json_object *)(uintptr_t)i->given, name, tag)
    {
        const place here = {at, name, 0};
        if (!entity_join_keyword_is_known(name) || tag == NULL)
            continue;
        if (keyword != NULL)
            return place_refuse(&here, err,
                                "an item is joined once, and \"%s\" joins it "
                                "already",
                                keyword);
        if (!json_object_is_type(tag, json_type_string))
            return place_refuse(&here, err,
                                "an item is joined to the tag of one before");
        keyword = name;
        value = json_object_get_string(tag);
    }
    if ((keyword == NULL) != (value == NULL))
        return place_refuse(at, err,
                            "\"joining_keyword\" and \"joining_value\" go "
                            "together");
    i->keyword = keyword;
    i->joined_tag = value;
    return ORMA_OK;
}

static orma_status refuse_join(const item *i, const json_object *joined,
                               const entity_join *join, const place *at,
                               orma_error **err)
{
    AUTO_BUF buf known = {0};
    const char *word = entity_table_of(i->types[0].entity)->word;
    entity_join_keywords(i->types[0].entity, &known);
    if (join == NULL)
        place_refuse(at, err, "a %s is not joined by \"%.100s\"", word,
                     i->keyword);
    else
        place_refuse(at, err, "\"%s\" joins to a %s, and \"%.100s\" is a %s",
                     i->keyword, entity_table_of(join->there)->word,
                     i->joined_tag, json_get_text(joined, "orm_base", ""));
    if (known.len > 0)
        error_hint(err, "a %s is joined by %s", word, buf_c_str(&known));
    else
        error_hint(err, "a %s is joined by nothing: it is queried alone", word);
    return ORMA_E_INVALID;
}

static orma_status read_join(const reading *r, item *i, const place *at,
                             orma_error **err)
{
    const json_object *last = last_item(r);
    const orma_status st = given_join(i, at, err);
    if (st != ORMA_OK)
        return st;
    if (last == NULL) {
        if (i->keyword != NULL)
            return place_refuse(at, err, "the first item is joined to nothing");
        return ORMA_OK;
    }
    if (i->keyword == NULL) {
        i->keyword =
            i->types[0].entity == ENTITY_NODE ? "with_incoming" : "with_node";
        i->joined_tag = json_get_text(last, "tag", "");
    }
    const place here = {at, i->keyword, 0};
    const json_object *joined = item_of_tag(r, i->joined_tag);
    if (joined == NULL)
        return place_refuse(&here, err, "no item before has the tag \"%.200s\"",
                            i->joined_tag);
    const entity_join *join = entity_join_find(i->types[0].entity, i->keyword);
    return join != NULL && join->there == entity_of(joined)
               ? ORMA_OK
               : refuse_join(i, joined, join, &here, err);
}

static orma_status read_edge_tag(const reading *r, item *i, const place *at,
                                 orma_error **err)
{
    const place here = {at, "edge_tag", 0};
    const char *given = NULL;
    orma_status st = read_text(i->given, "edge_tag", at, &given, err);
    if (st != ORMA_OK)
        return st;
    if (i->keyword == NULL)
        return given == NULL
                   ? ORMA_OK
                   : place_refuse(&here, err, "the first item has no edge");
    i->edge_tag = given != NULL ? text_copy(given)
                                : text_printf("%s" EDGE_DELIMITER "%s",
                                              i->joined_tag, i->tag);
    if (i->edge_tag == NULL)
        return error_no_memory(err);
    if (text_equal(i->edge_tag, i->tag))
        return place_refuse(&here, err, "item and edge have the same tag");
    return given != NULL ? check_tag(r, given, true, &here, err) : ORMA_OK;
}

/* ---- the whole --------------------------------------------------- */

/* entity_type of the normal form: a text, or an array of several. */
static json_object *type_names(const item *i)
{
    if (i->type_count == 1)
        return json_object_new_string(i->types[0].type);
    json_object *names = json_object_new_array();
    for (size_t t = 0; names != NULL && t < i->type_count; t++) {
        json_object *name = json_object_new_string(i->types[t].type);
        if (name == NULL || json_object_array_add(names, name) != 0) {
            json_object_put(name);
            json_object_put(names);
            return NULL;
        }
    }
    return names;
}

static bool set_text_or_null(json_object *object, const char *key,
                             const char *text)
{
    return text != NULL ? json_set_text(object, key, text)
                        : json_set(object, key, NULL);
}

static orma_status add_item(reading *r, const item *i, bool is_outer,
                            orma_error **err)
{
    json_object *made = json_object_new_object();
    if (made == NULL || json_object_array_add(r->path, made) != 0) {
        json_object_put(made);
        return error_no_memory(err);
    }
    json_object *names = type_names(i);
    if (names == NULL || !json_set(made, "entity_type", names) ||
        !json_set_text(made, "orm_base",
                       entity_table_of(i->types[0].entity)->word) ||
        !json_set_text(made, "tag", i->tag) ||
        !set_text_or_null(made, "joining_keyword", i->keyword) ||
        !set_text_or_null(made, "joining_value", i->joined_tag) ||
        !set_text_or_null(made, "edge_tag", i->edge_tag) ||
        !json_set_bool(made, "outerjoin", is_outer))
        return error_no_memory(err);
    return ORMA_OK;
}

/* Room for filters and projections of a tag. */
static bool open_tag(reading *r, const char *tag)
{
    json_object *filters = json_object_new_object();
    json_object *list = json_object_new_array();
    if (filters == NULL || list == NULL) {
        json_object_put(filters);
        json_object_put(list);
        return false;
    }
    const bool done = json_set(r->filters, tag, filters);
    return json_set(r->project, tag, list) && done;
}

static orma_status read_contents(reading *r, const item *i, const place *at,
                                 orma_error **err)
{
    const struct {
        const char *member, *tag;
        bool is_filter;
    } parts[] = {
        {"filters", i->tag, true},
        {"project", i->tag, false},
        {"edge_filters", i->edge_tag, true},
        {"edge_project", i->edge_tag, false},
    };
    orma_status st = ORMA_OK;

    for (size_t p = 0; st == ORMA_OK && p < sizeof parts / sizeof *parts; p++) {
        const json_object *given = json_get(i->given, parts[p].member);
        const place here = {at, parts[p].member, 0};
        if (given == NULL)
            continue;
        if (parts[p].tag == NULL)
            return place_refuse(&here, err, "the first item has no edge");
        st = parts[p].is_filter
                 ? read_filters(r, parts[p].tag, given, &here, err)
                 : read_projections(r, parts[p].tag, given, &here, err);
    }
    return st;
}

static orma_status read_object(reading *r, item *i, const place *at,
                               orma_error **err)
{
    bool is_outer = false, is_subclassing = true;

    orma_status st = check_keywords(i->given, at, err);
    if (st == ORMA_OK)
        st = read_types(r, i, at, err);
    if (st == ORMA_OK)
        st = read_tag(r, i, at, err);
    if (st == ORMA_OK)
        st = read_join(r, i, at, err);
    if (st == ORMA_OK)
        st = read_edge_tag(r, i, at, err);
    if (st == ORMA_OK)
        st = read_bool(i->given, "outerjoin", false, at, &is_outer, err);
    if (st == ORMA_OK)
        st = read_bool(i->given, "subclassing", true, at, &is_subclassing, err);
    if (st == ORMA_OK)
        st = add_item(r, i, is_outer, err);
    if (st != ORMA_OK)
        return st;
    if (!open_tag(r, i->tag) ||
        (i->edge_tag != NULL && !open_tag(r, i->edge_tag)) ||
        !query_types_filter(i->types, i->type_count, is_subclassing,
                            json_get(r->filters, i->tag)))
        return error_no_memory(err);
    return read_contents(r, i, at, err);
}

orma_status read_item(reading *r, const json_object *given, const place *at,
                      orma_error **err)
{
    AUTO_JSON json_object *shorthand = NULL;
    item i = {.given = given};

    if (json_object_is_type(given, json_type_string)) {
        shorthand = json_object_new_object();
        if (shorthand == NULL ||
            !json_set(shorthand, "entity_type",
                      json_object_get((json_object *)(uintptr_t)given)))
            return error_no_memory(err);
        i.given = shorthand;
    }
    if (!json_object_is_type(i.given, json_type_object))
        return place_refuse(at, err, "an item is an entity type or an object");
    const orma_status st = read_object(r, &i, at, err);
    item_finish(&i);
    return st;
}
