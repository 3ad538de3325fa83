/* Reading, changing and writing config.json.
 *
 * SPDX-License-Identifier: MIT */
#include <config/config.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>
#include <config/config_internal.h>

#define CONFIG_MAX_BYTES ((size_t)16 << 20)

/* Where the folder may lie: the named one itself, or one of these in it. */
static const char *const inner_folders[] = {"", ".orma", ".aiida"};

static bool has_config(const char *folder)
{
    AUTO_FREE char *path = file_join(folder, "config.json");
    return path != NULL && file_exists(path);
}

/* The home folder, or NULL. */
static char *home_folder(void)
{
    const char *home = getenv("HOME");
    if (home != NULL && home[0] == '/')
        return text_copy(home);
    const struct passwd *user = getpwuid(getuid());
    return user != NULL ? text_copy(user->pw_dir) : NULL;
}

/* "~" and "~/x" as AiiDA expands them; other paths made absolute. */
static char *expand(const char *path)
{
    if (path[0] != '~' || (path[1] != '\0' && path[1] != '/'))
        return file_absolute(path);
    AUTO_FREE char *home = home_folder();
    return home != NULL ? text_printf("%s%s", home, path + 1) : NULL;
}

/* The first of the folder and its inner ones that holds a config.json. */
static char *existing_folder(const char *folder)
{
    for (size_t i = 0; i < sizeof inner_folders / sizeof *inner_folders; i++) {
        char *inner = inner_folders[i][0] == '\0'
                          ? text_copy(folder)
                          : file_join(folder, inner_folders[i]);
        if (inner != NULL && has_config(inner))
            return inner;
        free(inner);
    }
    return NULL;
}

/* $ORMA_PATH is a list like AIIDA_PATH: the first that exists, else the last.
 */
static char *folder_from_list(const char *list)
{
    char *last = NULL;
    for (const char *p = list; *p != '\0';) {
        const size_t len = strcspn(p, ":");
        AUTO_FREE char *part = str_copy((orma_str){p, len});
        p += len + (p[len] == ':');
        if (part == NULL || part[0] == '\0')
            continue;
        free(last);
        last = expand(part);
        char *found = last != NULL ? existing_folder(last) : NULL;
        if (found != NULL) {
            free(last);
            return found;
        }
    }
    return last;
}

static char *find_folder(void)
{
    const char *list = getenv("ORMA_PATH");
    if (list != NULL && list[0] != '\0')
        return folder_from_list(list);
    AUTO_FREE char *home = home_folder();
    return home != NULL ? file_join(home, ".orma") : NULL;
}

static json_object *empty_config(void)
{
    json_object *root = json_object_new_object();
    json_object *version = json_object_new_object();
    const bool ok = json_set_int(version, "CURRENT", CONFIG_OLDEST) &&
                    json_set_int(version, "OLDEST_COMPATIBLE", CONFIG_OLDEST);
    if (ok && json_set(root, "CONFIG_VERSION", version) &&
        json_set(root, "profiles", json_object_new_object()) &&
        json_set(root, "options", json_object_new_object()))
        return root;
    json_object_put(root);
    return NULL;
}

static orma_status refuse_newer(const config *c, int64_t format,
                                orma_error **err)
{
    const orma_status st =
        error_set(err, ORMA_E_INVALID, "config", 0,
                  "\"%s\" has the format %lld, this orma reads up to %d",
                  c->path, (long long)format, CONFIG_NEWEST);
    error_hint(err,
               "update orma, or let AiiDA write an older format: "
               "verdi config downgrade %d",
               CONFIG_NEWEST);
    return st;
}

static orma_status refuse_older(const config *c, int64_t format,
                                orma_error **err)
{
    const orma_status st = error_set(
        err, ORMA_E_INVALID, "config", 0,
        "\"%s\" has the format %lld of an old AiiDA, orma reads %d to %d",
        c->path, (long long)format, CONFIG_UPGRADED, CONFIG_NEWEST);
    error_hint(err, "run `verdi status` of a recent AiiDA once, which "
                    "brings the file up to date");
    return st;
}

static orma_status check_format(const config *c, orma_error **err)
{
    const json_object *version = json_get(c->root, "CONFIG_VERSION");
    const int64_t current = json_get_int(version, "CURRENT", 0);
    const int64_t oldest = json_get_int(version, "OLDEST_COMPATIBLE", current);

    if (oldest > CONFIG_NEWEST)
        return refuse_newer(c, oldest, err);
    if (current < CONFIG_UPGRADED)
        return refuse_older(c, current, err);
    return current < CONFIG_OLDEST ? config_upgrade(c->root, (int)current, err)
                                   : ORMA_OK;
}

/* Members that orma relies on are there and of their type. */
static orma_status check(const config *c, orma_error **err)
{
    if (!json_object_is_type(c->root, json_type_object))
        return error_set(err, ORMA_E_INVALID, "config", 0,
                         "\"%s\" is not a JSON object", c->path);
    const orma_status st = check_format(c, err);
    json_object *profiles = json_get(c->root, "profiles");
    if (st != ORMA_OK || profiles == NULL)
        return st;
    if (!json_object_is_type(profiles, json_type_object))
        return error_set(err, ORMA_E_INVALID, "config", 0,
                         "\"profiles\" in \"%s\" is not an object", c->path);
    json_object_object_foreach(profiles, name, profile)
    {
        const json_object *storage = json_get(profile, "storage");
        if (json_get_text(storage, "backend", NULL) == NULL)
            return error_set(err, ORMA_E_INVALID, "config", 0,
                             "profile \"%s\" in \"%s\" has no "
                             "storage.backend",
                             name, c->path);
    }
    return ORMA_OK;
}

static orma_status read_config(config *c, orma_error **err)
{
    if (!file_exists(c->path)) {
        c->root = empty_config();
        return c->root != NULL ? ORMA_OK : error_no_memory(err);
    }
    AUTO_BUF buf text = {0};
    orma_status st = file_read(c->path, CONFIG_MAX_BYTES, &text, err);
    if (st != ORMA_OK)
        return st;
    st = json_parse(buf_view(&text), &c->root, err);
    if (st != ORMA_OK)
        return error_set(err, st, "config", 0, "\"%s\" is malformed", c->path);
    st = check(c, err);
    if (st == ORMA_OK)
        c->as_read = buf_take(&text);
    return st;
}

orma_status config_open(config **out, orma_error **err)
{
    config *c = calloc(1, sizeof *c);
    if (c == NULL)
        return error_no_memory(err);
    c->folder = find_folder();
    if (c->folder == NULL) {
        free(c);
        return error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                         "neither ORMA_PATH nor a home folder is set");
    }
    c->path = file_join(c->folder, "config.json");
    orma_status st =
        c->path != NULL ? read_config(c, err) : error_no_memory(err);
    if (st != ORMA_OK) {
        config_close(c);
        return st;
    }
    *out = c;
    return ORMA_OK;
}

void config_close(config *c)
{
    if (c == NULL)
        return;
    json_object_put(c->root);
    json_object_put(c->own_options);
    free(c->as_read);
    free(c->path);
    free(c->folder);
    free(c);
}

const char *config_folder(const config *c)
{
    return c->folder;
}

int config_format(const config *c)
{
    return (int)json_get_int(json_get(c->root, "CONFIG_VERSION"), "CURRENT",
                             CONFIG_OLDEST);
}

/* config.json.YYYYmmdd-HHMMSS.ffffff, AiiDA's name of a backup. */
static orma_status back_up(const config *c, orma_error **err)
{
    struct timespec now;
    struct tm local;
    char stamp[32];

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
    AUTO_FREE char *copy =
        text_printf("%s.%s.%06ld", c->path, stamp, now.tv_nsec / 1000);
    if (copy == NULL)
        return error_no_memory(err);
    return file_write_atomic(copy, (orma_str){c->as_read, strlen(c->as_read)},
                             0600, err);
}

/* AiiDA looks for a folder .aiida below AIIDA_PATH. */
static void link_for_aiida(const config *c)
{
    if (text_equal(file_name(c->folder), ".aiida"))
        return;
    AUTO_FREE char *link = file_join(c->folder, ".aiida");
    /* A file system without links, or a link that is there already: orma
     * does not need it. */
    if (link != NULL && symlink(".", link) != 0)
        errno = 0;
}

/* Has another program written the file since it was read? */
static orma_status check_unchanged(const config *c, orma_error **err)
{
    AUTO_BUF buf now = {0};
    if (file_exists(c->path)) {
        const orma_status st = file_read(c->path, CONFIG_MAX_BYTES, &now, err);
        if (st != ORMA_OK)
            return st;
    }
    if (strcmp(buf_c_str(&now), c->as_read != NULL ? c->as_read : "") == 0)
        return ORMA_OK;
    const orma_status st =
        error_set(err, ORMA_E_TRANSIENT, "config", 0,
                  "\"%s\" was changed by another program meanwhile", c->path);
    error_hint(err, "run the command again");
    return st;
}

orma_status config_save(config *c, orma_error **err)
{
    orma_status st = file_mkdirs(c->folder, 0700, err);
    if (st != ORMA_OK)
        return st;
    /* The folder itself is the lock: no file of ours lies in AiiDA's way. */
    AUTO_CLOSE int lock = open(c->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        return error_errno(err, errno, "config", "cannot lock \"%s\"",
                           c->folder);
    AUTO_FREE char *text = json_text(c->root, JSON_PRETTY);
    if (text == NULL)
        return error_no_memory(err);
    st = check_unchanged(c, err);
    if (st == ORMA_OK && c->as_read != NULL && strcmp(c->as_read, text) != 0)
        st = back_up(c, err);
    if (st == ORMA_OK)
        st = file_write_atomic(c->path, (orma_str){text, strlen(text)}, 0600,
                               err);
    if (st != ORMA_OK)
        return st;
    free(c->as_read);
    c->as_read = text;
    text = NULL;
    link_for_aiida(c);
    return ORMA_OK;
}
