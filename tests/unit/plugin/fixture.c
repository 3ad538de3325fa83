/* SPDX-License-Identifier: MIT */
#include "unit/plugin/fixture.h"

#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/runner.h"

static void give_up(const char *what, const char *detail)
{
    printf("Bail out! %s: %s\n", what, detail);
    exit(99);
}

static void need(orma_status status, const char *what)
{
    if (status != ORMA_OK)
        give_up(what, orma_status_word(status));
}

/* Kept until the program ends. */
static const char *folder_of(const char *into, const char *name)
{
    static arena memory;
    AUTO_FREE char *path = file_join(into, name);
    const char *kept = path != NULL ? arena_strdup(&memory, path) : NULL;

    if (kept == NULL)
        give_up("no memory", name);
    need(file_mkdirs(kept, 0755, NULL), kept);
    return kept;
}

static void compile(const char *folder)
{
    const char *compiler = getenv("CC");
    AUTO_BUF buf command = {0};

    buf_text(&command, compiler != NULL && *compiler != '\0' ? compiler : "cc");
    buf_text(&command, " -std=gnu11 -shared -fPIC -fvisibility=hidden -I");
    shell_quote(&command, TEST_SRCDIR "/core/include");
    buf_text(&command, " -o ");
    AUTO_FREE char *module = file_join(folder, "module.so");
    AUTO_FREE char *source = file_join(folder, "module.c");
    shell_quote(&command, module);
    buf_char(&command, ' ');
    shell_quote(&command, source);
    if (system(buf_c_str(&command)) != 0)
        give_up("cannot compile", folder);
}

const char *fixture_build(const char *bundle, const char *into, const char *as)
{
    static const char *const files[] = {MANIFEST_FILE, "module.c"};
    const char *folder = folder_of(into, as);
    bool has_source = false;

    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *from = text_printf("%s/plugins/fixtures/%s/%s",
                                           TEST_SRCDIR "/tests", bundle,
                                           files[i]);
        AUTO_FREE char *to = file_join(folder, files[i]);
        if (from == NULL || !file_exists(from))
            continue;
        need(file_copy(from, to, NULL), from);
        has_source = i == 1;
    }
    if (has_source)
        compile(folder);
    return folder;
}

const char *fixture_write(const char *into, const char *bundle,
                          const char *text)
{
    const char *folder = folder_of(into, bundle);
    AUTO_FREE char *path = file_join(folder, MANIFEST_FILE);
    AUTO_FREE char *module = file_join(folder, "module.so");

    need(file_write(path, (orma_str){text, strlen(text)}, 0644, NULL),
         path);
    need(file_write(module, ORMA_LITERAL("no module"), 0644, NULL), module);
    return folder;
}

void fixture_path(const char *path)
{
    static const char *caches;

    if (caches == NULL)
        caches = unit_temp_dir();
    setenv("ORMA_PLUGIN_PATH", path, 1);
    setenv("ORMA_PLUGIN_NO_DEFAULT_PATH", "1", 1);
    setenv("XDG_CACHE_HOME", caches, 1);
    unsetenv("ORMA_NO_CACHE");
}

registry *fixture_registry(void)
{
    registry *r = NULL;

    need(registry_open(&r, NULL), "registry_open");
    return r;
}

const plugin_entry *fixture_entry(registry *r, enum plugin_kind kind,
                                  const char *name)
{
    for (size_t i = 0; i < registry_entry_count(r); i++) {
        const plugin_entry *e = registry_entry(r, i);
        if (e->kind == kind && text_equal(e->name, name))
            return e;
    }
    return NULL;
}

const plugin_package *fixture_package(registry *r, const char *name)
{
    for (size_t i = 0; i < registry_package_count(r); i++)
        if (text_equal(registry_package(r, i)->name, name))
            return registry_package(r, i);
    return NULL;
}

void same_text(const char *got, const char *expected)
{
    const bool is_same = text_equal(got, expected);
    if (!is_same)
        printf("# got:      %s\n# expected: %s\n",
               got != NULL ? got : "(nothing)",
               expected != NULL ? expected : "(nothing)");
    CU_ASSERT_TRUE(is_same);
}

void has_text(const char *got, const char *part)
{
    const bool is_there = got != NULL && strstr(got, part) != NULL;
    if (!is_there)
        printf("# got:  %s\n# part: %s\n", got != NULL ? got : "(nothing)",
               part);
    CU_ASSERT_TRUE(is_there);
}
