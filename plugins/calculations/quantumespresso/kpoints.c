/* Meshes and lists of k-points.
 *
 * SPDX-License-Identifier: MIT */
#include "kpoints.h"

#include "settings.h"

#include <math.h>

#define MAX_FORCED_POINTS 1000000

typedef struct mesh {
    int64_t points[3];
    double offset[3];
} mesh;

static orma_status read_mesh(json_object *attributes, mesh *m, orma_error **err)
{
    json_object *points = json_object_object_get(attributes, "mesh");
    json_object *offset = json_object_object_get(attributes, "offset");
    int64_t product = 1;

    if (!json_object_is_type(points, json_type_array) ||
        json_object_array_length(points) != 3)
        return refuse(err, "port \"kpoints\": the mesh is not three numbers");
    for (size_t i = 0; i < 3; i++) {
        json_object *item = json_object_array_get_idx(points, i);
        m->points[i] = json_object_get_int64(item);
        m->offset[i] = 0;
        if (!json_object_is_type(item, json_type_int) || m->points[i] < 1 ||
            m->points[i] > MAX_FORCED_POINTS ||
            (product *= m->points[i]) > MAX_FORCED_POINTS)
            return refuse(err, "port \"kpoints\": the mesh is not three "
                          "positive integers of sensible size");
        if (json_object_is_type(offset, json_type_array))
            m->offset[i] = json_object_get_double(
                json_object_array_get_idx(offset, i));
    }
    return ORMA_OK;
}

static bool is_gamma(const mesh *m)
{
    for (size_t i = 0; i < 3; i++)
        if (m->points[i] != 1 || fabs(m->offset[i]) > 0)
            return false;
    return true;
}

static orma_status write_automatic(const mesh *m, text *out, orma_error **err)
{
    int shift[3];

    for (size_t i = 0; i < 3; i++) {
        shift[i] = fabs(m->offset[i]) > 0 ? 1 : 0;
        if (shift[i] == 1 && fabs(m->offset[i] - 0.5) > 0)
            return refuse(err, "port \"kpoints\": the mesh's offset has the "
                          "component %g; pw.x takes 0 and 0.5 only",
                          m->offset[i]);
    }
    text_add(out, "K_POINTS automatic\n%lld %lld %lld %d %d %d\n",
             (long long)m->points[0], (long long)m->points[1],
             (long long)m->points[2], shift[0], shift[1], shift[2]);
    return ORMA_OK;
}

static void write_point(text *out, const double *point, double weight)
{
    text_add(out, "  %18.10f %18.10f %18.10f %18.10f\n", point[0], point[1],
             point[2], weight);
}

/* The mesh spelt out, last direction fastest, every point of weight one: pw.x
 * then uses all of them, without symmetry. */
static void write_spelt_out(const mesh *m, text *out)
{
    text_add(out, "K_POINTS crystal\n%lld\n",
             (long long)(m->points[0] * m->points[1] * m->points[2]));
    for (int64_t i = 0; i < m->points[0]; i++)
        for (int64_t j = 0; j < m->points[1]; j++)
            for (int64_t k = 0; k < m->points[2]; k++) {
                const double point[3] = {
                    ((double)i + m->offset[0]) / (double)m->points[0],
                    ((double)j + m->offset[1]) / (double)m->points[1],
                    ((double)k + m->offset[2]) / (double)m->points[2]};
                write_point(out, point, 1.0);
            }
}

/* Element i of a C-ordered array of any real type. */
static double element(const orma_array_view *view, size_t i)
{
    switch (view->dtype) {
    case ORMA_DTYPE_F64: return ((const double *)view->data)[i];
    case ORMA_DTYPE_F32: return (double)((const float *)view->data)[i];
    case ORMA_DTYPE_I64: return (double)((const int64_t *)view->data)[i];
    case ORMA_DTYPE_I32: return ((const int32_t *)view->data)[i];
    default: return NAN;
    }
}

/* The node, and its attributes. */
typedef struct source {
    const orma_node_ops *ops;
    const orma_node *node;
    json_object *attributes;
} source;

static orma_status read_weights(const source *s, int64_t count,
                                orma_array_view *weights, orma_error **err)
{
    *weights = (orma_array_view){0};
    if (!json_object_object_get_ex(s->attributes, "array|weights", NULL))
        return ORMA_OK;
    const orma_status st = s->ops->array(s->node, "weights", weights, err);
    if (st == ORMA_OK && (weights->ndim != 1 || weights->shape[0] != count))
        return refuse(err, "port \"kpoints\": there are not as many weights "
                      "as points");
    return st;
}

static orma_status write_list(const source *s, bool gamma_only, text *out,
                              orma_error **err)
{
    orma_array_view points, weights;
    orma_status st = s->ops->array(s->node, "kpoints", &points, err);

    if (st == ORMA_E_NOT_FOUND)
        return refuse(err, "port \"kpoints\": the node holds neither a mesh "
                      "nor a list of points");
    if (st != ORMA_OK)
        return st;
    if (points.ndim != 2 || points.shape[1] != 3 || points.shape[0] < 1)
        return refuse(err, "port \"kpoints\": give at least one point of three "
                      "coordinates");
    if (gamma_only) {
        if (points.shape[0] != 1 || fabs(element(&points, 0)) > 0 ||
            fabs(element(&points, 1)) > 0 || fabs(element(&points, 2)) > 0)
            return refuse(err, "port \"settings\": GAMMA_ONLY needs k-points "
                          "that are just (0, 0, 0)");
        text_add(out, "K_POINTS gamma\n");
        return ORMA_OK;
    }
    st = read_weights(s, points.shape[0], &weights, err);
    if (st != ORMA_OK)
        return st;
    text_add(out, "K_POINTS crystal\n%lld\n", (long long)points.shape[0]);
    for (size_t i = 0; i < (size_t)points.shape[0]; i++) {
        const double point[3] = {element(&points, 3 * i),
                                 element(&points, 3 * i + 1),
                                 element(&points, 3 * i + 2)};
        write_point(out, point,
                    weights.data != NULL ? element(&weights, i) : 1.0);
    }
    return ORMA_OK;
}

static orma_status write_mesh(json_object *attributes, json_object *settings,
                              text *out, orma_error **err)
{
    mesh m;
    const orma_status st = read_mesh(attributes, &m, err);

    if (st != ORMA_OK)
        return st;
    if (settings_is_true(settings, "GAMMA_ONLY", false)) {
        if (!is_gamma(&m))
            return refuse(err, "port \"settings\": GAMMA_ONLY needs the mesh "
                          "1x1x1 without offset");
        text_add(out, "K_POINTS gamma\n");
        return ORMA_OK;
    }
    if (!settings_is_true(settings, "FORCE_KPOINTS_LIST", false))
        return write_automatic(&m, out, err);
    write_spelt_out(&m, out);
    return ORMA_OK;
}

orma_status kpoints_write(const orma_node_ops *ops, const orma_node *node,
                          json_object *settings, text *out, orma_error **err)
{
    source s = {ops, node, NULL};
    orma_status st = node_attributes(ops, node, &s.attributes, err);

    if (st != ORMA_OK)
        return st;
    if (json_object_object_get_ex(s.attributes, "mesh", NULL))
        st = write_mesh(s.attributes, settings, out, err);
    else
        st = write_list(&s, settings_is_true(settings, "GAMMA_ONLY", false),
                        out, err);
    json_object_put(s.attributes);
    return st;
}
