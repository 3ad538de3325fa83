/* Conformance, parts 2 and 3: the module's file, and loading it.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_internal.h>

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#include <plugin/elf_file.h>

/* ---- the file ---------------------------------------------------- */

/* What linkers and sanitizers add to every shared object. */
static bool is_of_the_tools(const char *name)
{
    static const char *const prefixes[] = {
        "_init", "_fini", "_edata", "_end", "__bss_start", "__odr_asan",
        "__asan", "__ubsan", "__start_", "__stop_", "__gcov", "__llvm",
    };

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (text_starts(name, prefixes[i]))
            return true;
    return false;
}

static void check_symbols(check_report *report, const elf_file *file,
                          const char *name)
{
    size_t exported = 0, imported = 0;
    elf_symbol s;

    for (size_t i = 0; elf_symbol_at(file, i, &s); i++) {
        if (*s.name == '\0' || is_of_the_tools(s.name))
            continue;
        if (s.is_defined && strcmp(s.name, "orma_plugin_entry") != 0) {
            check_note(report, "exports \"%s\"", s.name);
            exported++;
        } else if (!s.is_defined && text_starts(s.name, "orma_")) {
            check_note(report, "imports \"%s\"", s.name);
            imported++;
        }
    }
    check_result(report, elf_exports(file, "orma_plugin_entry", NULL),
                 "%s: exports orma_plugin_entry", name);
    check_result(report, exported == 0, "%s: exports nothing else", name);
    check_result(report, imported == 0, "%s: imports nothing of orma", name);
}

/* $ORIGIN is the bundle; anything else ties the module to one machine. */
static bool stays_in_bundle(const char *run_path)
{
    while (run_path != NULL && *run_path != '\0') {
        const size_t len = strcspn(run_path, ":");
        if (len > 0 && !text_starts(run_path, "$ORIGIN") &&
            !text_starts(run_path, "${ORIGIN}"))
            return false;
        run_path += len + (run_path[len] == ':');
    }
    return true;
}

void check_file(check_report *report, const package_record *package,
                const module_record *module)
{
    AUTO_ERROR orma_error *error = NULL;
    elf_file *file = NULL;
    const bool is_read = module->path != NULL &&
                         elf_open(module->path, &file, &error) == ORMA_OK;
    AUTO_FREE char *name = text_printf("%s.so", module->name);

    if (name == NULL)
        return;
    if (module->path == NULL)
        check_note(report, "%s holds no %s", package->pub.folder, name);
    else if (!is_read)
        check_note(report, "%s", orma_error_message(error));
    if (!check_result(report, is_read, "%s: is a shared object", name))
        return;
    check_symbols(report, file, name);
    check_result(report, elf_binds_now(file),
                 "%s: is linked with -z now", name);
    check_result(report, !elf_has_text_relocations(file),
                 "%s: has no text relocations", name);
    const char *run_path = elf_run_path(file);
    if (!stays_in_bundle(run_path))
        check_note(report, "its run path is \"%s\"", run_path);
    check_result(report, stays_in_bundle(run_path),
                 "%s: has no run path outside its bundle", name);
    elf_close(file);
}

/* ---- the process's own state ------------------------------------- */

/* What a module may not change. */
typedef struct process_state {
    size_t descriptors, threads;
    mode_t mask;
    char folder[4096];
    char locale[256];
    uint64_t environment; /* a sum over all texts */
} process_state;

static size_t count_in(const char *folder)
{
    DIR *stream = opendir(folder);
    size_t n = 0;

    if (stream == NULL)
        return 0;
    while (readdir(stream) != NULL)
        n++;
    closedir(stream);
    return n;
}

static void take_state(process_state *state)
{
    memset(state, 0, sizeof *state);
    state->descriptors = count_in("/proc/self/fd");
    state->threads = count_in("/proc/self/task");
    state->mask = umask(0);
    umask(state->mask);
    if (getcwd(state->folder, sizeof state->folder) == NULL)
        state->folder[0] = '\0';
    snprintf(state->locale, sizeof state->locale, "%s",
             setlocale(LC_ALL, NULL));
    for (char **e = environ; *e != NULL; e++)
        for (const char *c = *e; *c != '\0'; c++)
            state->environment =
                state->environment * 31 + (unsigned char)*c;
}

static bool compare(check_report *report, const process_state *before,
                    const process_state *after)
{
    const struct {
        bool is_same;
        const char *what;
    } rows[] = {
        {before->descriptors == after->descriptors, "open descriptors"},
        {before->threads == after->threads, "threads"},
        {before->mask == after->mask, "umask"},
        {text_equal(before->folder, after->folder), "working directory"},
        {text_equal(before->locale, after->locale), "locale"},
        {before->environment == after->environment, "environment"},
    };
    bool is_same = true;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!rows[i].is_same) {
            check_note(report, "it changed: %s", rows[i].what);
            is_same = false;
        }
    return is_same;
}

/* ---- loading ----------------------------------------------------- */

typedef struct loading {
    registry *r;
    package_record *package;
    module_record *module;
} loading;

static entry_record *first_entry(const loading *l)
{
    for (size_t i = 0; i < l->r->entry_count; i++)
        if (l->r->entries[i].package == l->package &&
            l->r->entries[i].module == l->module)
            return &l->r->entries[i];
    return NULL;
}

/* Standard output of the rest of this child goes here; -1: it cannot. */
static int capture_output(void)
{
    const int fd = memfd_create("orma-check", MFD_CLOEXEC);

    fflush(stdout);
    if (fd >= 0 && dup2(fd, 1) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void load_again(check_report *report, const loading *l)
{
    const orma_plugin *plugin = l->module->plugin;
    orma_error *error = NULL;
    orma_status st = ORMA_OK;

    check_doing(report, "unload() of %s", l->module->name);
    if (plugin->unload != NULL)
        plugin->unload();
    check_doing(report, "load() of %s after unload()", l->module->name);
    if (plugin->load != NULL)
        st = plugin->load(plugin_host(), &error);
    const bool agrees = check_outcome(report, st, error);
    check_result(report, agrees && st == ORMA_OK,
                 "%s: loads, unloads and loads again", l->module->name);
}

static void load_part(check_report *report, void *user)
{
    const loading *l = user;
    const entry_record *e = first_entry(l);
    orma_error *error = NULL;
    const void *table = NULL;
    process_state before, after;
    struct stat printed = {0};

    if (e == NULL) {
        check_result(report, false, "%s: has an entry point in the manifest",
                     l->module->name);
        return;
    }
    const int output = capture_output();
    take_state(&before);
    check_doing(report, "load() of %s", l->module->name);
    const orma_status st = plugin_load(l->r, &e->pub, &table, &error);
    if (st != ORMA_OK)
        check_note(report, "%s", orma_error_message(error));
    error_clear(&error);
    if (!check_result(report, st == ORMA_OK,
                      "%s: loads, and has all entries of the manifest",
                      l->module->name))
        return;
    load_again(report, l);
    take_state(&after);
    check_result(report, compare(report, &before, &after),
                 "%s: leaves the process as it was", l->module->name);
    fflush(stdout);
    if (output >= 0 && fstat(output, &printed) == 0)
        check_result(report, printed.st_size == 0,
                     "%s: writes nothing to standard output", l->module->name);
}

void check_loading(check_report *report, registry *r, package_record *package,
                   module_record *module)
{
    loading l = {r, package, module};
    AUTO_FREE char *what = text_printf("%s: loading", module->name);

    if (what != NULL)
        check_in_child(report, what, load_part, &l);
}
