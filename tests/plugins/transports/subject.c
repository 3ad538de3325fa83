/* The transport under test.
 *
 * SPDX-License-Identifier: MIT */
#include "plugins/transports/subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <plugin/registry.h>

subject it;

static const char *entry = "core.local";
static const char *parameters = "{\"use_login_shell\": false}";
static const char *remote_folder;
static registry *plugins;
static int folder_count;

void subject_choose(const char *name, const char *json, const char *remote)
{
    entry = name;
    parameters = json;
    remote_folder = remote;
}

static bool complain(orma_error *error)
{
    char *chain = error != NULL ? error_chain(error) : NULL;

    printf("# %s\n", chain != NULL ? chain : "failed without a reason");
    free(chain);
    orma_error_free(error);
    return false;
}

static bool load(void)
{
    const plugin_entry *found = NULL;
    const void *vtable = NULL;
    orma_error *error = NULL;

    if (plugins == NULL && registry_open(&plugins, &error) != ORMA_OK)
        return complain(error);
    if (registry_find(plugins, KIND_TRANSPORT, entry, &found, &error) !=
            ORMA_OK ||
        plugin_load(plugins, found, &vtable, &error) != ORMA_OK)
        return complain(error);
    it.t = vtable;
    return true;
}

int subject_open(void)
{
    static char remote[4096];
    orma_error *error = NULL;

    if (!load())
        return 1;
    it.local = unit_temp_dir();
    snprintf(remote, sizeof remote, "%s/subject-%d",
             remote_folder != NULL ? remote_folder : unit_temp_dir(),
             folder_count++);
    it.remote = remote;
    if (it.t->open(it.t, "localhost",
                   (orma_str){parameters, strlen(parameters)}, &it.s,
                   &error) != ORMA_OK ||
        it.t->mkdir(it.s, remote, &error) != ORMA_OK)
        return complain(error) ? 0 : 1;
    return 0;
}

int subject_close(void)
{
    it.t->remove(it.s, it.remote, NULL);
    it.t->close(it.s);
    registry_close(plugins);
    plugins = NULL;
    return 0;
}

static const char *path_in(const char *folder, const char *name)
{
    static char paths[10][4096];
    static size_t next;
    char *path = paths[next++ % 10];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *remote_path(const char *name)
{
    return path_in(it.remote, name);
}

const char *local_path(const char *name)
{
    return path_in(it.local, name);
}

void local_write(const char *name, const char *bytes, size_t len)
{
    CU_ASSERT_EQUAL_FATAL(file_mkdirs_for(local_path(name), 0755, NULL),
                          ORMA_OK);
    CU_ASSERT_EQUAL_FATAL(
        file_write(local_path(name), (orma_str){bytes, len}, 0644, NULL),
        ORMA_OK);
}

void local_expect(const char *name, const char *bytes, size_t len)
{
    AUTO_BUF buf found = {0};

    CU_ASSERT_EQUAL(file_read(local_path(name), (size_t)1 << 30, &found, NULL),
                    ORMA_OK);
    CU_ASSERT_EQUAL(found.len, len);
    CU_ASSERT(found.len == len &&
              (len == 0 || memcmp(found.ptr, bytes, len) == 0));
}

void remote_write(const char *name, const char *text)
{
    local_write("carried", text, strlen(text));
    CU_ASSERT_EQUAL(
        it.t->put(it.s, local_path("carried"), remote_path(name), 0, 0, NULL),
        ORMA_OK);
}

void remote_expect(const char *name, const char *text)
{
    CU_ASSERT_EQUAL(
        it.t->get(it.s, remote_path(name), local_path("fetched"), 0, 0, NULL),
        ORMA_OK);
    local_expect("fetched", text, strlen(text));
}

int32_t remote_type(const char *name)
{
    orma_file_info info = {.size = sizeof info};
    const orma_status st = it.t->stat(it.s, remote_path(name), &info, NULL);

    CU_ASSERT(st == ORMA_OK || st == ORMA_E_NOT_FOUND);
    return st == ORMA_OK ? info.type : ORMA_FILE_UNKNOWN;
}

int32_t remote_exec(const char *command, buf *out, buf *error)
{
    orma_writer out_writer = {out, 0}, error_writer = {error, 0};
    orma_error *why = NULL;
    int32_t status = -1;

    if (it.t->exec(it.s, command, it.remote, ORMA_LITERAL(""), 60, &out_writer,
                   &error_writer, &status, &why) != ORMA_OK)
        complain(why);
    return status;
}

void joined(const buf *names, buf *out)
{
    for (size_t i = 0; i < names->len; i++) {
        if (i > 0 && names->ptr[i - 1] == '\0')
            buf_char(out, '|');
        if (names->ptr[i] != '\0')
            buf_char(out, names->ptr[i]);
    }
}
