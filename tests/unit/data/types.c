/* Data nodes made by the plugins of ORMA_PLUGIN_PATH, and looked at.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/data/types.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/buf.h>
#include <base/cleanup.h>
#include <base/error.h>
#include <orma/error.h>

static registry *shared;

registry *types_registry(void)
{
    if (shared != NULL)
        return shared;
    if (registry_open(&shared, NULL) != ORMA_OK)
        CU_FAIL_FATAL("the registry does not open");
    for (size_t i = 0; i < registry_package_count(shared); i++) {
        const plugin_package *p = registry_package(shared, i);
        if (p->state != PLUGIN_OK)
            printf("# %s: %s\n", p->folder, p->reason);
    }
    return shared;
}

void types_finish(void)
{
    registry_close(shared);
    shared = NULL;
}

static json_object *parse(const char *quoted)
{
    AUTO_FREE char *json = strdup(quoted);
    json_object *value = NULL;

    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    if (json_parse((orma_str){json, strlen(json)}, &value, NULL) != ORMA_OK)
        CU_FAIL("the test's JSON is wrong");
    return value;
}

bool types_says(const orma_error *error, const char *part)
{
    for (; error != NULL; error = orma_error_cause(error))
        if (strstr(orma_error_message(error), part) != NULL)
            return true;
    return false;
}

static void print(const char *what, const orma_error *error)
{
    printf("# %s:", what);
    for (; error != NULL; error = orma_error_cause(error))
        printf(" %s;", orma_error_message(error));
    printf("\n");
}

static node *expect_node(orma_status st, node *n, const char *what,
                         orma_error *error)
{
    CU_ASSERT_EQUAL(st, ORMA_OK);
    if (st != ORMA_OK)
        print(what, error);
    orma_error_free(error);
    return st == ORMA_OK ? n : NULL;
}

static void expect_refusal(orma_status st, node *n, const char *why,
                           orma_error *error)
{
    const bool is_as_said = st == ORMA_E_INVALID && types_says(error, why);

    CU_ASSERT(is_as_said);
    if (!is_as_said) {
        print(why, error);
        printf("# status %d\n", (int)st);
    }
    if (st == ORMA_OK)
        node_free(n);
    orma_error_free(error);
}

static orma_status make(const char *type, const char *literal, node **n,
                        orma_error **err)
{
    json_object *value = parse(literal);
    const orma_status st =
        data_from_literal(types_registry(), type, value, n, err);

    json_object_put(value);
    return st;
}

node *types_literal(const char *type, const char *literal)
{
    node *n = NULL;
    orma_error *error = NULL;
    const orma_status st = make(type, literal, &n, &error);

    return expect_node(st, n, literal, error);
}

void types_literal_refused(const char *type, const char *literal,
                           const char *why)
{
    node *n = NULL;
    orma_error *error = NULL;
    const orma_status st = make(type, literal, &n, &error);

    expect_refusal(st, n, why, error);
}

node *types_import(const char *type, const char *format, const char *path)
{
    node *n = NULL;
    orma_error *error = NULL;
    const orma_status st =
        data_import(types_registry(), type, format, path, &n, &error);

    return expect_node(st, n, path, error);
}

void types_import_refused(const char *type, const char *format,
                          const char *path, const char *why)
{
    node *n = NULL;
    orma_error *error = NULL;
    const orma_status st =
        data_import(types_registry(), type, format, path, &n, &error);

    expect_refusal(st, n, why, error);
}

node *types_import_text(const char *type, const char *format, const char *name,
                        const char *content)
{
    return types_import(type, format, types_file(name, content));
}

void types_import_text_refused(const char *type, const char *name,
                               const char *content, const char *why)
{
    types_import_refused(type, NULL, types_file(name, content), why);
}

static orma_status check(const char *type, const char *attributes,
                         orma_error **err)
{
    node *n = NULL;
    orma_status st = data_create(types_registry(), type, &n, err);

    if (st != ORMA_OK)
        return st;
    json_object_put(n->attributes);
    n->attributes = parse(attributes);
    st = data_validate(types_registry(), n, err);
    node_free(n);
    return st;
}

void types_valid(const char *type, const char *attributes)
{
    orma_error *error = NULL;
    expect_node(check(type, attributes, &error), NULL, attributes, error);
}

void types_invalid(const char *type, const char *attributes, const char *why)
{
    orma_error *error = NULL;
    const orma_status st = check(type, attributes, &error);

    CU_ASSERT_NOT_EQUAL(st, ORMA_OK);
    if (st != ORMA_OK)
        expect_refusal(st, NULL, why, error);
}

static void expect_text(const char *found, const char *expected)
{
    const bool is_same = strcmp(found, expected) == 0;

    CU_ASSERT(is_same);
    if (!is_same)
        printf("# found    %s\n# expected %s\n", found, expected);
}

void types_has_attributes(const node *n, const char *json)
{
    if (n == NULL)
        return;
    json_object *wanted = parse(json);
    AUTO_FREE char *found = json_text(n->attributes, JSON_COMPACT);
    AUTO_FREE char *expected = json_text(wanted, JSON_COMPACT);
    expect_text(found, expected);
    json_object_put(wanted);
}

void types_has_value(const node *n, const char *json)
{
    json_object *value = NULL;

    if (n == NULL)
        return;
    CU_ASSERT_EQUAL(data_value(types_registry(), n, &value, NULL), ORMA_OK);
    json_object *wanted = parse(json);
    AUTO_FREE char *found = json_text(value, JSON_COMPACT);
    AUTO_FREE char *expected = json_text(wanted, JSON_COMPACT);
    expect_text(found, expected);
    json_object_put(wanted);
    json_object_put(value);
}

void types_has_summary(const node *n, const char *text)
{
    AUTO_BUF buf line = {0};

    if (n == NULL)
        return;
    CU_ASSERT_EQUAL(data_summary(types_registry(), n, &line, NULL), ORMA_OK);
    expect_text(buf_view(&line).ptr, text);
}

char *types_export(const node *n, const char *format)
{
    AUTO_BUF buf written = {0};
    orma_error *error = NULL;

    if (n == NULL)
        return NULL;
    const orma_status st =
        data_export(types_registry(), n, format, &written, &error);
    CU_ASSERT_EQUAL(st, ORMA_OK);
    if (st != ORMA_OK)
        print(format != NULL ? format : "no format", error);
    orma_error_free(error);
    return st == ORMA_OK ? strdup(buf_view(&written).ptr) : NULL;
}

const char *types_data(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/structures/%s", TEST_DATA, name);
    return path;
}

const char *types_file(const char *name, const char *content)
{
    static char path[4096];
    static const char *folder;

    if (folder == NULL)
        folder = unit_temp_dir();
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(content, f);
    fclose(f);
    return path;
}

static void read_vector(const json_object *value, double out[3])
{
    for (size_t i = 0; i < 3; i++)
        out[i] = json_object_get_double(json_object_array_get_idx(value, i));
}

void types_structure(const node *n, structure_view *out)
{
    static const char *const pbc[] = {"pbc1", "pbc2", "pbc3"};

    *out = (structure_view){0};
    if (n == NULL)
        return;
    const json_object *cell = json_get(n->attributes, "cell");
    const json_object *sites = json_get(n->attributes, "sites");
    for (size_t i = 0; i < 3; i++) {
        read_vector(json_object_array_get_idx(cell, i), out->cell[i]);
        out->pbc[i] = json_get_bool(n->attributes, pbc[i], false);
    }
    out->n = json_object_array_length(sites);
    CU_ASSERT_FATAL(out->n <= 64);
    for (size_t i = 0; i < out->n; i++) {
        const json_object *site = json_object_array_get_idx(sites, i);
        read_vector(json_get(site, "position"), out->positions[i]);
        snprintf(out->kinds[i], sizeof out->kinds[i], "%s",
                 json_get_text(site, "kind_name", ""));
    }
}

bool types_same_structure(const node *a, const node *b)
{
    static structure_view x, y;
    double apart = 0;

    if (a == NULL || b == NULL)
        return false;
    types_structure(a, &x);
    types_structure(b, &y);
    bool is_same = x.n == y.n && memcmp(x.pbc, y.pbc, sizeof x.pbc) == 0;
    for (size_t i = 0; i < 9; i++)
        apart = fmax(apart, fabs(x.cell[i / 3][i % 3] - y.cell[i / 3][i % 3]));
    for (size_t i = 0; is_same && i < x.n; i++) {
        is_same = strcmp(x.kinds[i], y.kinds[i]) == 0;
        for (size_t k = 0; k < 3; k++)
            apart = fmax(apart, fabs(x.positions[i][k] - y.positions[i][k]));
    }
    return is_same && apart < 1e-9;
}

double types_volume(const structure_view *s)
{
    const double(*c)[3] = (const double(*)[3])s->cell;

    return fabs(c[0][0] * (c[1][1] * c[2][2] - c[1][2] * c[2][1]) -
                c[0][1] * (c[1][0] * c[2][2] - c[1][2] * c[2][0]) +
                c[0][2] * (c[1][0] * c[2][1] - c[1][1] * c[2][0]));
}
