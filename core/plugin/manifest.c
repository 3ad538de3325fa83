/* The top level of a manifest: package, modules, entry points, aliases.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/manifest.h>

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#include <plugin/grammar.h>

static converter convert_package, convert_version, convert_abi,
    convert_modules;

static const key_rule top_rules[] = {
    {"manifest", NULL, NULL, true}, /* checked first, in check_format() */
    {"package", convert_package, NULL, true},
    {"version", convert_version, NULL, true},
    {"abi", convert_abi, NULL, true},
    {"summary", convert_line, NULL, false},
    {"license", convert_text, NULL, false},
    {"homepage", convert_text, NULL, false},
    {"authors", convert_texts, NULL, false},
    {"claims", convert_texts, NULL, false},
    {"modules", convert_modules, NULL, true},
    {"entry_points", NULL, NULL, true}, /* these two in read_entries() */
    {"aliases", NULL, NULL, false},
    {NULL, NULL, NULL, false},
};

/* Everything about the manifest that is being read. */
typedef struct manifest_reader {
    grammar g;
    const tree *root;
    json_object *top; /* converted top level, without entries */
    manifest *out;
} manifest_reader;

/* ---- the top level's own values ---------------------------------- */

static bool only(const char *text, const char *allowed)
{
    return *text != '\0' && text[strspn(text, allowed)] == '\0';
}

static bool convert_package(grammar *g, const tree *value, const key_rule *rule,
                            json_object **out)
{
    if (!grammar_is(g, value, TREE_SCALAR, "package"))
        return false;
    if (value->len > 100 || value->text[0] == '-' || value->text[0] == '_' ||
        !only(value->text, "abcdefghijklmnopqrstuvwxyz0123456789_-"))
        return REFUSE(g, value, "package \"%s\" must be lower-case letters, "
                      "digits, '_' and '-'", value->text);
    return convert_text(g, value, rule, out);
}

static bool convert_version(grammar *g, const tree *value, const key_rule *rule,
                            json_object **out)
{
    if (!grammar_is(g, value, TREE_SCALAR, "version"))
        return false;
    if (value->len > 100 ||
        !only(value->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789.+~_-"))
        return REFUSE(g, value, "version \"%s\" must be letters, digits and "
                      "'.+~_-'", value->text);
    return convert_text(g, value, rule, out);
}

static bool convert_abi(grammar *g, const tree *value, const key_rule *rule,
                        json_object **out)
{
    static const char digits[] = "0123456789";

    if (!grammar_is(g, value, TREE_SCALAR, "abi"))
        return false;
    const size_t major = strspn(value->text, digits);
    const char *rest = value->text + major;
    if (major == 0 || major > 4 || *rest != '.' || strlen(rest + 1) > 4 ||
        !only(rest + 1, digits))
        return REFUSE(g, value, "abi \"%s\" is not MAJOR.MINOR, such as \"%d.%d\"",
                      value->text, ORMA_ABI_MAJOR, ORMA_ABI_MINOR);
    return convert_text(g, value, rule, out);
}

static bool is_module_name(const char *name)
{
    return strlen(name) <= 100 && name[0] != '-' && name[0] != '.' &&
           only(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789_-") ;
}

static bool convert_modules(grammar *g, const tree *value, const key_rule *rule,
                            json_object **out)
{
    if (!grammar_is(g, value, TREE_LIST, "modules"))
        return false;
    if (value->count == 0)
        return REFUSE(g, value, "modules are empty");
    for (const tree *m = value->first; m != NULL; m = m->next)
        if (!grammar_is(g, m, TREE_SCALAR, "a module"))
            return false;
        else if (!is_module_name(m->text))
            return REFUSE(g, m, "module \"%s\" must be a base name of letters, "
                          "digits, '_' and '-', without suffix", m->text);
    return convert_texts(g, value, rule, out);
}

static bool check_format(manifest_reader *r)
{
    grammar *g = &r->g;

    if (!grammar_is(g, r->root, TREE_MAP, "a manifest"))
        return false;
    const tree *format = tree_get(r->root, "manifest");
    if (format == NULL)
        return REFUSE(g, r->root, "a manifest begins with \"manifest: %d\"",
                      MANIFEST_FORMAT);
    if (format->type != TREE_SCALAR || !text_equal(format->text, "1"))
        return REFUSE(g, format, "manifest format \"%s\" is not known to this "
                      "orma, which reads %d",
                      format->type == TREE_SCALAR ? format->text : "",
                      MANIFEST_FORMAT);
    return true;
}

static bool is_known_key(const char *key)
{
    for (const key_rule *t = top_rules; t->key != NULL; t++)
        if (strcmp(t->key, key) == 0)
            return true;
    return false;
}

/* Unknown keys of the top level are remarks only, so that a later orma can add
 * some; the known ones go through the table. */
static bool read_top(manifest_reader *r)
{
    const char *keys[32];
    size_t n = 0;
    tree known = *r->root;
    tree *last = NULL;

    for (const key_rule *t = top_rules; t->key != NULL; t++)
        keys[n++] = t->key;
    known.first = NULL;
    for (const tree *m = r->root->first; m != NULL; m = m->next) {
        if (!is_known_key(m->key) && !text_starts(m->key, "x-")) {
            grammar_warn(&r->g, m, "unknown key \"%s\"%s", m->key,
                         grammar_suggestion(&r->g, m->key, keys, n));
            continue;
        }
        tree *copy = arena_alloc(r->g.memory, sizeof *copy);
        if (copy == NULL)
            return grammar_no_memory(&r->g);
        *copy = *m;
        copy->next = NULL;
        if (last != NULL)
            last->next = copy;
        else
            known.first = copy;
        last = copy;
    }
    return grammar_mapping(&r->g, &known, top_rules, "the manifest", r->top);
}

static const char *keep(manifest_reader *r, const char *text)
{
    const char *copy = arena_strdup(r->g.memory, text);

    if (copy == NULL)
        r->g.no_memory = true;
    return copy;
}

static void keep_top(manifest_reader *r)
{
    manifest *out = r->out;
    const char *package = json_get_text(r->top, "package", NULL);
    const char *abi = json_get_text(r->top, "abi", "0.0");
    const json_object *modules = json_get(r->top, "modules");

    if (package != NULL)
        out->package = keep(r, package);
    out->version = keep(r, json_get_text(r->top, "version", ""));
    out->summary = keep(r, json_get_text(r->top, "summary", ""));
    out->abi_major = strtol(abi, NULL, 10);
    out->abi_minor = strtol(strchr(abi, '.') + 1, NULL, 10);
    const size_t n = modules != NULL ? json_object_array_length(modules) : 0;
    out->modules = arena_array(r->g.memory, n + 1, sizeof *out->modules);
    out->memories = arena_array(r->g.memory, n + 1, sizeof *out->memories);
    if (out->modules == NULL || out->memories == NULL) {
        r->g.no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        out->modules[i] = keep(r, json_object_get_string(
                                      json_object_array_get_idx(modules, i)));
    out->module_count = n;
}

/* ---- entries ----------------------------------------------------- */

/* <package>, <package>.…, or a pattern of `claims`; "core." is orma's own. */
static bool may_name(const manifest_reader *r, const char *name)
{
    const char *package = r->out->package;
    const json_object *claims = json_get(r->top, "claims");
    const size_t len = strlen(package);

    if (strncmp(name, package, len) == 0 &&
        (name[len] == '\0' || name[len] == '.'))
        return true;
    if (text_starts(name, "core.") || text_equal(name, "core"))
        return false;
    for (size_t i = 0; claims != NULL && i < json_object_array_length(claims);
         i++)
        if (fnmatch(json_object_get_string(
                        json_object_array_get_idx(claims, i)),
                    name, 0) == 0)
            return true;
    return false;
}

static bool check_name(manifest_reader *r, const tree *member, bool is_alias)
{
    grammar *g = &r->g;

    if (!name_is_entry_point(member->key))
        return grammar_refuse(g, member->key_line, member->key_column,
                              "\"%s\" is not the name of an entry point: "
                              "letters, digits, '_', '-' and '.'", member->key);
    /* AiiDA's names from before "core." are core's aliases. */
    const bool is_free = is_alias && text_equal(r->out->package, "core");
    if (r->out->package == NULL || is_free || may_name(r, member->key))
        return true;
    return grammar_refuse(g, member->key_line, member->key_column,
                          "name \"%s\" does not begin with \"%s.\" and is not "
                          "in claims", member->key, r->out->package);
}

/* The entry's own module, or the only one. */
static bool choose_module(manifest_reader *r, const tree *member,
                          json_object *entry, const char **module)
{
    const tree *own =
        member->type == TREE_MAP ? tree_get(member, "module") : NULL;
    const manifest *out = r->out;

    for (size_t i = 0; own != NULL && i < out->module_count; i++)
        if (text_equal(own->text, out->modules[i])) {
            *module = out->modules[i];
            return true;
        }
    if (own != NULL)
        return REFUSE(&r->g, own, "module \"%s\" is not in modules", own->text);
    if (out->module_count != 1)
        return out->module_count == 0 || /* was refused already */
               grammar_refuse(&r->g, member->key_line, member->key_column,
                              "\"%s\" must say which of the modules it is in",
                              member->key);
    *module = out->modules[0];
    return json_set_text(entry, "module", *module) || grammar_no_memory(&r->g);
}

static bool complete_spec(manifest_reader *r, enum plugin_kind kind,
                          json_object *entry)
{
    if (json_get(entry, "interface") == NULL &&
        !json_set_text(entry, "interface", plugin_kind_interface(kind)))
        return grammar_no_memory(&r->g);
    return (json_set_text(entry, "package",
                          r->out->package != NULL ? r->out->package : "") &&
            json_set_text(entry, "version", r->out->version)) ||
           grammar_no_memory(&r->g);
}

static void keep_entry(manifest_reader *r, enum plugin_kind kind,
                       const tree *member, const char *module,
                       const json_object *spec)
{
    grammar *g = &r->g;
    manifest_entry *e = &r->out->entries[r->out->entry_count++];
    AUTO_FREE char *text = json_text(spec, JSON_COMPACT);
    const char *node_type = json_get_text(spec, "node_type", NULL);
    const char *base = json_get_text(spec, "base", NULL);

    *e = (manifest_entry){
        .kind = kind,
        .name = member->key,
        .summary = keep(r, json_get_text(spec, "summary", "")),
        .module = module,
        .interface_id = keep(r, json_get_text(spec, "interface", "")),
        .node_type = node_type != NULL ? keep(r, node_type) : NULL,
        .base = base != NULL ? keep(r, base) : NULL,
        .exposes = arena_array(g->memory, g->expose_count + 1,
                               sizeof *e->exposes),
        .spec = text != NULL ? keep(r, text) : NULL,
        .spec_len = text != NULL ? strlen(text) : 0,
    };
    if (text == NULL || e->exposes == NULL) {
        g->no_memory = true;
        return;
    }
    for (size_t i = 0; i < g->expose_count; i++)
        e->exposes[i] = g->exposes[i];
    e->expose_count = g->expose_count;
}

static void read_entry(manifest_reader *r, enum plugin_kind kind,
                       const tree *member)
{
    const char *module = NULL;
    const bool has_name = check_name(r, member, false);
    AUTO_JSON json_object *spec = entry_convert(&r->g, kind, member);

    if (spec != NULL && has_name && choose_module(r, member, spec, &module) &&
        complete_spec(r, kind, spec))
        keep_entry(r, kind, member, module, spec);
}

/* Calls visit for each member of `entry_points:` or `aliases:`. */
static void each_of_kinds(manifest_reader *r, const char *key,
                          void (*visit)(manifest_reader *r,
                                        enum plugin_kind kind,
                                        const tree *member))
{
    const char *words[KIND_COUNT];
    const tree *groups = tree_get(r->root, key);

    for (int i = 0; i < KIND_COUNT; i++)
        words[i] = plugin_kind_word((enum plugin_kind)i);
    if (groups == NULL || !grammar_is(&r->g, groups, TREE_MAP, key))
        return;
    for (const tree *k = groups->first; k != NULL; k = k->next) {
        enum plugin_kind kind;
        if (!plugin_kind_parse(k->key, &kind) ||
            !text_equal(k->key, plugin_kind_word(kind)))
            grammar_refuse(&r->g, k->key_line, k->key_column,
                           "\"%s\" is not a kind of entry point%s", k->key,
                           grammar_suggestion(&r->g, k->key, words,
                                              KIND_COUNT));
        else if (grammar_is(&r->g, k, TREE_MAP, k->key))
            for (const tree *m = k->first; m != NULL; m = m->next)
                visit(r, kind, m);
    }
}

static void read_alias(manifest_reader *r, enum plugin_kind kind,
                       const tree *member)
{
    manifest *out = r->out;
    const tree *points = tree_get(r->root, "entry_points");
    const tree *of_kind = points != NULL && points->type == TREE_MAP
                              ? tree_get(points, plugin_kind_word(kind))
                              : NULL;

    if (!check_name(r, member, true) ||
        !grammar_is(&r->g, member, TREE_SCALAR, "an alias"))
        return;
    if (of_kind == NULL || of_kind->type != TREE_MAP ||
        tree_get(of_kind, member->text) == NULL) {
        REFUSE(&r->g, member, "alias \"%s\" stands for \"%s\", which is not in "
               "this manifest", member->key, member->text);
        return;
    }
    if (tree_get(of_kind, member->key) != NULL) {
        grammar_warn(&r->g, member, "alias \"%s\" is left out: there is an "
                     "entry point of that name", member->key);
        return;
    }
    out->aliases[out->alias_count++] =
        (manifest_alias){kind, member->key, member->text};
}

static size_t count_members(const tree *groups)
{
    size_t n = 0;

    if (groups != NULL && groups->type == TREE_MAP)
        for (const tree *k = groups->first; k != NULL; k = k->next)
            n += k->count;
    return n;
}

static void read_entries(manifest_reader *r)
{
    manifest *out = r->out;
    arena *memory = r->g.memory;
    const size_t entries = count_members(tree_get(r->root, "entry_points"));
    const size_t aliases = count_members(tree_get(r->root, "aliases"));

    out->entries = arena_array(memory, entries + 1, sizeof *out->entries);
    out->aliases = arena_array(memory, aliases + 1, sizeof *out->aliases);
    if (out->entries == NULL || out->aliases == NULL) {
        r->g.no_memory = true;
        return;
    }
    each_of_kinds(r, "entry_points", read_entry);
    each_of_kinds(r, "aliases", read_alias);
}

static void read_root(manifest_reader *r)
{
    if (!check_format(r))
        return;
    read_top(r);
    keep_top(r);
    if (!r->g.no_memory)
        read_entries(r);
}

/* ---- the whole --------------------------------------------------- */

/* Remarks of the YAML reader arrive as an error object. */
static void note_syntax(grammar *g, const orma_error *error)
{
    const char *text = arena_strdup(g->memory, orma_error_message(error));

    g->error_count++;
    if (text == NULL)
        g->no_memory = true;
    else
        g->notes->items[g->notes->count++] = (manifest_note){true, text};
}

static void first_notes(const manifest_notes *notes, manifest *out)
{
    for (size_t i = 0; i < notes->count; i++) {
        const manifest_note *n = &notes->items[i];
        if (n->is_error && out->problem == NULL)
            out->problem = n->text;
        else if (!n->is_error && out->warning == NULL)
            out->warning = n->text;
    }
}

orma_status manifest_parse(arena *memory, const char *name, orma_str text,
                           manifest_notes *notes, manifest *out,
                           orma_error **err)
{
    manifest_notes own = {.count = 0};
    manifest_reader r = {
        .g = {.memory = memory, .file = name,
              .notes = notes != NULL ? notes : &own},
        .out = out,
    };
    AUTO_JSON json_object *top = json_object_new_object();
    AUTO_ERROR orma_error *syntax = NULL;

    if (top == NULL)
        return error_no_memory(err);
    r.top = top;
    r.g.notes->count = 0;
    *out = (manifest){.version = "", .summary = ""};
    const orma_status st = tree_parse(memory, name, text, &r.root, &syntax);
    if (st == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    if (st != ORMA_OK)
        note_syntax(&r.g, syntax);
    else
        read_root(&r);
    if (r.g.no_memory)
        return error_no_memory(err);
    if (r.g.error_count > 0)
        out->entry_count = out->alias_count = 0;
    first_notes(r.g.notes, out);
    return ORMA_OK;
}
