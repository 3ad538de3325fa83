/* metadata.json of an archive: what it tells of itself, and which versions
 * orma works with.
 *
 * SPDX-License-Identifier: MIT */
#include "create_internal.h"

#include <time.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <storage/archive/archive_file.h>
#include <storage/portion.h>

#define METADATA_MAX_BYTES (16u * 1024u * 1024u)

/* ---- writing ----------------------------------------------------- */

/* Local time without an offset, as AiiDA writes it. */
static bool add_time(json_object *metadata)
{
    char text[64], micros[16];
    struct tm tm;
    const int64_t now = time_now_ns();
    const time_t seconds = (time_t)(now / 1000000000);

    if (localtime_r(&seconds, &tm) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        return false;
    snprintf(micros, sizeof micros, ".%06d", (int)(now / 1000 % 1000000));
    AUTO_FREE char *whole = text_printf("%s%s", text, micros);
    return whole != NULL && json_set_text(metadata, "ctime", whole);
}

/* First column (UUIDs, emails) of the rows of a set as an array. */
static orma_status add_start(creation *c, json_object *into, const char *key,
                             const char *template, const pk_set *set,
                             orma_error **err)
{
    AUTO_BUF buf pks = {0};
    int64_t last = 0;
    orma_status st = ORMA_OK;
    json_object *found = json_object_new_array();

    if (found == NULL || !json_set(into, key, found))
        return error_no_memory(err);
    while (st == ORMA_OK && portion_next(&pks, set, &last)) {
        query q;
        st = buf_status(&pks, err);
        if (st != ORMA_OK)
            return st;
        query_start_many(&q, &c->s->db, template);
        query_str(&q, 1, buf_view(&pks));
        while (query_next(&q)) {
            const orma_str text = column_str(&q, 0);
            json_object *value =
                json_object_new_string_len(text.ptr, (int)text.len);
            if (value == NULL || json_object_array_add(found, value) != 0)
                q.status = error_no_memory(&q.error);
        }
        st = query_end(&q, err);
    }
    return st;
}

/* null for everything, else what was asked for, without empty kinds. */
static orma_status add_starting_set(creation *c, json_object *parameters,
                                    orma_error **err)
{
    const archive_selection *s = c->selection;
    json_object *start = s->all ? NULL : json_object_new_object();

    if (!s->all && start == NULL)
        return error_no_memory(err);
    if (!json_set(parameters, "entities_starting_set", start))
        return error_no_memory(err);
    if (s->all)
        return ORMA_OK;
    const struct {
        const char *key, *template;
        const pk_set *set;
    } sets[] = {
        {"user", "SELECT email FROM db_dbuser WHERE id IN {ids:?1} ORDER BY id",
         &s->users},
        {"computer",
         "SELECT uuid FROM db_dbcomputer WHERE id IN {ids:?1} ORDER BY id",
         &s->computers},
        {"group",
         "SELECT uuid FROM db_dbgroup WHERE id IN {ids:?1} ORDER BY id",
         &s->groups},
        {"node", "SELECT uuid FROM db_dbnode WHERE id IN {ids:?1} ORDER BY id",
         &s->nodes},
    };
    orma_status st = ORMA_OK;
    for (size_t i = 0; st == ORMA_OK && i < sizeof sets / sizeof *sets; i++)
        if (sets[i].set->count > 0)
            st = add_start(c, start, sets[i].key, sets[i].template, sets[i].set,
                           err);
    return st;
}

orma_status creation_metadata(creation *c, buf *out, orma_error **err)
{
    const archive_selection *s = c->selection;
    AUTO_JSON json_object *metadata = json_object_new_object();
    json_object *parameters = json_object_new_object();

    if (metadata == NULL ||
        !json_set_text(metadata, "export_version", ARCHIVE_VERSION) ||
        !json_set_text(metadata, "aiida_version", "orma " PACKAGE_VERSION) ||
        !json_set_text(metadata, "key_format", "sha256") ||
        !json_set_int(metadata, "compression", c->options->compression) ||
        !add_time(metadata)) {
        json_object_put(parameters);
        return error_no_memory(err);
    }
    if (!json_set(metadata, "creation_parameters", parameters))
        return error_no_memory(err);
    orma_status st = add_starting_set(c, parameters, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_bool(parameters, "include_authinfos", s->include_authinfos) ||
        !json_set_bool(parameters, "include_comments", s->include_comments) ||
        !json_set_bool(parameters, "include_logs", s->include_logs))
        return error_no_memory(err);
    json_object *rules = traversal_json(&s->rules);
    if (rules == NULL || !json_set(parameters, "graph_traversal_rules", rules))
        return error_no_memory(err);
    json_write(out, metadata, JSON_PYTHON);
    return buf_status(out, err);
}

/* ---- reading ----------------------------------------------------- */

/* Versions of the past by their beginning, and what leads on from them. The
 * first three are whole: 0.10 and above begin like 0.1. */
#define OLDEST 3
static const struct {
    const char *beginning, *hint;
} old_versions[] = {
    {"0.1", "convert it with AiiDA 1, then with AiiDA 2 (verdi archive "
            "migrate OLD NEW)"},
    {"0.2", "convert it with AiiDA 1, then with AiiDA 2 (verdi archive "
            "migrate OLD NEW)"},
    {"0.3", "convert it with AiiDA 1, then with AiiDA 2 (verdi archive "
            "migrate OLD NEW)"},
    {"0.", "convert it with AiiDA 2: verdi archive migrate OLD NEW"},
    {"main_0000", "convert it with AiiDA 2: verdi archive migrate OLD NEW"},
    {"1.", "it was written by an unreleased AiiDA: export it again"},
};

static const char *hint_of(const char *version)
{
    for (size_t i = 0; i < sizeof old_versions / sizeof *old_versions; i++)
        if (i < OLDEST ? text_equal(version, old_versions[i].beginning)
                       : text_starts(version, old_versions[i].beginning))
            return old_versions[i].hint;
    return "it may be of a newer AiiDA: use a newer orma";
}

orma_status archive_check_version(const char *path, const json_object *metadata,
                                  orma_error **err)
{
    const char *version = json_get_text(metadata, "export_version", NULL);
    const char *format = json_get_text(metadata, "key_format", "sha256");

    if (version == NULL)
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "\"%s\" is no AiiDA archive: its metadata.json tells "
                         "no export_version",
                         path);
    if (!text_equal(version, ARCHIVE_VERSION)) {
        const orma_status st = error_set(
            err, ORMA_E_INVALID, "archive", 0,
            "archive \"%s\" is of version \"%.40s\", and orma works with "
            "\"%s\"",
            path, version, ARCHIVE_VERSION);
        error_hint(err, "%s", hint_of(version));
        return st;
    }
    if (!text_equal(format, "sha256"))
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "archive \"%s\" is keyed by \"%.40s\", and orma works "
                         "with sha256",
                         path, format);
    return ORMA_OK;
}

static orma_status read_metadata(archive_file *f, json_object **metadata,
                                 orma_error **err)
{
    AUTO_BUF buf text = {0};
    json_object *found = NULL;

    orma_status st =
        archive_file_read(f, "metadata.json", METADATA_MAX_BYTES, &text, err);
    if (st != ORMA_OK)
        return st;
    st = json_parse(buf_view(&text), &found, err);
    if (st != ORMA_OK)
        return error_set(err, st, "archive", 0,
                         "the metadata.json of archive \"%s\" is damaged",
                         archive_file_path(f));
    if (!json_object_is_type(found, json_type_object)) {
        json_object_put(found);
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "the metadata.json of archive \"%s\" is no object",
                         archive_file_path(f));
    }
    *metadata = found;
    return ORMA_OK;
}

orma_status archive_metadata(const char *path, json_object **metadata,
                             bool *is_current, orma_error **err)
{
    AUTO_ERROR orma_error *why = NULL;
    archive_file *f = NULL;
    json_object *found = NULL;

    orma_status st = archive_file_open(path, &f, err);
    if (st == ORMA_OK)
        st = read_metadata(f, &found, err);
    archive_file_close(f);
    if (st != ORMA_OK)
        return st;
    *is_current = archive_check_version(path, found, &why) == ORMA_OK;
    *metadata = found;
    return ORMA_OK;
}

orma_status archive_check_file(archive_file *f, orma_error **err)
{
    AUTO_JSON json_object *metadata = NULL;
    const orma_status st = read_metadata(f, &metadata, err);
    return st == ORMA_OK
               ? archive_check_version(archive_file_path(f), metadata, err)
               : st;
}
