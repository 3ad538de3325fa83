/* Tests of core/storage/archive.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/archive/suites.h"

#include <stdlib.h>

#include <base/error.h>
#include <base/text.h>

#include "unit/storage/fixture.h"

store *archive_opened(const char *path)
{
    json_object *where = json_object_new_object();
    store *s = NULL;
    orma_error *err = NULL;

    json_set_text(where, "filepath", path);
    if (store_open(fixture_registry(), "core.sqlite_zip", where, false, &s,
                   &err) != ORMA_OK) {
        char *text = error_chain(err);
        printf("# %s\n", text);
        free(text);
        orma_error_free(err);
    }
    json_object_put(where);
    return s;
}

store *archive_of_aiida(const char *name)
{
    char *path = text_printf("%s/aiida/%s.aiida", TEST_DATA, name);
    store *s = archive_opened(path);
    free(path);
    return s;
}

char *archive_temp(const char *name)
{
    return text_printf("%s/%s", unit_temp_dir(), name);
}

static bool succeeded(orma_status st, orma_error *err)
{
    if (st != ORMA_OK) {
        char *text = error_chain(err);
        printf("# %s\n", text);
        free(text);
        orma_error_free(err);
    }
    return st == ORMA_OK;
}

bool archive_made(store *s, const char *path, const archive_selection *what)
{
    const archive_create_options options = {.compression = 6};
    archive_selection all;
    json_object *report = NULL;
    orma_error *err = NULL;

    archive_selection_init(&all);
    const orma_status st = archive_create(s, path, what != NULL ? what : &all,
                                          &options, &report, &err);
    json_object_put(report);
    return succeeded(st, err);
}

bool archive_taken(store *to, store *from,
                   const archive_import_options *options, json_object **report)
{
    archive_import_options usual;
    json_object *made = NULL;
    orma_error *err = NULL;

    archive_import_init(&usual);
    const orma_status st = archive_import(
        to, from, options != NULL ? options : &usual, &made, &err);
    if (report != NULL)
        *report = made;
    else
        json_object_put(made);
    return succeeded(st, err);
}

int main(void)
{
    static const unit_suite *const suites[] = {
        &zip_write_suite, &round_trip_suite, &merge_suite,
        &hostile_suite,   &resume_suite,     NULL,
    };

    return unit_run(suites);
}
