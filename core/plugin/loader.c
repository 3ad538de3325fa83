/* Loading a module at the first use of one of its entries.
 *
 * A module is opened once in a process, whatever the number of registries, and
 * never closed: threads and atexit() handlers of the libraries that it links
 * would outlive it.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/registry_internal.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ltdl.h>
#include <stdlib.h>
#include <string.h>


#include <base/cleanup.h>
#include <base/digest.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* Why a module is not to be used. */
typedef struct refusal {
    enum plugin_state state;
    const char *reason;
} refusal;

/* libltdl is not thread-safe, and load() is called once in a process. */
static pthread_mutex_t loader_lock = PTHREAD_MUTEX_INITIALIZER;

/* Modules of this process whose load() was called, and how it ended. */
static struct loaded_module {
    const orma_plugin *plugin;
    char *reason; /* NULL: well */
    struct loaded_module *next;
} *loaded_modules;

static bool refuse(refusal *why, enum plugin_state state, const char *reason)
{
    *why = (refusal){state, reason};
    return false;
}

/* ---- opening ----------------------------------------------------- */

/* What dlerror() says, without the folder and what every message has. */
static const char *dl_reason(registry *r, const package_record *p,
                             const module_record *m)
{
    const char *text = dlerror();
    const char *file = file_name(m->path);

    if (text == NULL)
        text = "cannot be loaded";
    if (text_starts(text, m->path)) {
        text += strlen(m->path);
        text += strspn(text, ": ");
    }
    const bool needs_library = strstr(text, "cannot open shared object") != NULL;
    const bool lacks_symbol = strstr(text, "undefined symbol") != NULL;
    return registry_text(
        r, "%s: %s: %s%s", p->pub.name, file, text,
        needs_library ? " (is the library installed?)"
        : lacks_symbol ? " (is a library missing in how it was linked?)" : "");
}

/* libltdl binds lazily, has no switch for it and loses the reason of a failure:
 * so the module is opened by dlopen() first, binding everything now, and then
 * through libltdl, which finds it there. */
static bool open_module(registry *r, const package_record *p,
                        const module_record *m, lt_dlhandle *handle,
                        refusal *why)
{
    lt_dladvise advise;
    void *bound = dlopen(m->path, RTLD_NOW | RTLD_LOCAL);

    if (bound == NULL)
        return refuse(why, PLUGIN_LOAD_FAILED, dl_reason(r, p, m));
    *handle = NULL;
    if (lt_dlinit() == 0 && lt_dladvise_init(&advise) == 0) {
        if (lt_dladvise_ext(&advise) == 0 && lt_dladvise_local(&advise) == 0 &&
            lt_dladvise_resident(&advise) == 0)
            *handle = lt_dlopenadvise(m->path, advise);
        lt_dladvise_destroy(&advise);
    }
    dlclose(bound);
    if (*handle != NULL)
        return true;
    const char *text = lt_dlerror();
    return refuse(why, PLUGIN_LOAD_FAILED,
                  registry_text(r, "%s: %s: %s", p->pub.name,
                                file_name(m->path),
                                text != NULL ? text : "cannot be loaded"));
}

static bool check_trust(registry *r, const package_record *p,
                        const module_record *m, refusal *why)
{
    struct stat info;

    if (m->path == NULL || stat(m->path, &info) != 0)
        return refuse(why, PLUGIN_LOAD_FAILED,
                      registry_text(r, "%s: module %s.so is missing in %s",
                                    p->pub.name, m->name, p->pub.folder));
    const char *reason =
        search_distrust(&r->memory, file_name(m->path), &info);
    if (reason == NULL)
        return true;
    return refuse(why, PLUGIN_UNTRUSTED,
                  registry_text(r, "%s: %s", p->pub.name, reason));
}

/* ---- checking the constant --------------------------------------- */

/* A struct of this size has everything that ABI 0.1 had. */
enum {
    LEAST_PLUGIN_SIZE = offsetof(orma_plugin, unload) +
                        sizeof(((orma_plugin *)0)->unload)
};

static bool check_plugin(registry *r, const package_record *p,
                         const module_record *m, const orma_plugin *plugin,
                         refusal *why)
{
    const manifest *of = &p->manifest;

    if (plugin->magic != ORMA_PLUGIN_MAGIC ||
        plugin->size < LEAST_PLUGIN_SIZE || plugin->package == NULL ||
        plugin->version == NULL ||
        (plugin->entries == NULL && plugin->entry_count > 0))
        return refuse(why, PLUGIN_LOAD_FAILED,
                      registry_text(r, "%s: orma_plugin_entry of %s.so is not "
                                    "an orma_plugin; begin it with "
                                    "ORMA_PLUGIN_HEADER", p->pub.name, m->name));
    if (plugin->abi_major != of->abi_major ||
        plugin->abi_minor != of->abi_minor)
        return refuse(why, PLUGIN_ABI_MISMATCH,
                      registry_text(r, "%s: %s.so was built for ABI %u.%u, its "
                                    "manifest says %lld.%lld; build it again",
                                    p->pub.name, m->name, plugin->abi_major,
                                    plugin->abi_minor,
                                    (long long)of->abi_major,
                                    (long long)of->abi_minor));
    if (!text_equal(plugin->package, of->package) ||
        !text_equal(plugin->version, of->version))
        return refuse(why, PLUGIN_LOAD_FAILED,
                      registry_text(r, "%s: %s.so is of %s %s, its manifest of "
                                    "%s %s; install both from one build",
                                    p->pub.name, m->name, plugin->package,
                                    plugin->version, of->package,
                                    of->version));
    return true;
}

static const orma_entry *find_entry(const orma_plugin *plugin,
                                    const plugin_entry *wanted)
{
    for (uint32_t i = 0; i < plugin->entry_count; i++) {
        const orma_entry *e = &plugin->entries[i];
        if (text_equal(e->interface_id, wanted->interface_id) &&
            text_equal(e->name, wanted->name))
            return e;
    }
    return NULL;
}

/* Every entry that the manifest has in this module must be there. */
static bool check_entry(registry *r, const entry_record *e,
                        const orma_plugin *plugin, const void **vtable,
                        refusal *why)
{
    const orma_entry *found = find_entry(plugin, &e->pub);
    uint32_t size = 0;

    if (found == NULL)
        return refuse(why, PLUGIN_ENTRY_MISSING,
                      registry_text(r, "%s: manifest names %s \"%s\", module %s "
                                    "does not provide it",
                                    e->package->pub.name,
                                    plugin_kind_singular(e->pub.kind),
                                    e->pub.name, e->pub.module));
    if (found->vtable != NULL)
        memcpy(&size, found->vtable, sizeof size); /* each begins with it */
    if (size < plugin_kind_least_size(e->pub.kind))
        return refuse(why, PLUGIN_ENTRY_MISSING,
                      registry_text(r, "%s: table of %s \"%s\" has %u bytes, %s "
                                    "has at least %u; set its size by sizeof",
                                    e->package->pub.name,
                                    plugin_kind_singular(e->pub.kind),
                                    e->pub.name, size, e->pub.interface_id,
                                    plugin_kind_least_size(e->pub.kind)));
    *vtable = found->vtable;
    return true;
}

/* Entries of this bundle that are in the module and could be used. */
static bool is_in(const entry_record *e, const package_record *p,
                  const module_record *m)
{
    return e->package == p && e->module == m &&
           (e->pub.state == PLUGIN_OK || e->pub.state == PLUGIN_AMBIGUOUS ||
            e->pub.state == PLUGIN_INCOMPLETE);
}

static bool check_entries(registry *r, const package_record *p,
                          const module_record *m, const orma_plugin *plugin,
                          refusal *why)
{
    const void *vtable;

    for (size_t i = 0; i < r->entry_count; i++)
        if (is_in(&r->entries[i], p, m) &&
            !check_entry(r, &r->entries[i], plugin, &vtable, why))
            return false;
    for (size_t i = 0; i < r->entry_count; i++)
        if (is_in(&r->entries[i], p, m) &&
            check_entry(r, &r->entries[i], plugin, &vtable, why))
            r->entries[i].vtable = vtable;
    return true;
}

/* ---- load() ------------------------------------------------------ */

static const char *call_load(registry *r, const package_record *p,
                             const orma_plugin *plugin)
{
    AUTO_ERROR orma_error *error = NULL;
    const orma_status st =
        plugin->load != NULL ? plugin->load(plugin_host(), &error) : ORMA_OK;

    if (st == ORMA_OK)
        return NULL;
    if (error == NULL)
        return registry_text(r, "%s: load(): %s", p->pub.name,
                             orma_status_word(st));
    return registry_text(r, "%s: load(): %s (domain %s, code %d)", p->pub.name,
                         orma_error_message(error), orma_error_domain(error),
                         orma_error_code(error));
}

/* Once in a process: another registry gets the same answer. */
static bool load_once(registry *r, const package_record *p,
                      const orma_plugin *plugin, refusal *why)
{
    struct loaded_module *known = loaded_modules;

    while (known != NULL && known->plugin != plugin)
        known = known->next;
    if (known == NULL) {
        known = calloc(1, sizeof *known);
        if (known == NULL)
            return refuse(why, PLUGIN_INIT_FAILED, "out of memory");
        const char *reason = call_load(r, p, plugin);
        known->plugin = plugin;
        known->reason = text_copy(reason);
        known->next = loaded_modules;
        loaded_modules = known;
    }
    if (known->reason == NULL)
        return true;
    return refuse(why, PLUGIN_INIT_FAILED,
                  registry_text(r, "%s", known->reason));
}

/* ---- the whole --------------------------------------------------- */

static bool load_module(registry *r, const package_record *p, module_record *m,
                        refusal *why)
{
    lt_dlhandle handle;

    if (!check_trust(r, p, m, why) || !open_module(r, p, m, &handle, why))
        return false;
    const orma_plugin *plugin = lt_dlsym(handle, "orma_plugin_entry");
    if (plugin == NULL)
        return refuse(why, PLUGIN_LOAD_FAILED,
                      registry_text(r, "%s: %s.so does not export "
                                    "orma_plugin_entry", p->pub.name, m->name));
    if (!check_plugin(r, p, m, plugin, why) ||
        !check_entries(r, p, m, plugin, why) ||
        !load_once(r, p, plugin, why))
        return false;
    m->plugin = plugin;
    return true;
}

/* The module's entries cannot be used; when load() failed, all of the bundle. */
static void disable(registry *r, package_record *p, const module_record *m,
                    const refusal *why)
{
    for (size_t i = 0; i < r->entry_count; i++) {
        entry_record *e = &r->entries[i];
        if (e->package == p &&
            (e->module == m || why->state == PLUGIN_INIT_FAILED)) {
            e->vtable = NULL;
            e->pub.reason = why->reason;
            __atomic_store_n(&e->pub.state, why->state, __ATOMIC_RELEASE);
        }
    }
    p->pub.reason = why->reason;
    __atomic_store_n(&p->pub.state, why->state, __ATOMIC_RELEASE);
}

/* Listings of later runs tell of it, until the module loads or changes. */
static void remember(registry *r, package_record *p, const module_record *m,
                     const refusal *why)
{
    module_memory *memory = registry_memory(p, m);
    const bool has_failed = why->reason != NULL;
    const bool had_failed = memory->reason != NULL;
    const bool is_news =
        has_failed != had_failed ||
        (has_failed && strcmp(why->reason, memory->reason) != 0);

    *memory = (module_memory){m->key, why->state, why->reason};
    if (is_news)
        registry_save(r);
}

static void try_module(registry *r, package_record *p, module_record *m)
{
    refusal why = {PLUGIN_OK, NULL};

    m->is_tried = true;
    if (m->is_suspect)
        registry_acquit(r, p, m);
    pthread_mutex_lock(&loader_lock);
    const bool is_loaded = load_module(r, p, m, &why);
    pthread_mutex_unlock(&loader_lock);
    if (!is_loaded)
        disable(r, p, m, &why);
    remember(r, p, m, &why);
}

orma_status plugin_load(registry *r, const plugin_entry *entry,
                        const void **vtable, orma_error **err)
{
    entry_record *e = (entry_record *)entry;
    orma_status st = ORMA_OK;

    pthread_mutex_lock(&r->lock);
    const bool may_load = e->pub.state == PLUGIN_OK ||
                          e->pub.state == PLUGIN_AMBIGUOUS ||
                          registry_is_suspect(e);
    if (may_load && e->vtable == NULL && !e->module->is_tried)
        try_module(r, e->package, e->module);
    if (e->vtable != NULL)
        *vtable = e->vtable;
    else
        st = registry_entry_refusal(&e->pub, err);
    pthread_mutex_unlock(&r->lock);
    return st;
}

/* ---- digest ------------------------------------------------------ */

static orma_status digest_file(const char *path, char *out, orma_error **err)
{
    char block[65536];
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    digest *d = fd >= 0 ? digest_create() : NULL;
    ssize_t n = 1;

    if (fd < 0)
        return error_errno(err, errno, "plugin", "%s", path);
    if (d == NULL)
        return error_no_memory(err);
    while (n > 0) {
        n = read(fd, block, sizeof block);
        if (n > 0)
            digest_update(d, block, (size_t)n);
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    const int failure = n < 0 ? errno : 0;
    digest_hex(d, out);
    digest_destroy(d);
    return failure == 0 ? ORMA_OK
                        : error_errno(err, failure, "plugin", "%s", path);
}

const char *plugin_module_path(const plugin_entry *entry)
{
    const entry_record *e = (const entry_record *)entry;

    return e->module != NULL ? e->module->path : NULL;
}

orma_status plugin_module_digest(registry *r, const plugin_entry *entry,
                                 char out[65], orma_error **err)
{
    const entry_record *e = (const entry_record *)entry;
    orma_status st = ORMA_OK;

    if (plugin_module_path(entry) == NULL)
        return registry_entry_refusal(entry, err);
    pthread_mutex_lock(&r->lock);
    if (e->module->digest[0] == '\0')
        st = digest_file(e->module->path, e->module->digest, err);
    if (st == ORMA_OK)
        memcpy(out, e->module->digest, sizeof e->module->digest);
    pthread_mutex_unlock(&r->lock);
    return st;
}
