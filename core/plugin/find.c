/* Looking entries up: by name, alias, package, node type; and their specs.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/registry_internal.h>

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

size_t registry_package_count(const registry *r)
{
    return r->package_count;
}

const plugin_package *registry_package(const registry *r, size_t i)
{
    return &r->packages[i].pub;
}

size_t registry_entry_count(const registry *r)
{
    return r->entry_count;
}

const plugin_entry *registry_entry(const registry *r, size_t i)
{
    return &r->entries[i].pub;
}

enum plugin_state registry_entry_state(registry *r, const plugin_entry *entry,
                                       const char **reason)
{
    pthread_mutex_lock(&r->lock);
    const enum plugin_state state = entry->state;
    *reason = entry->reason;
    pthread_mutex_unlock(&r->lock);
    return state;
}

enum plugin_state registry_package_state(registry *r,
                                         const plugin_package *package,
                                         const char **reason)
{
    pthread_mutex_lock(&r->lock);
    const enum plugin_state state = package->state;
    *reason = package->reason;
    pthread_mutex_unlock(&r->lock);
    return state;
}

entry_record *registry_exact(const registry *r, enum plugin_kind kind,
                             const char *name)
{
    size_t low = r->first_of_kind[kind], high = r->first_of_kind[kind + 1];

    /* The first of equal names: the one that is used. */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(r->entries[middle].pub.name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == r->first_of_kind[kind + 1] ||
        strcmp(r->entries[low].pub.name, name) != 0)
        return NULL;
    /* A bundle can be shadowed as a whole by one that has other entries. */
    return r->entries[low].pub.state != PLUGIN_SHADOWED ? &r->entries[low]
                                                        : NULL;
}

entry_record *registry_by_name(const registry *r, enum plugin_kind kind,
                               const char *name)
{
    entry_record *e = registry_exact(r, kind, name);

    for (size_t i = 0; e == NULL && i < r->alias_count; i++)
        if (r->aliases[i].kind == kind &&
            strcmp(r->aliases[i].alias, name) == 0)
            e = registry_exact(r, kind, r->aliases[i].name);
    if (e == NULL) {
        AUTO_FREE char *core = text_printf("core.%s", name);
        e = core != NULL ? registry_exact(r, kind, core) : NULL;
    }
    return e;
}

/* "package/name": the one that is not shadowed, else the first. *n: how many
 * of them are not. */
static entry_record *by_package(const registry *r, enum plugin_kind kind,
                                const char *text, size_t *n)
{
    const size_t len = strcspn(text, "/");
    entry_record *found = NULL;

    *n = 0;
    for (size_t i = r->first_of_kind[kind]; i < r->first_of_kind[kind + 1];
         i++) {
        entry_record *e = &r->entries[i];
        const char *package = e->pub.package->name;
        if (strncmp(package, text, len) != 0 || package[len] != '\0' ||
            strcmp(e->pub.name, text + len + 1) != 0)
            continue;
        if (e->pub.state != PLUGIN_SHADOWED)
            (*n)++;
        if (found == NULL)
            found = e;
    }
    return found;
}

/* The first name that is "package.WORD" for the word given. */
static const char *ending_in(const char *word, const char *const *names,
                             size_t n)
{
    const size_t len = strlen(word);

    for (size_t i = 0; len > 0 && i < n; i++) {
        const size_t whole = strlen(names[i]);
        if (whole > len && names[i][whole - len - 1] == '.' &&
            strcmp(names[i] + whole - len, word) == 0)
            return names[i];
    }
    return NULL;
}

static orma_status not_found(const registry *r, enum plugin_kind kind,
                             const char *name, orma_error **err)
{
    const size_t first = r->first_of_kind[kind];
    const size_t n = r->first_of_kind[kind + 1] - first;
    AUTO_FREE const char **names = calloc(n + 1, sizeof *names);

    if (names == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < n; i++)
        names[i] = r->entries[first + i].pub.name;
    const char *closest = ending_in(name, names, n);
    if (closest == NULL)
        closest = text_closest(name, names, n);
    const orma_status st =
        error_set(err, ORMA_E_NOT_FOUND, "plugin", 0,
                  "%s has no entry point \"%s\"%s%s%s",
                  plugin_kind_group(kind), name,
                  closest != NULL ? "; did you mean \"" : "",
                  closest != NULL ? closest : "", closest != NULL ? "\"?" : "");
    error_hint(err, "orma plugin list %s shows those that are installed",
               plugin_kind_group(kind));
    return st;
}

orma_status registry_entry_refusal(const plugin_entry *entry, orma_error **err)
{
    static const orma_status statuses[] = {
        [PLUGIN_OK] = ORMA_OK,
        [PLUGIN_BAD_MANIFEST] = ORMA_E_PERMANENT,
        [PLUGIN_UNTRUSTED] = ORMA_E_PERMANENT,
        [PLUGIN_ABI_MISMATCH] = ORMA_E_ABI,
        [PLUGIN_LOAD_FAILED] = ORMA_E_PERMANENT,
        [PLUGIN_ENTRY_MISSING] = ORMA_E_PERMANENT,
        [PLUGIN_INIT_FAILED] = ORMA_E_PERMANENT,
        [PLUGIN_INCOMPLETE] = ORMA_E_INVALID,
        [PLUGIN_SHADOWED] = ORMA_E_PERMANENT,
        [PLUGIN_AMBIGUOUS] = ORMA_E_INVALID,
    };

    return error_set(err, statuses[entry->state], "plugin",
                     (int32_t)entry->state, "%s",
                     entry->reason != NULL ? entry->reason
                                           : plugin_state_word(entry->state));
}

orma_status registry_find(registry *r, enum plugin_kind kind, const char *name,
                          const plugin_entry **entry, orma_error **err)
{
    const bool has_package = strchr(name, '/') != NULL;
    size_t n = 0;
    entry_record *e = has_package ? by_package(r, kind, name, &n)
                                  : registry_by_name(r, kind, name);

    if (e == NULL)
        return not_found(r, kind, name, err);
    pthread_mutex_lock(&r->lock);
    const bool is_chosen =
        has_package && n == 1 && e->pub.state == PLUGIN_AMBIGUOUS;
    const bool is_suspect = registry_is_suspect(e);
    const orma_status st = e->pub.state == PLUGIN_OK || is_chosen || is_suspect
                               ? ORMA_OK
                               : registry_entry_refusal(&e->pub, err);
    pthread_mutex_unlock(&r->lock);
    if (st == ORMA_OK)
        *entry = &e->pub;
    return st;
}

orma_status registry_spec(registry *r, const plugin_entry *entry,
                          const json_object **spec, orma_error **err)
{
    entry_record *e = (entry_record *)entry;
    orma_status st = ORMA_OK;

    pthread_mutex_lock(&r->lock);
    if (e->spec == NULL)
        st = json_parse((orma_str){e->from->spec, e->from->spec_len}, &e->spec,
                        err);
    if (st == ORMA_OK)
        *spec = e->spec;
    pthread_mutex_unlock(&r->lock);
    return st;
}

/* ---- data types -------------------------------------------------- */

const plugin_entry *registry_data_by_node_type(registry *r,
                                               const char *node_type)
{
    static const char prefix[] = "data.";
    const size_t first = r->first_of_kind[KIND_DATA];
    const size_t end = r->first_of_kind[KIND_DATA + 1];

    for (size_t i = first; i < end; i++)
        if (r->entries[i].pub.state != PLUGIN_SHADOWED &&
            text_equal(r->entries[i].from->node_type, node_type))
            return &r->entries[i].pub;
    if (!text_starts(node_type, prefix))
        return NULL;
    /* "data.core.array.foo.X.": the class goes, then one part after another. */
    AUTO_FREE char *name = text_copy(node_type + sizeof prefix - 1);
    const size_t len = name != NULL ? strlen(name) : 0;
    if (len > 0 && name[len - 1] == '.')
        name[len - 1] = '\0';
    for (char *dot = name != NULL ? strrchr(name, '.') : NULL; dot != NULL;
         dot = strrchr(name, '.')) {
        *dot = '\0';
        const entry_record *e = registry_exact(r, KIND_DATA, name);
        if (e != NULL)
            return &e->pub;
    }
    const entry_record *any = registry_exact(r, KIND_DATA, "core.data");
    return any != NULL ? &any->pub : NULL;
}

bool registry_data_is_a(registry *r, const char *name, const char *base)
{
    enum { BASES_MAX = 32 }; /* a circle of bases ends here */
    const entry_record *e = registry_by_name(r, KIND_DATA, name);
    const entry_record *wanted = registry_by_name(r, KIND_DATA, base);

    if (strcmp(name, base) == 0)
        return true;
    for (int i = 0; e != NULL && i < BASES_MAX; i++) {
        if (e == wanted)
            return true;
        if (e->from->base == NULL)
            return false;
        /* A base that nobody offers is a name all the same. */
        if (strcmp(e->from->base, base) == 0)
            return true;
        e = registry_by_name(r, KIND_DATA, e->from->base);
    }
    return false;
}
