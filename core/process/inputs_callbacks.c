/* Checks that ports name by label, made by the plugin they belong to.
 *
 * A check sees only what is right by itself: that of a port is left out when
 * anything is wrong with the port, that of the whole when anything is wrong.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include <process/inputs_internal.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/log.h>
#include <base/text.h>
#include <orma/calculation.h>
#include <process/calc_inputs.h>
#include <process/data_nodes.h>

/* The context of a check is its inputs. */
static calc_inputs *inputs_of(orma_calc_ctx *ctx)
{
    return (calc_inputs *)(void *)ctx;
}

static const orma_node *op_input(orma_calc_ctx *ctx, const char *name)
{
    return calc_inputs_get(inputs_of(ctx), name);
}

static orma_status op_input_names(orma_calc_ctx *ctx, const char *name,
                                  orma_str *json, orma_error **err)
{
    return calc_inputs_names(inputs_of(ctx), name, json, err);
}

static orma_str op_metadata(orma_calc_ctx *ctx, const char *path)
{
    return calc_inputs_metadata(inputs_of(ctx), path);
}

static orma_status refuse(orma_error **err)
{
    return error_set(err, ORMA_E_REFUSED, "process", 0,
                     "a check of inputs writes no files");
}

static orma_status op_write(orma_calc_ctx *ctx, const char *path,
                            orma_str bytes, orma_error **err)
{
    (void)ctx;
    (void)path;
    (void)bytes;
    return refuse(err);
}

static orma_status op_copy(orma_calc_ctx *ctx, const orma_node *n,
                           const char *from, const char *to, orma_error **err)
{
    (void)ctx;
    (void)n;
    (void)from;
    (void)to;
    return refuse(err);
}

static orma_status op_calcinfo(orma_calc_ctx *ctx, orma_str json,
                               orma_error **err)
{
    (void)ctx;
    (void)json;
    return refuse(err);
}

static void op_log(orma_calc_ctx *ctx, int32_t level, orma_str message)
{
    (void)ctx;
    log_line(level, "%.*s", (int)(message.len < 4096 ? message.len : 4096),
             message.ptr);
}

static int32_t op_cancelled(orma_calc_ctx *ctx)
{
    (void)ctx;
    return 0;
}

/* The root of the owner's inputs: `path` without `own` at its end. */
static const char *root_of(struct builder *b, const char *path,
                           const char *own)
{
    const size_t len = strlen(path), tail = strlen(own);

    if (tail > len)
        return "";
    size_t root = len - tail;
    if (root > 0 && tail > 0)
        root--; /* the dot between them */
    const char *text = arena_strndup(&b->memory, path, root);
    if (text == NULL)
        build_failed(b, ORMA_E_NO_MEMORY);
    return text != NULL ? text : "";
}

static orma_status call_check(struct builder *b, const port *p,
                              const char *root, const char *own,
                              orma_error **err)
{
    const orma_calc_ops ops = {
        .size = sizeof ops,
        .node = node_ops(),
        .input = op_input,
        .input_names = op_input_names,
        .metadata = op_metadata,
        .write = op_write,
        .copy = op_copy,
        .calcinfo = op_calcinfo,
        .log = op_log,
        .cancelled = op_cancelled,
    };
    const plugin_entry *owner = p->validate_owner;
    const void *vtable = NULL;
    calc_inputs inputs;

    if (owner == NULL || owner->kind != KIND_CALCULATION)
        return error_set(err, ORMA_E_UNSUPPORTED, "process", 0,
                         "its check \"%s\" is not offered by %s plugins",
                         p->validate,
                         owner != NULL ? plugin_kind_singular(owner->kind)
                                       : "these");
    orma_status st = plugin_load(b->registry, owner, &vtable, err);
    if (st != ORMA_OK)
        return st;
    const orma_calculation *plugin = vtable;
    if (plugin->validate == NULL)
        return error_set(err, ORMA_E_BUG, "process", 0,
                         "the manifest of \"%s\" names the check \"%s\", "
                         "its module has none",
                         owner->name, p->validate);
    st = calc_inputs_init(&inputs, b->inputs, root, err);
    if (st != ORMA_OK)
        return st;
    st = plugin_answer(plugin->validate(plugin, &ops,
                                        (orma_calc_ctx *)(void *)&inputs,
                                        p->validate, own, err),
                       owner, "validate", err);
    calc_inputs_finish(&inputs);
    if (st == ORMA_E_NOT_FOUND)
        st = error_set(err, ORMA_E_BUG, "process", 0,
                       "the manifest of \"%s\" names the check \"%s\", "
                       "which its module does not know",
                       owner->name, p->validate);
    return st;
}

static void check_port(struct builder *b, const port *p, const char *path)
{
    const char *own = p->validate_path != NULL ? p->validate_path : path;
    orma_error *error = NULL;

    if (p->validate == NULL || has_problem(b, path) || b->failure != ORMA_OK)
        return;
    if (*path != '\0' && !has_value(b, path) &&
        !(p->port_class == PORT_NAMESPACE && p->required))
        return;
    const orma_status st =
        call_check(b, p, root_of(b, path, own), own, &error);
    if (st != ORMA_OK)
        problem_from(b, path, st, error);
}

static void check_below(struct builder *b, const port *ns, const char *path)
{
    for (size_t i = 0; i < ns->child_count; i++) {
        const port *child = &ns->children[i];
        const char *at = path_join(b, path, child->name);
        if (child->port_class == PORT_NAMESPACE)
            check_below(b, child, at);
        check_port(b, child, at);
    }
}

void run_callbacks(struct builder *b)
{
    if (b->store == NULL)
        return; /* a parser gets what is there; nothing is required */
    check_below(b, &b->spec->inputs, "");
    check_port(b, &b->spec->inputs, "");
}
