/* core.orbital: a collection of orbitals.
 *
 * A literal is a list of orbitals,
 *   [{orbital: dxy, position: [0, 0, 0], kind_name: Fe, spin: 1}]
 * or that under the key `orbital_dicts`. `orbital` is a name of the table
 * below; that of a shell or hybrid, "d" or "sp3", stands for all its members.
 * Instead of it there may be AiiDA's `angular_momentum` and
 * `magnetic_number`. An orbital of type core.orbital has a position only.
 *
 * SPDX-License-Identifier: MIT */
#include "orbital.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define REAL_HYDROGEN "core.realhydrogen"
#define PLAIN_ORBITAL "core.orbital"

/* Real hydrogen-like orbitals by l and, in this order, m = 0, 1, …: tables 3.1
 * and 3.2 of the Wannier90 user guide with AiiDA's spelling; a negative l is a
 * hybrid. */
static const struct shell {
    int l;
    const char *name;
    const char *members[7]; /* up to NULL */
} shells[] = {
    {0, "s", {"s"}},
    {1, "p", {"pz", "px", "py"}},
    {2, "d", {"dz2", "dxz", "dyz", "dx2-y2", "dxy"}},
    {3,
     "f",
     {"fz3", "fzx2", "fyz2", "fz(x2-y2)", "fxyz", "fx(x2-3y2)", "fy(3x2-y2)"}},
    {-1, "sp", {"sp-1", "sp-2"}},
    {-2, "sp2", {"sp2-1", "sp2-2", "sp2-3"}},
    {-3, "sp3", {"sp3-1", "sp3-2", "sp3-3", "sp3-4"}},
    {-4, "sp3d", {"sp3d-1", "sp3d-2", "sp3d-3", "sp3d-4", "sp3d-5"}},
    {-5,
     "sp3d2",
     {"sp3d2-1", "sp3d2-2", "sp3d2-3", "sp3d2-4", "sp3d2-5", "sp3d2-6"}},
};
#define N_SHELLS (sizeof shells / sizeof *shells)

static size_t member_count(const struct shell *s)
{
    size_t n = 0;

    while (n < 7 && s->members[n] != NULL)
        n++;
    return n;
}

static const struct shell *shell_of(int64_t l)
{
    for (size_t i = 0; i < N_SHELLS; i++)
        if (shells[i].l == l)
            return &shells[i];
    return NULL;
}

/* Integers of a real hydrogen orbital and their limits. */
static const struct number {
    const char *key;
    int64_t low, high;
} numbers[] = {
    {"radial_nodes", 0, 2}, {"spin", -1, 1}, /* 0: not told */
};

static const char *const vectors[] = {"x_orientation", "z_orientation",
                                      "spin_orientation"};

/* `fallback` when absent or null. */
static orma_status read_integer(const json_object *orbital, const char *key,
                                int64_t fallback, int64_t *out,
                                orma_error **err)
{
    const json_object *value = json_get(orbital, key);

    if (value != NULL && !json_object_is_type(value, json_type_int))
        return refuse(err, "%s of an orbital must be an integer, not %s", key,
                      json_type_word(value));
    *out = value != NULL ? json_object_get_int64(value) : fallback;
    return ORMA_OK;
}

static orma_status read_number(const json_object *orbital,
                               const struct number *n, int64_t *out,
                               orma_error **err)
{
    const orma_status st = read_integer(orbital, n->key, 0, out, err);

    if (st == ORMA_OK && (*out < n->low || *out > n->high))
        return refuse(err, "%s of an orbital must be between %lld and %lld",
                      n->key, (long long)n->low, (long long)n->high);
    return st;
}

/* The members of a shell that the orbital stands for: by its name, else by its
 * quantum numbers. */
static orma_status read_shape(const json_object *orbital,
                              const struct shell **shell, size_t *first,
                              size_t *count, orma_error **err)
{
    const json_object *named = json_get(orbital, "orbital");
    const char *name = json_text(named);
    int64_t l = 0, m = -1;

    for (size_t i = 0; name != NULL && i < N_SHELLS; i++) {
        const size_t n = member_count(&shells[i]);
        for (size_t k = 0; k <= n; k++) {
            const bool is_all = k == n;
            if (strcasecmp(name,
                           is_all ? shells[i].name : shells[i].members[k]) != 0)
                continue;
            *shell = &shells[i];
            *first = is_all ? 0 : k;
            *count = is_all ? n : 1;
            return ORMA_OK;
        }
    }
    if (named != NULL)
        return refuse(err,
                      "\"%s\" is no orbital; names are s, px, dz2, sp3-1 "
                      "and the like",
                      name != NULL ? name : "");
    orma_status st = read_integer(orbital, "angular_momentum", 99, &l, err);
    if (st == ORMA_OK)
        st = read_integer(orbital, "magnetic_number", -1, &m, err);
    if (st != ORMA_OK)
        return st;
    *shell = shell_of(l);
    if (*shell == NULL)
        return refuse(err, "angular_momentum of an orbital must be an integer "
                           "from -5 to 3");
    if (m < 0 || (size_t)m >= member_count(*shell))
        return refuse(err,
                      "magnetic_number of an orbital of angular_momentum %lld "
                      "must be an integer from 0 to %zu",
                      (long long)l, member_count(*shell) - 1);
    *first = (size_t)m;
    *count = 1;
    return ORMA_OK;
}

static orma_status check_vectors(const json_object *orbital, orma_error **err)
{
    double v[3];
    orma_status st = ORMA_OK;

    for (size_t i = 0; i < 3 && st == ORMA_OK; i++)
        if (json_get(orbital, vectors[i]) != NULL)
            st = json_reals(json_get(orbital, vectors[i]), vectors[i], 3, v,
                            err);
    return st;
}

/* What a real hydrogen orbital has beside its position and shape. */
static orma_status check_rest(const json_object *orbital, orma_error **err)
{
    const json_object *kind = json_get(orbital, "kind_name");
    const json_object *diffusivity = json_get(orbital, "diffusivity");
    int64_t value;
    orma_status st = check_vectors(orbital, err);

    for (size_t i = 0; i < 2 && st == ORMA_OK; i++)
        st = read_number(orbital, &numbers[i], &value, err);
    if (st == ORMA_OK && kind != NULL && json_text(kind) == NULL)
        st = refuse(err, "kind_name of an orbital must be a string");
    if (st == ORMA_OK && diffusivity != NULL &&
        !json_object_is_type(diffusivity, json_type_double) &&
        !json_object_is_type(diffusivity, json_type_int))
        st = refuse(err, "diffusivity of an orbital must be a number");
    return st;
}

static orma_status check_orbital(const json_object *orbital, orma_error **err)
{
    const char *type = json_text(json_get(orbital, "_orbital_type"));
    const struct shell *shell;
    size_t first, count;
    double position[3];

    if (type == NULL)
        return refuse(err, "an orbital has no \"_orbital_type\"");
    orma_status st =
        json_reals(json_get(orbital, "position"), "position", 3, position, err);
    if (st != ORMA_OK || strcmp(type, REAL_HYDROGEN) != 0)
        return st;
    st = read_shape(orbital, &shell, &first, &count, err);
    return st == ORMA_OK ? check_rest(orbital, err) : st;
}

orma_status orbitals_check(const json_object *attributes, size_t *count,
                           orma_error **err)
{
    const json_object *list = json_get(attributes, "orbital_dicts");
    orma_status st = ORMA_OK;

    if (!json_object_is_type(list, json_type_array))
        return refuse(err, "attribute \"orbital_dicts\" is %s, not a list",
                      json_type_word(list));
    *count = json_object_array_length(list);
    for (size_t i = 0; i < *count && st == ORMA_OK; i++) {
        st = check_orbital(json_object_array_get_idx(list, i), err);
        if (st != ORMA_OK)
            return refuse(err, "orbital_dicts[%zu] is wrong", i);
    }
    return ORMA_OK;
}

static void write_text(const json_object *value, text *out)
{
    const char *s = json_text(value);

    if (s == NULL)
        text_add(out, "null");
    else
        text_string(out, s, strlen(s));
}

static orma_status write_vector(const json_object *orbital, const char *key,
                                text *out, orma_error **err)
{
    double v[3];
    const json_object *value = json_get(orbital, key);
    orma_status st = ORMA_OK;

    text_format(out, ", \"%s\": ", key);
    if (value == NULL)
        text_add(out, "null");
    else
        st = json_reals(value, key, 3, v, err);
    if (st == ORMA_OK && value != NULL)
        text_reals(out, v, 3);
    return st;
}

/* One orbital of the shape (l, m), all keys in AiiDA's order. */
static orma_status write_hydrogen(const json_object *orbital, int l, size_t m,
                                  text *out, orma_error **err)
{
    const json_object *diffusivity = json_get(orbital, "diffusivity");
    double position[3];
    int64_t nodes = 0, spin = 0;
    orma_status st =
        json_reals(json_get(orbital, "position"), "position", 3, position, err);

    if (st == ORMA_OK)
        st = read_number(orbital, &numbers[0], &nodes, err);
    if (st == ORMA_OK)
        st = read_number(orbital, &numbers[1], &spin, err);
    if (st != ORMA_OK)
        return st;
    text_add(out, "{\"_orbital_type\": \"" REAL_HYDROGEN "\", \"position\": ");
    text_reals(out, position, 3);
    text_format(out,
                ", \"angular_momentum\": %d, \"magnetic_number\": %zu, "
                "\"radial_nodes\": %lld, \"kind_name\": ",
                l, m, (long long)nodes);
    write_text(json_get(orbital, "kind_name"), out);
    text_format(out, ", \"spin\": %lld", (long long)spin);
    for (size_t i = 0; i < 3 && st == ORMA_OK; i++)
        st = write_vector(orbital, vectors[i], out, err);
    text_add(out, ", \"diffusivity\": ");
    if (diffusivity == NULL)
        text_add(out, "null");
    else
        text_real(out, json_object_get_double(diffusivity));
    text_add(out, "}");
    return st;
}

static orma_status write_shape(const json_object *orbital, text *out,
                               size_t *count, orma_error **err)
{
    static const char *const known[] = {"_orbital_type",
                                        "orbital",
                                        "position",
                                        "kind_name",
                                        "spin",
                                        "angular_momentum",
                                        "radial_nodes",
                                        "x_orientation",
                                        "magnetic_number",
                                        "z_orientation",
                                        "diffusivity",
                                        "spin_orientation",
                                        NULL};
    const struct shell *shell = NULL;
    size_t first = 0, n = 0;
    orma_status st = json_only(orbital, "an orbital", known, err);

    if (st == ORMA_OK)
        st = check_rest(orbital, err);
    if (st == ORMA_OK)
        st = read_shape(orbital, &shell, &first, &n, err);
    for (size_t i = 0; i < n && st == ORMA_OK; i++) {
        text_separate(out, ", ");
        st = write_hydrogen(orbital, shell->l, first + i, out, err);
        ++*count;
    }
    return st;
}

static orma_status write_plain(const json_object *orbital, text *out,
                               size_t *count, orma_error **err)
{
    static const char *const known[] = {"_orbital_type", "position", NULL};
    double position[3];
    orma_status st = json_only(orbital, PLAIN_ORBITAL, known, err);

    if (st == ORMA_OK)
        st = json_reals(json_get(orbital, "position"), "position", 3, position,
                        err);
    if (st != ORMA_OK)
        return st;
    text_separate(out, ", ");
    text_add(out, "{\"_orbital_type\": \"" PLAIN_ORBITAL "\", \"position\": ");
    text_reals(out, position, 3);
    text_add(out, "}");
    ++*count;
    return ORMA_OK;
}

static orma_status write_orbital(const json_object *orbital, text *out,
                                 size_t *count, orma_error **err)
{
    const json_object *given = json_get(orbital, "_orbital_type");
    const char *type = given != NULL ? json_text(given) : REAL_HYDROGEN;

    if (!json_object_is_type(orbital, json_type_object))
        return refuse(err, "an orbital is a mapping, not %s",
                      json_type_word(orbital));
    if (type != NULL && strcmp(type, REAL_HYDROGEN) == 0)
        return write_shape(orbital, out, count, err);
    if (type != NULL && strcmp(type, PLAIN_ORBITAL) == 0)
        return write_plain(orbital, out, count, err);
    return refuse(err,
                  "the type of an orbital is " REAL_HYDROGEN
                  " or " PLAIN_ORBITAL ", not \"%s\"",
                  type != NULL ? type : "");
}

orma_status orbitals_write(const json_object *orbitals, text *out,
                           size_t *count, orma_error **err)
{
    orma_status st = ORMA_OK;

    *count = 0;
    if (!json_object_is_type(orbitals, json_type_array))
        return refuse(err, "orbitals are a list of mappings, not %s",
                      json_type_word(orbitals));
    text_add(out, "[");
    for (size_t i = 0; i < json_object_array_length(orbitals) && st == ORMA_OK;
         i++)
        st = write_orbital(json_object_array_get_idx(orbitals, i), out, count,
                           err);
    text_add(out, "]");
    return st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    size_t count;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = orbitals_check(attributes, &count, err);
    json_object_put(attributes);
    return st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    static const char *const known[] = {"orbital_dicts", NULL};
    json_object *literal = NULL;
    const json_object *orbitals = NULL;
    text attributes = {0};
    size_t count;
    orma_status st = json_read(json, &literal, err);

    orbitals = literal;
    if (st == ORMA_OK && json_object_is_type(literal, json_type_object)) {
        st = json_only(literal, "orbitals", known, err);
        orbitals = json_get(literal, known[0]);
    }
    text_add(&attributes, "{\"orbital_dicts\": ");
    if (st == ORMA_OK)
        st = orbitals_write(orbitals, &attributes, &count, err);
    text_add(&attributes, "}");
    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    text_finish(&attributes);
    json_object_put(literal);
    return st;
}

static orma_status export_file(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    (void)self;
    orma_str attributes;
    orma_status st = ORMA_OK;

    if (format != NULL && strcmp(format, "json") != 0)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, "data", 0,
                          "there is no format \"%s\", only json", format);
    st = ops->attributes(node, &attributes, err);
    if (st != ORMA_OK)
        return st;
    const orma_str list = json_member(attributes, "orbital_dicts");
    return list.ptr != NULL
               ? host->write(out, list)
               : refuse(err, "attribute \"orbital_dicts\" is missing");
}

/* Name of a real hydrogen orbital; NULL for others. */
static const char *orbital_name(const json_object *orbital)
{
    const struct shell *shell;
    size_t first, count;

    if (json_get(orbital, "angular_momentum") == NULL ||
        read_shape(orbital, &shell, &first, &count, NULL) != ORMA_OK)
        return NULL;
    return shell->members[first];
}

/* "Si px, Si py, …" */
static void write_summary(const json_object *list, text *line)
{
    const size_t n = json_object_is_type(list, json_type_array)
                         ? json_object_array_length(list)
                         : 0;

    text_format(line, "%zu orbital%s", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n && i < 12; i++) {
        const json_object *orbital = json_object_array_get_idx(list, i);
        const char *kind = json_text(json_get(orbital, "kind_name"));
        const char *name = orbital_name(orbital);
        text_format(line, "%s%s%s%s", i == 0 ? ": " : ", ",
                    kind != NULL ? kind : "", kind != NULL ? " " : "",
                    name != NULL ? name : "?");
    }
}

static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        write_summary(json_get(attributes, "orbital_dicts"), &line);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data orbital_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .export_file = export_file,
    .summary = summary,
};
