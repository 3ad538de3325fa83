/* Opening the registry: bundles, the cache, packages and entries.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/registry_internal.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

const char *registry_text(registry *r, const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    const char *copy = arena_strdup(&r->memory, buf_c_str(&text));
    return copy != NULL ? copy : "out of memory";
}

const char *registry_module_path(registry *r, const package_record *package,
                                 const char *module)
{
    AUTO_FREE char *path = text_printf("%s/%s.so", package->pub.folder, module);

    if (path != NULL && !file_exists(path)) {
        /* Where libtool leaves a module that is not installed. */
        free(path);
        path = text_printf("%s/.libs/%s.so", package->pub.folder, module);
    }
    if (path != NULL && file_exists(path))
        return arena_strdup(&r->memory, path);
    return NULL;
}

/* ---- packages ---------------------------------------------------- */

static void set_state(package_record *p, enum plugin_state state,
                      const char *reason)
{
    p->pub.state = state;
    p->pub.reason = reason;
}

/* Folder, manifest and the modules that are there must be the user's or
 * root's; the manifest of another is not even read. */
static const char *distrust(registry *r, const bundle_place *place)
{
    const char *file = registry_text(r, "%s/%s", place->name, MANIFEST_FILE);
    const char *folder = registry_text(r, "folder %s", place->folder);
    const char *reason = search_distrust(&r->memory, folder,
                                         &place->folder_info);

    if (reason == NULL)
        reason = search_distrust(&r->memory, file, &place->manifest_info);
    return reason;
}

static orma_status read_manifest(registry *r, package_record *p,
                                 orma_error **err)
{
    AUTO_BUF buf text = {0};
    AUTO_ERROR orma_error *reason = NULL;
    const orma_status st =
        file_read(p->place.manifest, MANIFEST_MAX_BYTES, &text, &reason);

    r->manifests_read++;
    if (st == ORMA_OK)
        return manifest_parse(&r->memory, p->place.manifest, buf_view(&text),
                              NULL, &p->manifest, err);
    if (st == ORMA_E_NO_MEMORY)
        return error_no_memory(err);
    p->manifest = (manifest){
        .version = "",
        .summary = "",
        .problem = registry_text(r, "%s", orma_error_message(reason)),
    };
    return ORMA_OK;
}

/* 0.x is a draft: every minor may break. */
static bool abi_fits(const manifest *m)
{
    if (m->abi_major != ORMA_ABI_MAJOR)
        return false;
    return ORMA_ABI_MAJOR == 0 ? m->abi_minor == ORMA_ABI_MINOR
                               : m->abi_minor <= ORMA_ABI_MINOR;
}

/* The window is decided by the manifest alone, before anything is opened. */
static void check_abi(registry *r, package_record *p)
{
    const manifest *m = &p->manifest;
    const bool is_newer = m->abi_major > ORMA_ABI_MAJOR ||
                          (m->abi_major == ORMA_ABI_MAJOR &&
                           m->abi_minor > ORMA_ABI_MINOR);

    if (!abi_fits(m))
        set_state(p, PLUGIN_ABI_MISMATCH,
                  registry_text(r, "%s %s needs ABI %lld.%lld, this orma offers "
                                "%d.%d; %s",
                                m->package, m->version, (long long)m->abi_major,
                                (long long)m->abi_minor, ORMA_ABI_MAJOR,
                                ORMA_ABI_MINOR,
                                is_newer
                                    ? "update orma or rebuild the plugin"
                                    : "rebuild the plugin for this orma"));
}

/* A module that is not there or not trusted is known without opening it. */
static void check_modules(registry *r, package_record *p)
{
    struct stat info;

    for (size_t i = 0; i < p->manifest.module_count; i++) {
        module_record *m = &p->modules[i];
        m->name = p->manifest.modules[i];
        if (p->pub.state != PLUGIN_OK)
            continue;
        m->path = registry_module_path(r, p, m->name);
        if (m->path == NULL || stat(m->path, &info) != 0) {
            set_state(p, PLUGIN_LOAD_FAILED,
                      registry_text(r, "%s: module %s.so is missing in %s",
                                    p->pub.name, m->name, p->pub.folder));
            continue;
        }
        cache_module_key(&info, &m->key);
        const char *file = registry_text(r, "%s.so", m->name);
        const char *reason = search_distrust(&r->memory, file, &info);
        if (reason != NULL)
            set_state(p, PLUGIN_UNTRUSTED,
                      registry_text(r, "%s: %s", p->pub.name, reason));
    }
}

static orma_status judge_package(registry *r, package_record *p,
                                 orma_error **err)
{
    const manifest *m = &p->manifest;

    if (m->package != NULL)
        p->pub.name = m->package;
    p->pub.version = m->version;
    p->pub.summary = m->summary;
    p->modules =
        arena_array(&r->memory, m->module_count + 1, sizeof *p->modules);
    if (p->modules == NULL)
        return error_no_memory(err);
    if (m->problem != NULL)
        set_state(p, PLUGIN_BAD_MANIFEST, m->problem);
    else
        check_abi(r, p);
    check_modules(r, p);
    if (p->pub.state == PLUGIN_OK)
        p->pub.reason = m->warning;
    return ORMA_OK;
}

static orma_status open_package(registry *r, package_record *p,
                                const bundle_place *place, orma_error **err)
{
    p->place = *place;
    p->manifest = (manifest){.version = "", .summary = ""};
    p->pub = (plugin_package){.name = place->name, .version = "",
                              .summary = "", .folder = place->folder};
    const char *reason = distrust(r, place);
    if (reason != NULL) {
        set_state(p, PLUGIN_UNTRUSTED,
                  registry_text(r, "%s: %s", place->name, reason));
        return ORMA_OK;
    }
    if (!cache_find(r->cache, &r->memory, place, &p->manifest)) {
        p->is_new = true;
        const orma_status st = read_manifest(r, p, err);
        if (st != ORMA_OK)
            return st;
    }
    return judge_package(r, p, err);
}

/* ---- entries ----------------------------------------------------- */

static const plugin_package *package_of(const package_record *p)
{
    return &p->pub;
}

static module_record *module_of(package_record *p, const char *name)
{
    for (size_t i = 0; i < p->manifest.module_count; i++)
        if (text_equal(p->modules[i].name, name))
            return &p->modules[i];
    return NULL;
}

static void add_entry(registry *r, package_record *p, const manifest_entry *from)
{
    entry_record *e = &r->entries[r->entry_count++];

    *e = (entry_record){
        .pub = {.kind = from->kind,
                .name = from->name,
                .summary = from->summary,
                .module = from->module,
                .interface_id = from->interface_id,
                .package = package_of(p),
                .state = p->pub.state,
                .reason = p->pub.state != PLUGIN_OK ? p->pub.reason : NULL},
        .from = from,
        .package = p,
        .module = module_of(p, from->module),
    };
    if (e->pub.state == PLUGIN_OK &&
        !text_equal(from->interface_id, plugin_kind_interface(from->kind))) {
        e->pub.state = PLUGIN_ABI_MISMATCH;
        e->pub.reason = registry_text(
            r, "%s is a %s, this orma knows %s; update orma", from->name,
            from->interface_id, plugin_kind_interface(from->kind));
    }
}

static orma_status collect_entries(registry *r, orma_error **err)
{
    size_t entries = 0, aliases = 0;

    for (size_t i = 0; i < r->package_count; i++) {
        entries += r->packages[i].manifest.entry_count;
        aliases += r->packages[i].manifest.alias_count;
    }
    r->entries = arena_array(&r->memory, entries + 1, sizeof *r->entries);
    r->aliases = arena_array(&r->memory, aliases + 1, sizeof *r->aliases);
    if (r->entries == NULL || r->aliases == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < r->package_count; i++) {
        package_record *p = &r->packages[i];
        for (size_t j = 0; j < p->manifest.entry_count; j++)
            add_entry(r, p, &p->manifest.entries[j]);
        for (size_t j = 0; j < p->manifest.alias_count; j++) {
            const manifest_alias *a = &p->manifest.aliases[j];
            r->aliases[r->alias_count++] =
                (alias_record){a->kind, a->alias, a->name, p->place.rank};
        }
    }
    return ORMA_OK;
}

/* ---- opening and closing ----------------------------------------- */

static orma_status open_packages(registry *r, const bundle_place *places,
                                 size_t count, orma_error **err)
{
    r->packages = arena_array(&r->memory, count + 1, sizeof *r->packages);
    if (r->packages == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const orma_status st = open_package(r, &r->packages[i], &places[i], err);
        if (st != ORMA_OK)
            return st;
        r->package_count++;
    }
    orma_status st = collect_entries(r, err);
    if (st == ORMA_OK)
        st = registry_resolve(r, err);
    return st;
}

void registry_save(const registry *r)
{
    AUTO_FREE cache_record *records =
        calloc(r->package_count + 1, sizeof *records);
    size_t n = 0;

    if (records == NULL)
        return;
    for (size_t i = 0; i < r->package_count; i++) {
        const package_record *p = &r->packages[i];
        if (p->manifest.package != NULL || p->manifest.problem != NULL)
            records[n++] = (cache_record){&p->place, &p->manifest};
    }
    cache_write(r->cache, records, n);
}

module_memory *registry_memory(package_record *p, const module_record *m)
{
    return &p->manifest.memories[m - p->modules];
}

void registry_suspect(registry *r, package_record *p, module_record *m,
                      enum plugin_state state, const char *reason)
{
    m->is_suspect = true;
    m->suspected = state;
    for (size_t i = 0; i < r->entry_count; i++) {
        entry_record *e = &r->entries[i];
        if (e->module == m && e->pub.state == PLUGIN_OK) {
            e->pub.reason = reason;
            e->pub.state = state;
        }
    }
    p->pub.reason = reason;
    p->pub.state = state;
}

bool registry_is_suspect(const entry_record *e)
{
    return e->module != NULL && e->module->is_suspect &&
           e->pub.state == e->module->suspected;
}

void registry_acquit(registry *r, package_record *p, module_record *m)
{
    m->is_suspect = false;
    for (size_t i = 0; i < r->entry_count; i++) {
        entry_record *e = &r->entries[i];
        if (e->module == m && e->pub.state == m->suspected) {
            e->pub.reason = NULL;
            e->pub.state = PLUGIN_OK;
        }
    }
    p->pub.reason = p->manifest.warning;
    p->pub.state = PLUGIN_OK;
}

/* A module that failed in an earlier run, and is the same file still. */
static void recall_failures(registry *r)
{
    for (size_t i = 0; i < r->package_count; i++) {
        package_record *p = &r->packages[i];
        for (size_t j = 0;
             p->pub.state == PLUGIN_OK && j < p->manifest.module_count; j++) {
            const module_memory *of = &p->manifest.memories[j];
            module_record *m = &p->modules[j];
            if (of->reason != NULL &&
                memcmp(&of->key, &m->key, sizeof m->key) == 0)
                registry_suspect(r, p, m, of->state, of->reason);
        }
    }
}

/* The bundle in `folder` comes first and counts as a search path of its own. */
static orma_status put_first(registry *r, const char *folder,
                             bundle_place **places, size_t *count,
                             orma_error **err)
{
    bundle_place *all = arena_array(&r->memory, *count + 1, sizeof *all);
    size_t n = 1;

    if (all == NULL)
        return error_no_memory(err);
    const orma_status st = search_one(&r->memory, folder, &all[0], err);
    if (st != ORMA_OK)
        return st;
    for (size_t i = 0; i < *count; i++) {
        const bundle_place *p = &(*places)[i];
        if (p->folder_info.st_dev == all[0].folder_info.st_dev &&
            p->folder_info.st_ino == all[0].folder_info.st_ino) {
            all[0].kind = p->kind;
            continue;
        }
        all[n] = *p;
        all[n++].rank++;
    }
    *places = all;
    *count = n;
    return ORMA_OK;
}

static orma_status fill(registry *r, const char *folder, orma_error **err)
{
    bundle_place *places = NULL;
    size_t count = 0;
    orma_status st =
        search_path(&r->memory, &r->folders, &r->folder_count, err);

    if (st == ORMA_OK)
        st = cache_open(r->folders, r->folder_count, &r->cache, err);
    if (st == ORMA_OK)
        st = search_bundles(&r->memory, r->folders, r->folder_count, &places,
                            &count, err);
    if (st == ORMA_OK && folder != NULL)
        st = put_first(r, folder, &places, &count, err);
    if (st == ORMA_OK)
        st = open_packages(r, places, count, err);
    if (st != ORMA_OK)
        return st;
    recall_failures(r);
    /* A bundle is looked at when it is new, so that listings need not. */
    if (folder == NULL && r->manifests_read > 0 &&
        cache_is_usable(r->cache)) {
        registry_look(r, true);
        registry_save(r);
    }
    return ORMA_OK;
}

static registry *registry_create(void)
{
    registry *r = calloc(1, sizeof *r);

    if (r != NULL && pthread_mutex_init(&r->lock, NULL) != 0) {
        free(r);
        return NULL;
    }
    return r;
}

orma_status registry_open_with(const char *folder, registry **out,
                               orma_error **err)
{
    registry *r = registry_create();

    if (r == NULL)
        return error_no_memory(err);
    const orma_status st = fill(r, folder, err);
    if (st == ORMA_OK)
        *out = r;
    else
        registry_close(r);
    return st;
}

orma_status registry_open(registry **out, orma_error **err)
{
    return registry_open_with(NULL, out, err);
}

void registry_close(registry *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->entry_count; i++)
        json_object_put(r->entries[i].spec);
    cache_close(r->cache);
    arena_free(&r->memory);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

orma_status registry_default(registry **out, orma_error **err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static registry *opened;
    orma_status st = ORMA_OK;

    pthread_mutex_lock(&lock);
    if (opened == NULL)
        st = registry_open(&opened, err);
    if (st == ORMA_OK)
        *out = opened;
    pthread_mutex_unlock(&lock);
    return st;
}
