/* The object container: making, opening, locking, counting.
 *
 * SPDX-License-Identifier: MIT */
#include "container_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/json.h>
#include <base/text.h>

#define CONFIG_MAX_BYTES 65536
#define PACK_SIZE_TARGET 4294967296 /* AiiDA's 4 GiB */

static const char *const folders[] = {"loose", "packs", "duplicates",
                                      "sandbox"};

char *container_path(const container *c, const char *name)
{
    return file_join(c->folder, name);
}

char *container_loose_path(const container *c, const char *key)
{
    if (c->loose_prefix_len == 0)
        return text_printf("%s/loose/%s", c->folder, key);
    return text_printf("%s/loose/%.*s/%s", c->folder, c->loose_prefix_len, key,
                       key + c->loose_prefix_len);
}

orma_status container_errno(orma_error **err, int errnum, const char *doing,
                            const char *path)
{
    if (errnum == ENOSPC || errnum == EDQUOT)
        return error_set(err, ORMA_E_TRANSIENT, "storage", errnum,
                         "disk is full: %s \"%s\"", doing, path);
    return error_errno(err, errnum, "storage", "%s \"%s\"", doing, path);
}

orma_status container_write_all(int fd, const void *bytes, size_t len,
                                const char *path, orma_error **err)
{
    const char *p = bytes;

    while (len > 0) {
        const ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return container_errno(err, errno, "cannot write", path);
        p += n;
        len -= (size_t)n;
    }
    return ORMA_OK;
}

orma_status container_sync_folder(const char *path, orma_error **err)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return container_errno(err, errno, "cannot sync the folder", path);
    return ORMA_OK;
}

/* As disk-objectstore writes it, in this order. */
static json_object *new_config(void)
{
    orma_uuid uuid;
    char dashed[37], id[33];
    size_t n = 0;

    uuid_generate(&uuid);
    uuid_format(&uuid, dashed);
    for (const char *p = dashed; *p != '\0'; p++)
        if (*p != '-')
            id[n++] = *p;
    id[n] = '\0';

    json_object *config = json_object_new_object();
    if (config == NULL || !json_set_int(config, "container_version", 1) ||
        !json_set_int(config, "loose_prefix_len", 2) ||
        !json_set_int(config, "pack_size_target", PACK_SIZE_TARGET) ||
        !json_set_text(config, "hash_type", "sha256") ||
        !json_set_text(config, "container_id", id) ||
        !json_set_text(config, "compression_algorithm", "zlib+1")) {
        json_object_put(config);
        return NULL;
    }
    return config;
}

static orma_status check_empty(const char *folder, orma_error **err)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return container_errno(err, errno, "cannot open the folder", folder);
    size_t n = 0;
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    if (n <= 2)
        return ORMA_OK;
    return error_set(err, ORMA_E_REFUSED, "storage", 0,
                     "folder \"%s\" is not empty, so no container can be made "
                     "there",
                     folder);
}

orma_status container_create(const char *folder, orma_error **err)
{
    orma_status st = file_mkdirs(folder, 0777, err);
    if (st == ORMA_OK)
        st = check_empty(folder, err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof folders / sizeof *folders;
         i++) {
        AUTO_FREE char *path = file_join(folder, folders[i]);
        st = path == NULL ? error_no_memory(err) : file_mkdirs(path, 0777, err);
    }
    if (st == ORMA_OK)
        st = index_create(folder, err);
    if (st != ORMA_OK)
        return st;

    /* Last: a folder with a config is a container. */
    AUTO_JSON json_object *config = new_config();
    AUTO_FREE char *text =
        config == NULL ? NULL : json_text(config, JSON_PYTHON);
    AUTO_FREE char *path = file_join(folder, "config.json");
    if (text == NULL || path == NULL)
        return error_no_memory(err);
    return file_write_atomic(path, (orma_str){text, strlen(text)}, 0666, err);
}

static orma_status read_config(container *c, const char *path, orma_error **err)
{
    AUTO_JSON json_object *config = NULL;
    const orma_status st =
        json_parse_file(path, CONFIG_MAX_BYTES, &config, err);
    if (st != ORMA_OK)
        return st;

    const char *id = json_get_text(config, "container_id", "");
    if (json_get_int(config, "container_version", 0) != 1)
        return error_set(
            err, ORMA_E_INVALID, "storage", 0,
            "container \"%s\" is of version %lld, and orma works "
            "with version 1",
            c->folder, (long long)json_get_int(config, "container_version", 0));
    if (!text_equal(json_get_text(config, "hash_type", ""), "sha256"))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "container \"%s\" is keyed by \"%s\", and orma works "
                         "with sha256",
                         c->folder, json_get_text(config, "hash_type", ""));
    if (strlen(id) != 32 || strspn(id, "0123456789abcdef") != 32)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%s\" has no valid container_id", path);

    const int64_t prefix = json_get_int(config, "loose_prefix_len", 2);
    c->pack_size_target =
        json_get_int(config, "pack_size_target", PACK_SIZE_TARGET);
    if (prefix < 0 || prefix > 32 || c->pack_size_target < 1)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%s\" has a loose_prefix_len or pack_size_target "
                         "that makes no sense",
                         path);
    c->loose_prefix_len = (int)prefix;
    const char *algorithm =
        json_get_text(config, "compression_algorithm", "zlib+1");
    if (!text_starts(algorithm, "zlib+") || strlen(algorithm) != 6 ||
        strchr("123456789", algorithm[5]) == NULL)
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "\"%s\" names the compression \"%s\", and orma "
                         "works with zlib+1 to zlib+9",
                         path, algorithm);
    c->level = algorithm[5] - '0';
    memcpy(c->id, id, sizeof c->id);
    return ORMA_OK;
}

static orma_status open_parts(container *c, orma_error **err)
{
    AUTO_FREE char *path = container_path(c, "config.json");
    if (path == NULL)
        return error_no_memory(err);
    orma_status st = read_config(c, path, err);
    for (size_t i = 0; st == ORMA_OK && i < sizeof folders / sizeof *folders;
         i++) {
        AUTO_FREE char *folder = container_path(c, folders[i]);
        /* disk-objectstore does without `duplicates` on Unix. */
        if (folder != NULL && !file_is_dir(folder) &&
            !text_equal(folders[i], "duplicates"))
            st = error_set(err, ORMA_E_INVALID, "storage", 0,
                           "the container lacks its folder \"%s\"", folder);
    }
    if (st != ORMA_OK)
        return st;

    c->lock_fd = open(path, O_RDWR | O_CLOEXEC);
    if (c->lock_fd < 0 && (errno == EACCES || errno == EROFS))
        c->lock_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (c->lock_fd < 0)
        return container_errno(err, errno, "cannot open", path);
    return ORMA_OK;
}

orma_status container_open(const char *folder, container **out,
                           orma_error **err)
{
    if (file_exists(folder) && !file_is_dir(folder))
        return container_open_zip(folder, out, err);
    container *c = calloc(1, sizeof *c);
    if (c == NULL)
        return error_no_memory(err);
    c->lock_fd = -1;
    c->folder = text_copy(folder);
    const orma_status st =
        c->folder == NULL ? error_no_memory(err) : open_parts(c, err);
    if (st != ORMA_OK) {
        container_close(c);
        return st;
    }
    *out = c;
    return ORMA_OK;
}

void container_close(container *c)
{
    if (c == NULL)
        return;
    index_close(c);
    if (c->lock_fd >= 0)
        close(c->lock_fd);
    archive_file_close(c->archive);
    free(c->owner);
    free(c->folder);
    free(c);
}

const char *container_id(const container *c)
{
    return c->id;
}

/* Open-file-description locks: bound to this open container, not to the
 * process, and freed by the kernel when their holder dies. */
orma_status container_lock(container *c, off_t byte, short type,
                           orma_error **err)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    while (fcntl(c->lock_fd, F_OFD_SETLKW, &lock) != 0)
        if (errno != EINTR)
            return container_errno(err, errno, "cannot lock the container",
                                   c->folder);
    return ORMA_OK;
}

void container_unlock_byte(container *c, off_t byte)
{
    if (c->lock_fd < 0)
        return;
    struct flock lock = {
        .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    fcntl(c->lock_fd, F_OFD_SETLK, &lock);
}

orma_status container_lock_shared(container *c, orma_error **err)
{
    /* Another host stages in the database: nothing here is written. */
    return c->owner != NULL || c->archive != NULL
               ? ORMA_OK
               : container_lock(c, LOCK_BYTE_OBJECTS, F_RDLCK, err);
}

orma_status container_lock_exclusive(container *c, orma_error **err)
{
    const orma_status st = container_check_owner(c, err);
    return st == ORMA_OK ? container_lock(c, LOCK_BYTE_OBJECTS, F_WRLCK, err)
                         : st;
}

orma_status container_hold(container *c, orma_error **err)
{
    orma_status st = container_check_owner(c, err);
    if (st == ORMA_OK)
        st = container_lock(c, LOCK_BYTE_REPACK, F_RDLCK, err);
    if (st == ORMA_OK)
        st = container_lock(c, LOCK_BYTE_OBJECTS, F_RDLCK, err);
    if (st != ORMA_OK)
        container_release(c);
    return st;
}

void container_release(container *c)
{
    container_unlock_byte(c, LOCK_BYTE_OBJECTS);
    container_unlock_byte(c, LOCK_BYTE_REPACK);
}

void container_set_compression(container *c, enum container_compression how)
{
    c->compression = how;
}

orma_status container_check_owner(const container *c, orma_error **err)
{
    if (c->archive != NULL)
        return container_zip_refuse(c, err);
    if (c->owner == NULL)
        return ORMA_OK;
    const orma_status st =
        error_set(err, ORMA_E_REFUSED, "storage", 0,
                  "the object container \"%s\" belongs to host \"%s\", and "
                  "only that host writes to it",
                  c->folder, c->owner);
    error_hint(err, "run the command there, or move the container's home with "
                    "`orma storage set-home`");
    return st;
}

orma_status container_open_remote(const char *folder, const char *id,
                                  const char *owner, container **out,
                                  orma_error **err)
{
    container *c = calloc(1, sizeof *c);
    if (c == NULL)
        return error_no_memory(err);
    c->lock_fd = -1;
    c->loose_prefix_len = 2;
    c->folder = text_copy(folder);
    c->owner = text_copy(owner);
    orma_status st =
        c->folder == NULL || c->owner == NULL ? error_no_memory(err) : ORMA_OK;
    AUTO_FREE char *path =
        st == ORMA_OK ? container_path(c, "config.json") : NULL;
    if (path != NULL && file_exists(path))
        st = read_config(c, path, err);
    else if (strlen(id) == 32)
        memcpy(c->id, id, sizeof c->id);
    if (st != ORMA_OK) {
        container_close(c);
        return st;
    }
    *out = c;
    return ORMA_OK;
}

void container_unlock(container *c)
{
    container_unlock_byte(c, LOCK_BYTE_OBJECTS);
}

static orma_status count_loose(void *user, const char *relative,
                               const char *path, bool is_dir, orma_error **err)
{
    container_count *count = user;
    struct stat info;

    (void)relative;
    (void)err;
    if (!is_dir && stat(path, &info) == 0) {
        count->loose++;
        count->bytes += info.st_size;
    }
    return ORMA_OK;
}

orma_status container_counts(container *c, container_count *out,
                             orma_error **err)
{
    if (c->archive != NULL)
        return container_zip_counts(c, out);
    container_count count = {0};
    AUTO_FREE char *loose = container_path(c, "loose");
    if (loose == NULL)
        return error_no_memory(err);

    orma_status st = index_counts(c, &count.packed, &count.bytes, err);
    if (st == ORMA_OK)
        st = file_walk(loose, count_loose, &count, err);
    if (st == ORMA_OK)
        *out = count;
    return st;
}
