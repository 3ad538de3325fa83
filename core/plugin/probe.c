/* Looking at modules without running them: is it a shared object of this
 * machine with orma's constant, of the right ABI, and are all libraries and
 * symbols there that it needs?
 *
 * The last question is put to the dynamic linker, as ldd -r does: it maps the
 * module in a process of its own and names what is missing. A file that lacked
 * nothing is remembered in the cache; a wanting one is looked at again.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/registry_internal.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include <plugin/elf_file.h>

enum { LINKER_LIMIT_S = 5, LINKER_MAX_BYTES = 1 << 18, VERDICT_MARK = '!' };

/* ---- the dynamic linker ------------------------------------------ */

/* The dynamic linker that this very program was started by; NULL: static. */
static const char *linker_path(void)
{
    Dl_info info;
    const unsigned long base = getauxval(AT_BASE);

    if (base == 0 || dladdr((void *)base, &info) == 0 ||
        info.dli_fname == NULL || info.dli_fname[0] != '/')
        return NULL;
    return info.dli_fname;
}

static char **linker_environment(void)
{
    static char trace[] = "LD_TRACE_LOADED_OBJECTS=1", warn[] = "LD_WARN=yes",
                now[] = "LD_BIND_NOW=yes";
    size_t n = 0;

    while (environ[n] != NULL)
        n++;
    char **all = calloc(n + 4, sizeof *all);
    if (all == NULL)
        return NULL;
    memcpy(all, environ, n * sizeof *all);
    all[n] = trace;
    all[n + 1] = warn;
    all[n + 2] = now;
    return all;
}

/* ---- the file ---------------------------------------------------- */

/* Magic, size and ABI are plain numbers in the file. */
static const char *judge_constant(registry *r, const package_record *p,
                                  const elf_file *file,
                                  enum plugin_state *state)
{
    const manifest *of = &p->manifest;
    elf_symbol symbol;
    orma_plugin entry = {0};

    if (!elf_exports(file, "orma_plugin_entry", &symbol))
        return "does not export orma_plugin_entry";
    if (!elf_data(file, symbol.address, &entry, sizeof entry))
        return NULL; /* filled at load time: only loading can tell */
    if (entry.magic != ORMA_PLUGIN_MAGIC)
        return "has an orma_plugin_entry that is not an orma_plugin";
    if (entry.abi_major == of->abi_major && entry.abi_minor == of->abi_minor)
        return NULL;
    *state = PLUGIN_ABI_MISMATCH;
    return registry_text(r, "was built for ABI %u.%u, its manifest says "
                         "%lld.%lld; build it again", entry.abi_major,
                         entry.abi_minor, (long long)of->abi_major,
                         (long long)of->abi_minor);
}

/* NULL when nothing is wanting; else what, and the state that this is. */
static const char *judge_file(registry *r, const package_record *p,
                              const module_record *m, enum plugin_state *state)
{
    AUTO_ERROR orma_error *error = NULL;
    elf_file *file = NULL;

    *state = PLUGIN_LOAD_FAILED;
    if (elf_open(m->path, &file, &error) != ORMA_OK) {
        const char *text = orma_error_message(error);
        const char *after = strstr(text, "\" ");
        return registry_text(r, "%s", after != NULL ? after + 2 : text);
    }
    const char *reason = judge_constant(r, p, file, state);
    elf_close(file);
    return reason;
}

/* ---- the child --------------------------------------------------- */

/* Reads until the end, or until the time is up. */
static bool read_output(int fd, buf *out)
{
    const time_t limit = time(NULL) + LINKER_LIMIT_S;
    char block[4096];

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        const int ready = poll(&wait, 1, 1000);
        if (ready < 0 && errno != EINTR)
            return false;
        if (time(NULL) > limit || out->len > LINKER_MAX_BYTES)
            return false;
        if (ready <= 0)
            continue;
        const ssize_t n = read(fd, block, sizeof block);
        if (n == 0)
            return !out->failed;
        if (n > 0)
            buf_append(out, block, (size_t)n);
        else if (errno != EINTR)
            return false;
    }
}

/* The child: looks at the file, then becomes the linker. Neither happens in
 * this process, which so opens no module before it loads one. */
static void child(registry *r, const package_record *p, const module_record *m,
                  int output)
{
    enum plugin_state state = PLUGIN_LOAD_FAILED;
    const char *reason = judge_file(r, p, m, &state);
    const char *linker = linker_path();
    char *arguments[] = {(char *)linker, (char *)m->path, NULL};
    char **environment = linker_environment();

    if (reason != NULL) {
        dprintf(output, "%c%d %s\n", VERDICT_MARK, (int)state, reason);
        _exit(0);
    }
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (linker != NULL && environment != NULL)
        execve(linker, arguments, environment);
    _exit(0);
}

/* What the child prints for a module; false when it could not be asked. */
static bool ask_child(registry *r, const package_record *p,
                      const module_record *m, buf *out)
{
    int ends[2], status = 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    const pid_t pid = fork();
    if (pid == 0)
        child(r, p, m, ends[1]);
    close(ends[1]);
    const bool is_whole = pid > 0 && read_output(ends[0], out);
    close(ends[0]);
    if (pid < 0)
        return false;
    if (!is_whole)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return is_whole;
}

/* ---- what the linker says ---------------------------------------- */

/* Symbols that a program built with a sanitizer provides itself. */
static bool is_sanitizer(const char *symbol)
{
    static const char *const prefixes[] = {"__asan", "__ubsan", "__tsan",
                                           "__msan", "__lsan", "__sanitizer"};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (text_starts(symbol, prefixes[i]))
            return true;
    return false;
}

/* The first thing that is missing, in the words of dlerror(); NULL: nothing.
 * Lines are "<tab>libx.so.1 => not found" and "undefined symbol: x<tab>(file)".
 * A sanitizer's symbols may come from the program. */
static const char *first_missing(registry *r, char *output)
{
    static const char symbol_mark[] = "undefined symbol: ";
    char *rest = output, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        char *missing = strstr(line, " => not found");
        char *symbol = strstr(line, symbol_mark);
        if (missing != NULL) {
            *missing = '\0';
            return registry_text(r, "library %s is not found; install it",
                                 line + strspn(line, " \t"));
        }
        if (symbol == NULL)
            continue;
        symbol += sizeof symbol_mark - 1;
        symbol[strcspn(symbol, "\t ,(")] = '\0';
        if (!is_sanitizer(symbol))
            return registry_text(r, "undefined symbol: %s (is a library missing "
                                 "in how it was linked?)", symbol);
    }
    return NULL;
}

/* ---- one module -------------------------------------------------- */

/* NULL when nothing is wanting; else what, and the state that this is. */
static const char *probe_reason(registry *r, const package_record *p,
                                const module_record *m,
                                enum plugin_state *state)
{
    AUTO_BUF buf output = {0};

    *state = PLUGIN_LOAD_FAILED;
    if (!ask_child(r, p, m, &output) || output.len == 0)
        return NULL;
    if (output.ptr[0] != VERDICT_MARK)
        return first_missing(r, output.ptr);
    char *what = output.ptr + 1;
    *state = (enum plugin_state)strtol(what, &what, 10);
    what[strcspn(what, "\n")] = '\0';
    return registry_text(r, "%s", what + strspn(what, " "));
}

/* Failures that only loading finds are remembered until it succeeds. */
static bool is_beyond_looking(const module_memory *memory)
{
    return memory->reason != NULL && (memory->state == PLUGIN_ENTRY_MISSING ||
                                      memory->state == PLUGIN_INIT_FAILED);
}

/* true when there is something new to remember. */
static bool probe_module(registry *r, package_record *p, module_record *m)
{
    module_memory *memory = registry_memory(p, m);
    const bool is_known =
        memcmp(&memory->key, &m->key, sizeof m->key) == 0;
    enum plugin_state state;

    if (m->is_tried || m->path == NULL ||
        (is_known && (memory->reason == NULL || is_beyond_looking(memory))))
        return false;
    const char *what = probe_reason(r, p, m, &state);
    if (what == NULL) {
        *memory = (module_memory){m->key, PLUGIN_OK, NULL};
        if (m->is_suspect)
            registry_acquit(r, p, m);
        return true;
    }
    const char *reason =
        registry_text(r, "%s: %s.so: %s", p->pub.name, m->name, what);
    const bool is_news = !is_known || !text_equal(memory->reason, reason);
    *memory = (module_memory){m->key, state, reason};
    if (!m->is_suspect)
        registry_suspect(r, p, m, state, reason);
    return is_news;
}

static bool may_look(const package_record *p)
{
    if (p->pub.state == PLUGIN_OK)
        return true;
    for (size_t i = 0; i < p->manifest.module_count; i++)
        if (p->modules[i].is_suspect)
            return true;
    return false;
}

bool registry_look(registry *r, bool only_new)
{
    bool has_news = false;

    for (size_t i = 0; i < r->package_count; i++) {
        package_record *p = &r->packages[i];
        if (!may_look(p) || (only_new && !p->is_new))
            continue;
        for (size_t j = 0; j < p->manifest.module_count; j++)
            has_news = probe_module(r, p, &p->modules[j]) || has_news;
    }
    return has_news;
}

void registry_probe(registry *r)
{
    pthread_mutex_lock(&r->lock);
    if (registry_look(r, false))
        registry_save(r);
    pthread_mutex_unlock(&r->lock);
}
