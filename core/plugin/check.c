/* Which bundles and entries the conformance test looks at, in which order.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check.h>

#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#include <plugin/check_internal.h>

/* "name" or "group:name"; NULL is every entry. */
static bool is_asked_for(const entry_record *e, const char *asked)
{
    if (asked == NULL || text_equal(e->pub.name, asked))
        return true;
    const char *colon = strchr(asked, ':');
    enum plugin_kind kind;
    AUTO_FREE char *group =
        colon != NULL ? strndup(asked, (size_t)(colon - asked)) : NULL;

    return group != NULL && plugin_kind_parse(group, &kind) &&
           kind == e->pub.kind && text_equal(e->pub.name, colon + 1);
}

static bool has_asked_entry(const registry *r, const package_record *p,
                            const char *asked)
{
    for (size_t i = 0; i < r->entry_count; i++)
        if (r->entries[i].package == p &&
            r->entries[i].pub.state != PLUGIN_SHADOWED &&
            is_asked_for(&r->entries[i], asked))
            return true;
    return asked == NULL;
}

static void check_package(check_report *report, registry *r, package_record *p,
                          const char *asked)
{
    check_note(report, "%s %s in %s", p->pub.name, p->pub.version,
               p->pub.folder);
    check_manifest(report, r, p);
    if (p->manifest.problem != NULL || p->pub.state == PLUGIN_UNTRUSTED)
        return;
    for (size_t i = 0; i < p->manifest.module_count; i++)
        check_file(report, p, &p->modules[i]);
    if (p->pub.state != PLUGIN_OK)
        return;
    for (size_t i = 0; i < p->manifest.module_count; i++)
        check_loading(report, r, p, &p->modules[i]);
    for (size_t i = 0; i < r->entry_count; i++) {
        entry_record *e = &r->entries[i];
        if (e->package == p && e->pub.state == PLUGIN_OK &&
            is_asked_for(e, asked))
            check_contract(report, r, e);
    }
}

orma_status plugin_check(const char *folder, const char *entry, buf *tap,
                         int32_t *failed, orma_error **err)
{
    check_report report = {.tap = tap, .pipe = -1};
    registry *r = NULL;
    size_t looked_at = 0;
    const orma_status st = registry_open_with(folder, &r, err);

    if (st != ORMA_OK)
        return st;
    const size_t n = folder != NULL ? 1 : r->package_count;
    for (size_t i = 0; i < n; i++) {
        package_record *p = &r->packages[i];
        if (p->pub.state == PLUGIN_SHADOWED || !has_asked_entry(r, p, entry))
            continue;
        check_package(&report, r, p, entry);
        looked_at++;
    }
    registry_close(r);
    if (looked_at == 0 && entry != NULL)
        return error_set(err, ORMA_E_NOT_FOUND, "plugin", 0,
                         "there is no entry point \"%s\"", entry);
    buf_printf(tap, "1..%d\n", report.count);
    *failed = report.failed;
    return buf_status(tap, err);
}
