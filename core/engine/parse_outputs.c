/* Outputs against the spec.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/parse_outputs.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>

/* Made by the engine at upload, retrieval and stashing. */
static const char *const engine_outputs[] = {"remote_folder", "retrieved",
                                             "remote_stash"};

static bool is_engine_output(const char *label)
{
    for (size_t i = 0; i < sizeof engine_outputs / sizeof *engine_outputs; i++)
        if (text_equal(engine_outputs[i], label))
            return true;
    return false;
}

static orma_status unknown(const process_spec *spec, const char *label,
                           orma_error **err)
{
    return error_set(err, ORMA_E_INVALID, "engine", 0,
                     "output \"%s\" is not declared by \"%s\"", label,
                     spec->entry->name);
}

static const port *child_of(const port *ns, const char *name, size_t len)
{
    for (size_t i = 0; i < ns->child_count; i++)
        if (strlen(ns->children[i].name) == len &&
            memcmp(ns->children[i].name, name, len) == 0)
            return &ns->children[i];
    return NULL;
}

/* The port that decides about a label: its own, or the dynamic namespace that
 * it lies in. */
static const port *deciding_port(const port *ns, const char *label)
{
    for (;;) {
        const size_t len = strcspn(label, ".");
        const port *child = child_of(ns, label, len);
        const bool is_last = label[len] == '\0';

        if (child == NULL)
            return ns->dynamic && (is_last || ns->nested) ? ns : NULL;
        if (is_last)
            return child->port_class == PORT_NAMESPACE ? NULL : child;
        if (child->port_class != PORT_NAMESPACE)
            return NULL;
        ns = child;
        label += len + 1;
    }
}

static bool is_label(const char *label)
{
    while (*label != '\0') {
        const size_t len = strcspn(label, ".");
        char *part = strndup(label, len);
        const bool is_good = part != NULL && text_is_port_name(part);
        free(part);
        if (!is_good)
            return false;
        label += len;
        if (*label == '.' && *++label == '\0')
            return false;
    }
    return true;
}

orma_status output_check_label(registry *r, const process_spec *spec,
                               const char *label, const char *type,
                               orma_error **err)
{
    if (*label == '\0' || !is_label(label) || is_engine_output(label))
        return unknown(spec, label, err);
    const port *p = deciding_port(&spec->outputs, label);
    if (p == NULL)
        return unknown(spec, label, err);
    for (size_t i = 0; i < p->type_count; i++)
        if (registry_data_is_a(r, type, p->types[i]))
            return ORMA_OK;
    if (p->type_count == 0)
        return ORMA_OK;
    return error_set(err, ORMA_E_INVALID, "engine", 0,
                     "output \"%s\" is of type \"%s\", not \"%s\"", label, type,
                     p->types[0]);
}

static bool has_output(const parse_output *outputs, size_t count,
                       const char *path, bool below)
{
    const size_t len = strlen(path);

    for (size_t i = 0; i < count; i++)
        if (below ? strncmp(outputs[i].label, path, len) == 0 &&
                        outputs[i].label[len] == '.'
                  : text_equal(outputs[i].label, path))
            return true;
    return false;
}

static char *missing_below(const port *ns, const char *prefix,
                           const parse_output *outputs, size_t count)
{
    for (size_t i = 0; i < ns->child_count; i++) {
        const port *child = &ns->children[i];
        char *path = *prefix == '\0'
                         ? text_copy(child->name)
                         : text_printf("%s.%s", prefix, child->name);
        char *missing = NULL;
        if (path == NULL || (*prefix == '\0' && is_engine_output(path))) {
            free(path);
            continue;
        }
        if (child->port_class == PORT_NAMESPACE) {
            /* An optional namespace binds only once it is used. */
            if (child->required || has_output(outputs, count, path, true))
                missing = missing_below(child, path, outputs, count);
        } else if (child->required &&
                   !has_output(outputs, count, path, false)) {
            return path;
        }
        free(path);
        if (missing != NULL)
            return missing;
    }
    return NULL;
}

char *output_find_missing(const process_spec *spec, const parse_output *outputs,
                          size_t count)
{
    return missing_below(&spec->outputs, "", outputs, count);
}
