/* The search path, the bundles in it, and the trust check.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/search.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include <plugin/manifest.h>

bool search_is_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
}

/* A growing list of folders, each once by its identity. */
typedef struct path_list {
    arena *memory;
    const char **folders;
    struct stat *infos;
    size_t count, capacity;
    bool failed;
} path_list;

static bool grow(path_list *list)
{
    if (list->count < list->capacity)
        return true;
    const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
    const char **folders =
        arena_array(list->memory, capacity, sizeof *folders);
    struct stat *infos = arena_array(list->memory, capacity, sizeof *infos);
    if (folders == NULL || infos == NULL)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        folders[i] = list->folders[i];
        infos[i] = list->infos[i];
    }
    list->folders = folders;
    list->infos = infos;
    list->capacity = capacity;
    return true;
}

/* Folders that are not there are left out without a word. */
static void add_folder(path_list *list, const char *folder)
{
    AUTO_FREE char *absolute = file_absolute(folder);
    struct stat info;

    if (absolute == NULL) {
        list->failed = true;
        return;
    }
    if (stat(absolute, &info) != 0 || !S_ISDIR(info.st_mode))
        return;
    for (size_t i = 0; i < list->count; i++)
        if (list->infos[i].st_dev == info.st_dev &&
            list->infos[i].st_ino == info.st_ino)
            return;
    const char *copy = arena_strdup(list->memory, absolute);
    if (copy == NULL || !grow(list)) {
        list->failed = true;
        return;
    }
    list->infos[list->count] = info;
    list->folders[list->count++] = copy;
}

static void add_environment(path_list *list)
{
    const char *path = getenv("ORMA_PLUGIN_PATH");

    while (path != NULL && *path != '\0') {
        const size_t len = strcspn(path, ":");
        if (len > 0) {
            AUTO_FREE char *folder = strndup(path, len);
            if (folder == NULL)
                list->failed = true;
            else
                add_folder(list, folder);
        }
        path += len + (path[len] == ':');
    }
}

/* $XDG_DATA_HOME counts only when absolute, as its specification says. */
static void add_user(path_list *list)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    AUTO_FREE char *folder = NULL;

    if (data != NULL && *data == '/')
        folder = text_printf("%s/orma/plugins", data);
    else if (home != NULL && *home == '/')
        folder = text_printf("%s/.local/share/orma/plugins", home);
    else
        return;
    if (folder == NULL)
        list->failed = true;
    else
        add_folder(list, folder);
}

orma_status search_path(arena *memory, const char ***folders, size_t *count,
                        orma_error **err)
{
    path_list list = {.memory = memory};
    const char *only_first = getenv("ORMA_PLUGIN_NO_DEFAULT_PATH");
    const bool is_privileged = search_is_privileged();

    if (!is_privileged)
        add_environment(&list);
    if (is_privileged || !text_equal(only_first, "1")) {
        if (!is_privileged)
            add_user(&list);
        add_folder(&list, ORMA_PLUGINDIR);
    }
    if (list.failed)
        return error_no_memory(err);
    *folders = list.folders;
    *count = list.count;
    return ORMA_OK;
}

/* ---- bundles ----------------------------------------------------- */

typedef struct place_list {
    arena *memory;
    bundle_place *items;
    size_t count, capacity;
    size_t rank;
} place_list;

static bundle_place *new_place(place_list *list)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        bundle_place *items =
            arena_array(list->memory, capacity, sizeof *items);
        if (items == NULL)
            return NULL;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    return &list->items[list->count];
}

static const char *arena_join(arena *memory, const char *folder,
                              const char *name)
{
    AUTO_FREE char *path = file_join(folder, name);

    return path != NULL ? arena_strdup(memory, path) : NULL;
}

/* Adds <parent>/<name> when it holds a manifest. */
static orma_status add_bundle(place_list *list, int parent_fd,
                              const char *parent, const char *kind,
                              const char *name, orma_error **err)
{
    char relative[NAME_MAX + sizeof MANIFEST_FILE + 2];
    struct stat folder_info, manifest_info;

    const int len = snprintf(relative, sizeof relative, "%s/%s", name,
                             MANIFEST_FILE);
    if (len < 0 || (size_t)len >= sizeof relative ||
        fstatat(parent_fd, relative, &manifest_info, 0) != 0 ||
        fstatat(parent_fd, name, &folder_info, 0) != 0)
        return ORMA_OK;
    bundle_place *place = new_place(list);
    if (place == NULL)
        return error_no_memory(err);
    *place = (bundle_place){
        .folder = arena_join(list->memory, parent, name),
        .manifest = arena_join(list->memory, parent, relative),
        .kind = kind,
        .name = arena_strdup(list->memory, name),
        .rank = list->rank,
        .folder_info = folder_info,
        .manifest_info = manifest_info,
    };
    if (place->folder == NULL || place->manifest == NULL || place->name == NULL)
        return error_no_memory(err);
    list->count++;
    return ORMA_OK;
}

static orma_status add_bundles_in(place_list *list, int fd, const char *folder,
                                  const char *kind, orma_error **err);

/* <folder>/<kind>, which may hold bundles of this kind. */
static orma_status add_kind(place_list *list, int parent_fd, const char *parent,
                            const char *kind, orma_error **err)
{
    const int fd =
        openat(parent_fd, kind, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return ORMA_OK;
    const char *folder = arena_join(list->memory, parent, kind);
    if (folder == NULL) {
        close(fd);
        return error_no_memory(err);
    }
    return add_bundles_in(list, fd, folder, kind, err);
}

/* Takes over fd. kind: "" at the top, where the kinds' folders are entered. */
static orma_status add_bundles_in(place_list *list, int fd, const char *folder,
                                  const char *kind, orma_error **err)
{
    DIR *stream = fdopendir(fd);
    orma_status st = ORMA_OK;
    enum plugin_kind parsed;

    if (stream == NULL) {
        close(fd);
        return ORMA_OK;
    }
    for (const struct dirent *d = readdir(stream); st == ORMA_OK && d != NULL;
         d = readdir(stream)) {
        if (d->d_name[0] == '.' ||
            (d->d_type != DT_DIR && d->d_type != DT_LNK &&
             d->d_type != DT_UNKNOWN))
            continue;
        st = add_bundle(list, fd, folder, kind, d->d_name, err);
        if (st == ORMA_OK && *kind == '\0' &&
            plugin_kind_parse(d->d_name, &parsed) &&
            text_equal(d->d_name, plugin_kind_word(parsed)))
            st = add_kind(list, fd, folder, plugin_kind_word(parsed), err);
    }
    closedir(stream);
    return st;
}

static int by_place(const void *a, const void *b)
{
    const bundle_place *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    const int kinds = strcmp(x->kind, y->kind);
    return kinds != 0 ? kinds : strcmp(x->name, y->name);
}

orma_status search_bundles(arena *memory, const char *const *folders,
                           size_t folder_count, bundle_place **places,
                           size_t *count, orma_error **err)
{
    place_list list = {.memory = memory};

    for (size_t i = 0; i < folder_count; i++) {
        const int fd =
            open(folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            continue;
        list.rank = i;
        const orma_status st = add_bundles_in(&list, fd, folders[i], "", err);
        if (st != ORMA_OK)
            return st;
    }
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, by_place);
    *places = list.items;
    *count = list.count;
    return ORMA_OK;
}

orma_status search_one(arena *memory, const char *folder, bundle_place *place,
                       orma_error **err)
{
    AUTO_FREE char *absolute = file_absolute(folder);
    place_list list = {.memory = memory};

    if (absolute == NULL)
        return error_no_memory(err);
    char *slash = strrchr(absolute, '/');
    const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : ".";
    AUTO_FREE char *parent =
        slash != NULL && slash != absolute
            ? strndup(absolute, (size_t)(slash - absolute))
            : strdup("/");
    if (parent == NULL)
        return error_no_memory(err);
    AUTO_CLOSE int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        const orma_status st = add_bundle(&list, fd, parent, "", name, err);
        if (st != ORMA_OK)
            return st;
    }
    if (list.count == 0)
        return error_set(err, ORMA_E_NOT_FOUND, "plugin", 0,
                         "folder \"%s\" holds no %s", absolute, MANIFEST_FILE);
    *place = list.items[0];
    return ORMA_OK;
}

/* ---- trust ------------------------------------------------------- */

const char *search_distrust(arena *memory, const char *what,
                            const struct stat *info)
{
    AUTO_FREE char *reason = NULL;

    if ((info->st_mode & S_IWOTH) != 0)
        reason = text_printf("%s is writable by everybody; run chmod o-w",
                             what);
    else if (info->st_uid != 0 && info->st_uid != geteuid())
        reason = text_printf("%s belongs to user %ju, neither root nor you; "
                             "install it as yourself",
                             what, (uintmax_t)info->st_uid);
    else
        return NULL;
    const char *copy = reason != NULL ? arena_strdup(memory, reason) : NULL;
    return copy != NULL ? copy : "not trusted, and no memory to say why";
}
