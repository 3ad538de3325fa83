/* Clashes: which of several bundles or entries of one name is used, and which
 * processes lack one that they expose.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/registry_internal.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>

/* ---- the same bundle in two folders of the search path ----------- */

static bool is_same_bundle(const package_record *a, const package_record *b)
{
    return a->place.rank != b->place.rank &&
           strcmp(a->place.kind, b->place.kind) == 0 &&
           strcmp(a->place.name, b->place.name) == 0 &&
           text_equal(a->manifest.package, b->manifest.package);
}

/* Packages come in the search path's order: the first of a bundle wins as a
 * whole. Those that are not trusted were not read and take no part. */
static void shadow_bundles(registry *r)
{
    for (size_t i = 1; i < r->package_count; i++) {
        package_record *later = &r->packages[i];
        for (size_t j = 0; j < i && later->manifest.package != NULL; j++) {
            const package_record *first = &r->packages[j];
            if (!is_same_bundle(first, later))
                continue;
            later->pub.state = PLUGIN_SHADOWED;
            later->pub.reason = registry_text(
                r, "%s %s in %s is shadowed by %s in %s", later->pub.name,
                later->pub.version, later->pub.folder, first->pub.version,
                first->pub.folder);
            break;
        }
    }
    for (size_t i = 0; i < r->entry_count; i++) {
        entry_record *e = &r->entries[i];
        if (e->package->pub.state == PLUGIN_SHADOWED) {
            e->pub.state = PLUGIN_SHADOWED;
            e->pub.reason = e->package->pub.reason;
        }
    }
}

/* ---- the same entry in two packages ------------------------------ */

static int by_kind_and_name(const void *a, const void *b)
{
    const entry_record *x = a, *y = b;

    if (x->pub.kind != y->pub.kind)
        return x->pub.kind < y->pub.kind ? -1 : 1;
    const int names = strcmp(x->pub.name, y->pub.name);
    if (names != 0)
        return names;
    const bool x_hidden = x->pub.state == PLUGIN_SHADOWED;
    const bool y_hidden = y->pub.state == PLUGIN_SHADOWED;
    if (x_hidden != y_hidden)
        return x_hidden ? 1 : -1;
    if (x->package->place.rank != y->package->place.rank)
        return x->package->place.rank < y->package->place.rank ? -1 : 1;
    return strcmp(x->pub.package->folder, y->pub.package->folder);
}

static bool is_same_name(const entry_record *a, const entry_record *b)
{
    return a->pub.kind == b->pub.kind && strcmp(a->pub.name, b->pub.name) == 0;
}

static void mark_ambiguous(registry *r, entry_record *a, entry_record *b)
{
    const bool is_one_package =
        text_equal(a->pub.package->name, b->pub.package->name);

    a->pub.state = b->pub.state = PLUGIN_AMBIGUOUS;
    if (is_one_package)
        a->pub.reason = b->pub.reason = registry_text(
            r, "\"%s\" is offered by %s and by %s; remove one of them",
            a->pub.name, a->pub.package->folder, b->pub.package->folder);
    else
        a->pub.reason = b->pub.reason = registry_text(
            r, "\"%s\" is offered by %s and by %s; write \"%s/%s\" or \"%s/%s\"",
            a->pub.name, a->pub.package->name, b->pub.package->name,
            a->pub.package->name, a->pub.name, b->pub.package->name,
            b->pub.name);
}

/* `first` is used, or ambiguous; `other` follows it in the sorted order. */
static void judge_pair(registry *r, entry_record *first, entry_record *other)
{
    if (other->pub.state == PLUGIN_SHADOWED)
        return;
    if (first->package->place.rank == other->package->place.rank) {
        mark_ambiguous(r, first, other);
        return;
    }
    other->pub.state = PLUGIN_SHADOWED;
    other->pub.reason = registry_text(
        r, "\"%s\" of %s in %s is shadowed by %s in %s", other->pub.name,
        other->pub.package->name, other->pub.package->folder,
        first->pub.package->name, first->pub.package->folder);
}

static void judge_entries(registry *r)
{
    size_t first = 0;

    if (r->entry_count > 1)
        qsort(r->entries, r->entry_count, sizeof *r->entries, by_kind_and_name);
    for (size_t i = 1; i < r->entry_count; i++)
        if (is_same_name(&r->entries[first], &r->entries[i]))
            judge_pair(r, &r->entries[first], &r->entries[i]);
        else
            first = i;
    size_t at = 0;
    for (int kind = 0; kind <= KIND_COUNT; kind++) {
        while (at < r->entry_count && (int)r->entries[at].pub.kind < kind)
            at++;
        r->first_of_kind[kind] = at;
    }
}

/* ---- aliases ----------------------------------------------------- */

static int by_alias(const void *a, const void *b)
{
    const alias_record *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    const int names = strcmp(x->alias, y->alias);
    if (names != 0)
        return names;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* An alias never hides a real name, and the first of one spelling counts. */
static void judge_aliases(registry *r)
{
    size_t kept = 0;

    if (r->alias_count > 1)
        qsort(r->aliases, r->alias_count, sizeof *r->aliases, by_alias);
    for (size_t i = 0; i < r->alias_count; i++) {
        const alias_record *a = &r->aliases[i];
        const alias_record *last = kept > 0 ? &r->aliases[kept - 1] : NULL;
        if (last != NULL && last->kind == a->kind &&
            strcmp(last->alias, a->alias) == 0)
            continue;
        if (registry_exact(r, a->kind, a->alias) == NULL)
            r->aliases[kept++] = *a;
    }
    r->alias_count = kept;
}

/* ---- exposed processes ------------------------------------------- */

static bool is_process(const entry_record *e)
{
    return e->pub.kind == KIND_CALCULATION || e->pub.kind == KIND_WORKFLOW;
}

static entry_record *process_by_name(const registry *r, const char *name)
{
    entry_record *e = registry_by_name(r, KIND_CALCULATION, name);

    return e != NULL ? e : registry_by_name(r, KIND_WORKFLOW, name);
}

/* The first exposed process that is not (yet) known to be complete. */
static const char *lacking(const registry *r, const entry_record *e,
                           const bool *complete)
{
    for (size_t i = 0; i < e->from->expose_count; i++) {
        const entry_record *other = process_by_name(r, e->from->exposes[i]);
        if (other == NULL || !complete[other - r->entries])
            return e->from->exposes[i];
    }
    return NULL;
}

static void mark_incomplete(registry *r, entry_record *e, const char *name)
{
    const entry_record *other = process_by_name(r, name);

    e->pub.state = PLUGIN_INCOMPLETE;
    if (other == NULL)
        e->pub.reason = registry_text(
            r, "\"%s\" exposes \"%s\", which is not installed", e->pub.name,
            name);
    else if (other->pub.state != PLUGIN_OK &&
             other->pub.state != PLUGIN_INCOMPLETE)
        e->pub.reason = registry_text(
            r, "\"%s\" exposes \"%s\", which cannot be used: %s", e->pub.name,
            name, other->pub.reason);
    else
        e->pub.reason = registry_text(
            r, "\"%s\" exposes \"%s\", which is incomplete itself or exposes "
            "it in turn", e->pub.name, name);
}

/* An entry is complete when all that it exposes is; what never becomes so
 * lacks something, or exposes itself in a circle. */
static orma_status judge_exposed(registry *r, orma_error **err)
{
    bool *complete =
        arena_array(&r->memory, r->entry_count + 1, sizeof *complete);
    bool changed = true;

    if (complete == NULL)
        return error_no_memory(err);
    while (changed) {
        changed = false;
        for (size_t i = 0; i < r->entry_count; i++) {
            const entry_record *e = &r->entries[i];
            if (complete[i] || !is_process(e) || e->pub.state != PLUGIN_OK ||
                lacking(r, e, complete) != NULL)
                continue;
            complete[i] = changed = true;
        }
    }
    for (size_t i = 0; i < r->entry_count; i++) {
        entry_record *e = &r->entries[i];
        if (is_process(e) && e->pub.state == PLUGIN_OK && !complete[i])
            mark_incomplete(r, e, lacking(r, e, complete));
    }
    return ORMA_OK;
}

orma_status registry_resolve(registry *r, orma_error **err)
{
    shadow_bundles(r);
    judge_entries(r);
    judge_aliases(r);
    return judge_exposed(r, err);
}
