/* Backups of a storage.
 *
 * The order makes a copy whole although others write meanwhile: the database
 * before the objects, so that every object that a row refers to is there when
 * objects are copied; of these the loose ones first, then the index, then the
 * packs, since objects move in this direction only. The lock that writers share
 * keeps maintenance from deleting in between.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/backup.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <storage/backup_copy.h>
#include <storage/store_internal.h>

#define CONTAINER_CONFIG "container/config.json"
#define CONFIG_MAX_BYTES 65536
#define CLOCK_WAITS 30 /* of a tenth of a second */

/* ---- former backups ---------------------------------------------- */

typedef struct folders {
    char **names; /* ascending: oldest first */
    size_t count;
} folders;

static void folders_finish(folders *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->names[i]);
    free(f->names);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "backup_20260131120000_ab12" */
static bool is_backup_name(const char *name)
{
    return text_starts(name, "backup_") && strlen(name) == 26 &&
           strspn(name + 7, "0123456789") == 14 && name[21] == '_' &&
           strspn(name + 22, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 4;
}

static orma_status list_backups(const char *destination, folders *out,
                                orma_error **err)
{
    orma_status st = ORMA_OK;
    DIR *dir = opendir(destination);
    if (dir == NULL)
        return error_errno(err, errno, "backup", "cannot open \"%s\"",
                           destination);
    const struct dirent *entry;
    while (st == ORMA_OK && (entry = readdir(dir)) != NULL) {
        if (!is_backup_name(entry->d_name))
            continue;
        char **grown =
            reallocarray(out->names, out->count + 1, sizeof *out->names);
        char *name = text_copy(entry->d_name);
        if (grown != NULL)
            out->names = grown;
        if (grown == NULL || name == NULL) {
            free(name);
            st = error_no_memory(err);
            break;
        }
        out->names[out->count++] = name;
    }
    closedir(dir);
    if (out->count > 1)
        qsort(out->names, out->count, sizeof *out->names, by_name);
    return st;
}

enum owner { OWNER_NONE, OWNER_THIS, OWNER_OTHER };

/* Whose backup is the folder, by the container in it? */
static orma_status owner_of(store *s, const char *backup, enum owner *owner,
                            orma_error **err)
{
    AUTO_FREE char *path = file_join(backup, CONTAINER_CONFIG);
    AUTO_JSON json_object *config = NULL;
    AUTO_ERROR orma_error *ignored = NULL;
    if (path == NULL)
        return error_no_memory(err);
    *owner = OWNER_NONE;
    if (!file_exists(path) ||
        json_parse_file(path, CONFIG_MAX_BYTES, &config, &ignored) != ORMA_OK)
        return ORMA_OK;
    *owner = text_equal(json_get_text(config, "container_id", ""),
                        container_id(s->container))
                 ? OWNER_THIS
                 : OWNER_OTHER;
    return ORMA_OK;
}

/* Backups of several profiles in one folder would share nothing. */
static orma_status check_same_profile(store *s, const char *backup,
                                      orma_error **err)
{
    enum owner owner = OWNER_NONE;
    orma_status st = owner_of(s, backup, &owner, err);
    if (st != ORMA_OK || owner != OWNER_OTHER)
        return st;
    st = error_set(err, ORMA_E_REFUSED, "backup", 0,
                   "\"%s\" is a backup of another profile", backup);
    error_hint(err, "use a folder of its own for each profile");
    return st;
}

/* ---- the destination --------------------------------------------- */

static orma_status check_destination(store *s, const char *given, char **out,
                                     orma_error **err)
{
    const char *colon = strchr(given, ':');
    const char *slash = strchr(given, '/');
    if (colon != NULL && (slash == NULL || colon < slash)) {
        const orma_status st = error_set(
            err, ORMA_E_INVALID, "backup", 0,
            "\"%s\" is on another host, and orma makes backups to folders of "
            "this one",
            given);
        error_hint(err, "mount the folder here, or copy a finished backup with "
                        "`rsync -aH`");
        return st;
    }
    AUTO_FREE char *path = file_absolute(given);
    AUTO_FREE char *within = path == NULL ? NULL : text_printf("%s/", path);
    if (within == NULL)
        return error_no_memory(err);
    if (text_starts(within, s->folder))
        return error_set(err, ORMA_E_REFUSED, "backup", 0,
                         "\"%s\" lies in the storage that is to be backed up",
                         path);
    const orma_status st = file_mkdirs(path, 0700, err);
    if (st == ORMA_OK) {
        *out = path;
        path = NULL;
    }
    return st;
}

/* One backup at a time; the kernel lets go of it when its maker dies. */
static orma_status lock_destination(const char *destination, int *out,
                                    orma_error **err)
{
    const int fd = open(destination, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "backup", "cannot open \"%s\"",
                           destination);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return error_set(err, ORMA_E_REFUSED, "backup", 0,
                         "another backup to \"%s\" is under way", destination);
    }
    *out = fd;
    return ORMA_OK;
}

/* ---- the parts --------------------------------------------------- */

/* What an interrupted backup left of the database and the like. */
static orma_status drop_files(const char *live, orma_error **err)
{
    orma_status st = ORMA_OK;
    DIR *dir = opendir(live);
    if (dir == NULL)
        return error_errno(err, errno, "backup", "cannot open \"%s\"", live);
    const struct dirent *entry;
    while (st == ORMA_OK && (entry = readdir(dir)) != NULL) {
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..") ||
            text_equal(entry->d_name, "container"))
            continue;
        AUTO_FREE char *path = file_join(live, entry->d_name);
        st = path == NULL ? error_no_memory(err) : file_remove_tree(path, err);
    }
    closedir(dir);
    return st;
}

static orma_status copy_database(store *s, const backup_copy *b,
                                 orma_error **err)
{
    const orma_storage *driver = s->db.driver;
    if (!ORMA_HAS(orma_storage, driver, backup) || driver->backup == NULL)
        return error_set(err, ORMA_E_UNSUPPORTED, "backup", 0,
                         "the storage backend cannot copy its database");
    const orma_status st = drop_files(b->live, err);
    return st == ORMA_OK ? driver->backup(s->db.connection, b->live, err) : st;
}

/* At most that, if it is there at all. */
static bool holds_only(const char *folder, const char *name)
{
    bool is_all = true;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        if (!text_equal(e->d_name, ".") && !text_equal(e->d_name, "..") &&
            !text_equal(e->d_name, name))
            is_all = false;
    closedir(dir);
    return is_all;
}

/* The container's id comes first: by it, the next backup knows that the folder
 * is its own to go on with. */
static orma_status take_live(store *s, backup_copy *b, orma_error **err)
{
    AUTO_FREE char *config = file_join(s->folder, CONTAINER_CONFIG);
    AUTO_FREE char *inner = file_join(b->live, "container");
    enum owner owner = OWNER_NONE;
    if (config == NULL || inner == NULL)
        return error_no_memory(err);
    orma_status st = check_same_profile(s, b->live, err);
    if (st == ORMA_OK)
        st = owner_of(s, b->live, &owner, err);
    if (st != ORMA_OK)
        return st;
    if (owner == OWNER_NONE &&
        (!holds_only(b->live, "container") ||
         !holds_only(inner, "config.json" BACKUP_PART))) {
        st = error_set(err, ORMA_E_REFUSED, "backup", 0,
                       "\"%s\" is there and is no unfinished backup", b->live);
        error_hint(err, "move it away, or name another folder");
        return st;
    }
    st = backup_folder(b, "container", err);
    return st == ORMA_OK ? backup_file(b, config, CONTAINER_CONFIG, false, err)
                         : st;
}

static orma_status copy_index(store *s, const backup_copy *b, orma_error **err)
{
    static const char *const leftovers[] = {"packs.idx-wal", "packs.idx-shm",
                                            "packs.idx"};
    AUTO_FREE char *path = file_join(b->live, "container/packs.idx");
    if (path == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
        AUTO_FREE char *old =
            text_printf("%s/container/%s", b->live, leftovers[i]);
        if (old != NULL)
            unlink(old);
    }
    return container_copy_index(s->container, path, err);
}

static bool is_pack(const char *name)
{
    return strspn(name, "-0123456789") == strlen(name);
}

static orma_status copy_container(store *s, backup_copy *b, orma_error **err)
{
    AUTO_FREE char *loose = file_join(s->folder, "container/loose");
    AUTO_FREE char *packs = file_join(s->folder, "container/packs");
    AUTO_FREE char *duplicates = file_join(s->folder, "container/duplicates");
    if (loose == NULL || packs == NULL || duplicates == NULL)
        return error_no_memory(err);

    b->step = "loose objects";
    orma_status st = backup_prune(b, loose, "container/loose", err);
    if (st == ORMA_OK)
        st = backup_tree(b, loose, "container/loose", NULL, err);
    if (st == ORMA_OK)
        st = copy_index(s, b, err);
    b->step = "packs";
    if (st == ORMA_OK)
        st = backup_prune(b, packs, "container/packs", err);
    if (st == ORMA_OK)
        st = backup_tree(b, packs, "container/packs", is_pack, err);
    if (st == ORMA_OK)
        st = backup_tree(b, duplicates, "container/duplicates", NULL, err);
    if (st == ORMA_OK)
        st = backup_folder(b, "container/duplicates", err);
    if (st == ORMA_OK)
        st = backup_folder(b, "container/sandbox", err);
    return st;
}

static orma_status copy_config(const backup_copy *b, orma_error **err)
{
    AUTO_FREE char *path = file_join(b->live, "config.json");
    if (path == NULL)
        return error_no_memory(err);
    return b->o->config.len == 0 ? ORMA_OK
                                 : file_write(path, b->o->config, 0600, err);
}

/* ---- the end ----------------------------------------------------- */

static orma_status incomplete(void *user, const char *key, const char *what,
                              orma_error **err)
{
    (void)user;
    return error_set(err, ORMA_E_PERMANENT, "backup", 0,
                     "the copy of the container is not complete: object "
                     "\"%s\" %s",
                     key, what);
}

/* Does every row of the copied index lie within a copied pack? */
static orma_status check_copy(store *s, const backup_copy *b, orma_error **err)
{
    container *copy = NULL;
    AUTO_FREE char *path = file_join(b->live, "container");
    if (path == NULL)
        return error_no_memory(err);
    orma_status st = container_open_remote(path, container_id(s->container),
                                           "backup", &copy, err);
    if (st == ORMA_OK)
        st = container_check(copy, true, NULL, incomplete, NULL, err);
    container_close(copy);
    return st;
}

static void new_name(char out[32])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const time_t now = (time_t)(time_now_ns() / 1000000000);
    struct tm utc;
    orma_uuid chance;

    uuid_generate(&chance);
    gmtime_r(&now, &utc);
    size_t n = strftime(out, 32, "backup_%Y%m%d%H%M%S_", &utc);
    for (size_t i = 0; i < 4; i++)
        out[n++] = letters[chance.bytes[i] % 36];
    out[n] = '\0';
}

/* Durable under its final name, and pointed to. */
static orma_status finish(const backup_copy *b, const char *destination,
                          int destination_fd, char name[32], orma_error **err)
{
    AUTO_FREE char *link = file_join(destination, "last-backup");
    AUTO_FREE char *made = file_join(destination, ".last-backup.orma");
    /* Names are in the order of time, to the second. */
    const struct timespec pause = {.tv_nsec = 100000000};
    new_name(name);
    for (int i = 0;
         b->previous != NULL && strcmp(name, file_name(b->previous)) <= 0;
         i++) {
        if (i == CLOCK_WAITS)
            return error_set(err, ORMA_E_REFUSED, "backup", 0,
                             "by the clock of this host, \"%s\" is in the "
                             "future",
                             b->previous);
        nanosleep(&pause, NULL);
        new_name(name);
    }
    AUTO_FREE char *path = file_join(destination, name);
    if (link == NULL || made == NULL || path == NULL)
        return error_no_memory(err);
    if (syncfs(destination_fd) != 0 || rename(b->live, path) != 0 ||
        fsync(destination_fd) != 0)
        return error_errno(err, errno, "backup", "cannot finish \"%s\"", path);
    unlink(made);
    /* Some file systems have no symbolic links: the names tell, too. */
    if (symlink(name, made) == 0 && rename(made, link) != 0)
        unlink(made);
    return ORMA_OK;
}

/* Of this profile's only. */
static orma_status delete_old(store *s, const char *destination, int64_t keep,
                              int64_t *deleted, orma_error **err)
{
    folders all = {0};
    int64_t kept = 0;
    orma_status st = list_backups(destination, &all, err);
    for (size_t i = all.count; st == ORMA_OK && i-- > 0;) {
        enum owner owner = OWNER_NONE;
        AUTO_FREE char *path = file_join(destination, all.names[i]);
        st = path == NULL ? error_no_memory(err)
                          : owner_of(s, path, &owner, err);
        if (st != ORMA_OK || owner != OWNER_THIS || kept++ <= keep)
            continue;
        st = file_remove_tree(path, err);
        *deleted += st == ORMA_OK;
    }
    folders_finish(&all);
    return st;
}

static orma_status describe(const backup_copy *b, const char *destination,
                            const char *name, int64_t deleted,
                            json_object **out, orma_error **err)
{
    AUTO_FREE char *path = file_join(destination, name);
    json_object *made = json_object_new_object();
    if (made == NULL || path == NULL || !json_set_text(made, "folder", path) ||
        !json_set_int(made, "copied_files", b->copied_files) ||
        !json_set_int(made, "copied_bytes", b->copied_bytes) ||
        !json_set_int(made, "linked_files", b->linked_files) ||
        !json_set_int(made, "linked_bytes", b->linked_bytes) ||
        !json_set_int(made, "deleted_backups", deleted)) {
        json_object_put(made);
        return error_no_memory(err);
    }
    *out = made;
    return ORMA_OK;
}

/* All parts, under the lock that keeps maintenance away. */
static orma_status copy_parts(store *s, backup_copy *b, orma_error **err)
{
    orma_status st = container_recover(s->container, err);
    if (st == ORMA_OK)
        st = container_hold(s->container, err);
    if (st != ORMA_OK)
        return st;
    if (b->o->progress != NULL && !b->o->progress(b->o->user, "database", 0, 0))
        st = error_set(err, ORMA_E_CANCELLED, "backup", 0, "stopped");
    if (st == ORMA_OK)
        st = copy_database(s, b, err);
    if (st == ORMA_OK)
        st = copy_container(s, b, err);
    container_release(s->container);
    if (st == ORMA_OK)
        st = copy_config(b, err);
    return st == ORMA_OK ? check_copy(s, b, err) : st;
}

static orma_status make_backup(store *s, const char *destination, int fd,
                               const backup_options *options,
                               json_object **report, orma_error **err)
{
    folders former = {0};
    char name[32];
    int64_t deleted = 0;
    AUTO_FREE char *live = file_join(destination, "live-backup");
    orma_status st = live == NULL ? error_no_memory(err)
                                  : list_backups(destination, &former, err);
    AUTO_FREE char *previous =
        former.count == 0
            ? NULL
            : file_join(destination, former.names[former.count - 1]);
    folders_finish(&former);
    if (st != ORMA_OK)
        return st;

    backup_copy b = {.live = live, .previous = previous, .o = options};
    if (previous != NULL)
        st = check_same_profile(s, previous, err);
    if (st == ORMA_OK)
        st = take_live(s, &b, err);
    if (st == ORMA_OK)
        st = copy_parts(s, &b, err);
    if (st == ORMA_OK)
        st = finish(&b, destination, fd, name, err);
    if (st == ORMA_OK)
        st = delete_old(s, destination, options->keep, &deleted, err);
    return st == ORMA_OK ? describe(&b, destination, name, deleted, report, err)
                         : st;
}

orma_status store_backup(store *s, const char *destination,
                         const backup_options *options, json_object **report,
                         orma_error **err)
{
    AUTO_FREE char *path = NULL;
    AUTO_CLOSE int fd = -1;

    if (s->is_away)
        return error_set(err, ORMA_E_REFUSED, "backup", 0,
                         "the object container belongs to another host: make "
                         "the backup there");
    orma_status st = check_destination(s, destination, &path, err);
    if (st == ORMA_OK)
        st = lock_destination(path, &fd, err);
    return st == ORMA_OK ? make_backup(s, path, fd, options, report, err) : st;
}
