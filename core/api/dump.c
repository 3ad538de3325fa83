/* The folder of a dump: what it holds, what it may replace.
 *
 * SPDX-License-Identifier: MIT */
#include <api/dump.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/linkhash.h>

#include <api/handout.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#define SAFEGUARD ".aiida_dump_safeguard"
#define LOG_NAME "aiida_dump_log.json"
#define LOG_MAX_BYTES (1u << 30)

static const char *const kinds[] = {"calculations", "workflows", "data",
                                    "groups"};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

void dump_options_read(const json_object *given, dump_options *out)
{
    *out = (dump_options){
        .overwrite = json_get_bool(given, "overwrite", false),
        .dry_run = json_get_bool(given, "dry_run", false),
        .include_inputs = json_get_bool(given, "include_inputs", true),
        .include_outputs = json_get_bool(given, "include_outputs", true),
        .include_attributes = json_get_bool(given, "include_attributes", true),
        .include_extras = json_get_bool(given, "include_extras", false),
        .flat = json_get_bool(given, "flat", false),
        .dump_unsealed = json_get_bool(given, "dump_unsealed", false),
        .symlink_calcs = json_get_bool(given, "symlink_calcs", false),
        .delete_missing = json_get_bool(given, "delete_missing", false),
    };
}

static bool is_empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    bool is_empty = dir != NULL;
    if (dir == NULL)
        return false;
    for (const struct dirent *d; (d = readdir(dir)) != NULL;)
        if (!text_equal(d->d_name, ".") && !text_equal(d->d_name, ".."))
            is_empty = false;
    closedir(dir);
    return is_empty;
}

static orma_status read_log(dump *d, orma_error **err)
{
    AUTO_FREE char *path = file_join(d->root, LOG_NAME);
    if (path == NULL)
        return error_no_memory(err);
    if (!file_exists(path))
        return ORMA_OK;
    AUTO_JSON json_object *read = NULL;
    const orma_status st = json_parse_file(path, LOG_MAX_BYTES, &read, err);
    if (st != ORMA_OK) {
        error_hint(err, "remove the file: the next dump writes all anew");
        return st;
    }
    for (size_t i = 0; i < KIND_COUNT; i++) {
        json_object *entries = json_get(read, kinds[i]);
        if (!json_object_is_type(entries, json_type_object))
            continue;
        if (!json_set(d->log, kinds[i], json_object_get(entries)))
            return error_no_memory(err);
        json_object_object_foreach(entries, at, entry)
        {
            if (!json_set_text(d->places, json_get_text(entry, "uuid", ""), at))
                return error_no_memory(err);
        }
    }
    return ORMA_OK;
}

static orma_status mark(const dump *d, orma_error **err)
{
    AUTO_FREE char *path = file_join(d->root, SAFEGUARD);
    return path == NULL ? error_no_memory(err)
                        : file_write(path, (orma_str){"", 0}, 0666, err);
}

/* ---- removing ---------------------------------------------------- */

/* root/path with what is in it, and the folders above that are empty then. */
static orma_status remove_path(const dump *d, const char *path,
                               orma_error **err)
{
    if (!file_path_is_safe(path))
        return ORMA_OK; /* no dump wrote that into the log */
    AUTO_FREE char *full = file_join(d->root, path);
    if (full == NULL)
        return error_no_memory(err);
    const orma_status st = file_remove_tree(full, err);
    if (st != ORMA_OK)
        return st;
    char *const name = full + strlen(full) - strlen(path);
    for (char *slash; (slash = strrchr(name, '/')) != NULL;) {
        *slash = '\0';
        if (rmdir(full) != 0)
            break;
    }
    return ORMA_OK;
}

/* A group's folder may hold those of others, "a/b" being below "a". */
static orma_status remove_group(const dump *d, const char *path,
                                orma_error **err)
{
    static const char *const parts[] = {"calculations", "workflows", "data"};
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof parts / sizeof *parts; i++) {
        AUTO_FREE char *part = file_join(path, parts[i]);
        st = part == NULL ? error_no_memory(err) : remove_path(d, part, err);
    }
    return st;
}

orma_status dump_remove(const dump *d, const char *kind, const char *path,
                        orma_error **err)
{
    orma_status st = ORMA_OK;

    if (*path == '\0') {
        const json_object *names = json_get(dump_find(d, kind, path), "names");
        const size_t count = json_object_is_type(names, json_type_array)
                                 ? json_object_array_length(names)
                                 : 0;
        for (size_t i = 0; st == ORMA_OK && i < count; i++) {
            const char *name =
                json_object_get_string(json_object_array_get_idx(names, i));
            st = name == NULL ? ORMA_OK : remove_path(d, name, err);
        }
        return st;
    }
    if (text_equal(kind, "groups"))
        return remove_group(d, path, err);
    if (text_equal(kind, "data")) {
        AUTO_FREE char *value = text_printf("%s.json", path);
        st = value == NULL ? error_no_memory(err) : remove_path(d, value, err);
    }
    return st == ORMA_OK ? remove_path(d, path, err) : st;
}

/* Removes what the log names, and empties it: files that others put into the
 * folder are none of the dump's. */
static orma_status clear(dump *d, orma_error **err)
{
    orma_status st = read_log(d, err);
    for (size_t i = 0; st == ORMA_OK && i < KIND_COUNT; i++) {
        json_object_object_foreach(json_get(d->log, kinds[i]), at, entry)
        {
            (void)entry;
            if (st == ORMA_OK)
                st = dump_remove(d, kinds[i], at, err);
        }
        if (st == ORMA_OK &&
            !json_set(d->log, kinds[i], json_object_new_object()))
            st = error_no_memory(err);
    }
    return st == ORMA_OK ? remove_path(d, LOG_NAME, err) : st;
}

/* ---- the folder -------------------------------------------------- */

/* An existing folder must be a dump's, or empty. */
static orma_status take_folder(dump *d, orma_error **err)
{
    AUTO_FREE char *safeguard = file_join(d->root, SAFEGUARD);
    if (safeguard == NULL)
        return error_no_memory(err);
    const bool is_dump = file_exists(safeguard);
    if (file_exists(d->root) && !is_dump && !is_empty_folder(d->root)) {
        error_set(err, ORMA_E_REFUSED, "dump", 0,
                  "\"%s\" is there and is no dump", d->root);
        error_hint(err, "name a new or empty folder, or an earlier dump");
        return ORMA_E_REFUSED;
    }
    if (d->options.dry_run)
        return is_dump && !d->options.overwrite ? read_log(d, err) : ORMA_OK;
    if (is_dump && d->options.overwrite)
        return clear(d, err);
    if (is_dump)
        return read_log(d, err);
    const orma_status st = file_mkdirs(d->root, 0777, err);
    return st == ORMA_OK ? mark(d, err) : st;
}

orma_status dump_open(dump *d, orma_profile *p, const dump_options *options,
                      const char *folder, orma_error **err)
{
    *d = (dump){.profile = p,
                .options = *options,
                .root = file_absolute(folder),
                .log = json_object_new_object(),
                .places = json_object_new_object(),
                .seen = json_object_new_object()};
    bool made = d->root != NULL && d->log != NULL && d->places != NULL &&
                d->seen != NULL;
    for (size_t i = 0; made && i < KIND_COUNT; i++)
        made = json_set(d->log, kinds[i], json_object_new_object());
    return made ? take_folder(d, err) : error_no_memory(err);
}

orma_status dump_save(dump *d, orma_error **err)
{
    AUTO_BUF buf text = {0};
    AUTO_FREE char *path = file_join(d->root, LOG_NAME);
    char now[33];

    if (d->options.dry_run)
        return ORMA_OK;
    time_format_iso(time_now_ns(), now);
    if (path == NULL || !json_set_text(d->log, "last_dump_time", now))
        return error_no_memory(err);
    json_write(&text, d->log, JSON_PRETTY);
    const orma_status st = buf_status(&text, err);
    return st == ORMA_OK ? file_write_atomic(path, buf_view(&text), 0666, err)
                         : st;
}

static orma_status is_gone(const dump *d, const char *kind, const char *path,
                           const json_object *entry, bool *gone,
                           orma_error **err)
{
    AUTO_NODE node *n = NULL;
    AUTO_ERROR orma_error *why = NULL;

    *gone = json_get(d->seen, path) == NULL;
    if (!*gone || !d->is_partial || text_equal(kind, "groups"))
        return ORMA_OK;
    const orma_status st = store_find_node(
        d->profile->store, json_get_text(entry, "uuid", "-"), NULL, &n, &why);
    if (st != ORMA_OK && st != ORMA_E_NOT_FOUND) {
        error_move(&why, err);
        return st;
    }
    *gone = st == ORMA_E_NOT_FOUND;
    return ORMA_OK;
}

/* Those of one kind; an entry's folder goes first, so that an interrupted run
 * tries again. */
static orma_status delete_of_kind(dump *d, const char *kind, orma_error **err)
{
    json_object *entries = json_get(d->log, kind);
    AUTO_JSON json_object *gone = json_object_new_array();
    if (gone == NULL)
        return error_no_memory(err);

    json_object_object_foreach(entries, listed, entry)
    {
        bool listed_is_gone = false;
        const orma_status st =
            is_gone(d, kind, listed, entry, &listed_is_gone, err);
        if (st != ORMA_OK)
            return st;
        if (listed_is_gone &&
            json_object_array_add(gone, json_object_new_string(listed)) != 0)
            return error_no_memory(err);
    }
    for (size_t i = 0; i < json_object_array_length(gone); i++) {
        const char *path =
            json_object_get_string(json_object_array_get_idx(gone, i));
        d->deleted++;
        if (d->options.dry_run)
            continue;
        const orma_status st = dump_remove(d, kind, path, err);
        if (st != ORMA_OK)
            return st;
        json_object_object_del(entries, path);
    }
    return ORMA_OK;
}

orma_status dump_delete_missing(dump *d, orma_error **err)
{
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < KIND_COUNT; i++)
        st = delete_of_kind(d, kinds[i], err);
    return st;
}

json_object *dump_find(const dump *d, const char *kind, const char *path)
{
    return json_get(json_get(d->log, kind), path);
}

const char *dump_place_of(const dump *d, const char *uuid)
{
    return json_get_text(d->places, uuid, NULL);
}

bool dump_is_empty(const dump *d)
{
    size_t count = 0;
    for (size_t i = 0; i < KIND_COUNT; i++)
        count += (size_t)json_object_object_length(json_get(d->log, kinds[i]));
    return count == 0;
}

orma_status dump_note(dump *d, const char *kind, const char *uuid,
                      const char *path, int64_t mtime_ns, orma_error **err)
{
    char mtime[33];
    json_object *entry = json_object_new_object();

    time_format_iso(mtime_ns, mtime);
    if (entry == NULL || !json_set_text(entry, "uuid", uuid) ||
        !json_set_text(entry, "mtime", mtime) ||
        !json_set_text(d->places, uuid, path)) {
        json_object_put(entry);
        return error_no_memory(err);
    }
    return json_set(json_get(d->log, kind), path, entry) ? ORMA_OK
                                                         : error_no_memory(err);
}

/* Entries of the log whose path begins so. */
static orma_status forget_below(dump *d, const char *kind, const char *prefix,
                                orma_error **err)
{
    json_object *entries = json_get(d->log, kind);
    json_object *kept = json_object_new_object();

    json_object_object_foreach(entries, at, entry)
    {
        if (!text_starts(at, prefix) &&
            !json_set(kept, at, json_object_get(entry))) {
            json_object_put(kept);
            return error_no_memory(err);
        }
    }
    return json_set(d->log, kind, kept) ? ORMA_OK : error_no_memory(err);
}

orma_status dump_forget_group(dump *d, const char *path, orma_error **err)
{
    AUTO_FREE char *former = text_copy(path); /* of the log, which changes */
    orma_status st = former == NULL ? error_no_memory(err)
                                    : dump_remove(d, "groups", former, err);
    for (size_t i = 0; st == ORMA_OK && i < KIND_COUNT; i++) {
        AUTO_FREE char *prefix = text_printf("%s/%s/", former, kinds[i]);
        st = prefix == NULL ? error_no_memory(err)
                            : forget_below(d, kinds[i], prefix, err);
    }
    if (st == ORMA_OK)
        json_object_object_del(json_get(d->log, "groups"), former);
    return st;
}

orma_status dump_result(dump *d, char **json, orma_error **err)
{
    json_object *result = json_object_new_object();
    if (result != NULL && json_set_text(result, "path", d->root) &&
        json_set_int(result, "dumped", d->dumped) &&
        json_set_int(result, "unchanged", d->unchanged) &&
        json_set_int(result, "skipped_unsealed", d->unsealed) &&
        json_set_int(result, "deleted", d->deleted) &&
        json_set_int(result, "symlinks", d->symlinks))
        return hand_out(result, json, err);
    json_object_put(result);
    return error_no_memory(err);
}

void dump_close(dump *d)
{
    free(d->root);
    json_object_put(d->log);
    json_object_put(d->places);
    json_object_put(d->seen);
    *d = (dump){0};
}

/* File names hold 255 bytes; room is left for what is put around a name. */
#define NAME_MAX_BYTES 180

char *dump_safe_name(const char *name)
{
    size_t len = strlen(name);
    if (len > NAME_MAX_BYTES) {
        len = NAME_MAX_BYTES;
        while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
            len--; /* not within a character */
    }
    char *safe = len == 0 ? text_copy("_") : str_copy((orma_str){name, len});
    if (safe == NULL)
        return NULL;
    for (char *p = safe; *p != '\0'; p++)
        if (*p == '/' || (unsigned char)*p < 0x20 || *p == 0x7f ||
            (*p == '.' && p == safe))
            *p = '_';
    return safe;
}

char *dump_process_name(const node *process)
{
    const char *name = process->label;
    if (*name == '\0')
        name = json_get_text(process->attributes, "process_label", NULL);
    if (name == NULL || *name == '\0')
        name =
            process->process_type != NULL ? process->process_type : "process";
    AUTO_FREE char *safe = dump_safe_name(name);
    return safe == NULL ? NULL
                        : text_printf("%s-%lld", safe, (long long)process->pk);
}
