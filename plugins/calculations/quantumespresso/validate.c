/* Checks of quantumespresso.pw's inputs before anything is stored, one for each
 * `validate` label of the manifest. A check that needs another port that was
 * not given passes: the missing port is reported by itself.
 *
 * SPDX-License-Identifier: MIT */
#include "prepare.h"

#include "commandline.h"
#include "cards.h"
#include "files.h"
#include "kpoints.h"
#include "parameters.h"
#include "plan.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_PREFIX 256

typedef orma_status (*check)(const job *j, const orma_node *node,
                             orma_error **err);

static orma_status check_structure(const job *j, const orma_node *node,
                                   orma_error **err)
{
    structure s;
    orma_status st = structure_read(j->ops->node, node, &s, err);

    if (st == ORMA_OK) {
        text card = {0};
        st = card_hubbard(&card, j->ops->node, node, &s, err);
        text_finish(&card);
    }
    structure_finish(&s);
    return st;
}

static orma_status check_pseudos(const job *j, const orma_node *node,
                                 orma_error **err)
{
    const orma_node *owner = job_input(j, "structure");
    structure s;

    (void)node;
    if (owner == NULL)
        return ORMA_OK;
    /* A structure with faults of its own is reported at its own port. */
    orma_status st = structure_read(j->ops->node, owner, &s, NULL);
    st = st == ORMA_OK ? pseudos_check(j, &s, err) : ORMA_OK;
    structure_finish(&s);
    return st;
}

/* The settings as far as they are well; NULL when they are not. */
static json_object *sound_settings(const job *j)
{
    json_object *raw = NULL, *settings = NULL;

    if (job_attributes(j, "settings", &raw, NULL) != ORMA_OK ||
        settings_normalise(&pw_program, raw, &settings, NULL) != ORMA_OK)
        settings = NULL;
    json_object_put(raw);
    return settings;
}

/* Whether faulty settings try to name the namelists: then it cannot be told
 * which are wrong. */
static bool names_namelists(const job *j)
{
    json_object *raw = NULL;
    bool answer = false;

    if (job_attributes(j, "settings", &raw, NULL) != ORMA_OK || raw == NULL)
        return false;
    json_object_object_foreach(raw, key, ignored) {
        (void)ignored;
        answer = answer || strcasecmp(key, "NAMELISTS") == 0;
    }
    json_object_put(raw);
    return answer;
}

/* Writes the namelists to nowhere: whatever the writer refuses is refused here,
 * so that nothing is stored. */
static orma_status check_written(const job *j, plan *p, orma_error **err)
{
    const orma_node *owner = job_input(j, "structure");
    text out = {0};

    if (owner == NULL || structure_read(j->ops->node, owner, &p->structure,
                                        NULL) != ORMA_OK)
        return ORMA_OK;
    orma_status st = plan_complete(p, err);
    if (st != ORMA_OK)
        return st;
    json_object_object_foreach(p->parameters, name, keywords) {
        st = namelist_write(&out, name, keywords, &p->structure.order, err);
        if (st != ORMA_OK)
            break;
    }
    text_finish(&out);
    return st;
}

static orma_status check_namelists(const job *j, const orma_node *node,
                                   orma_error **err)
{
    plan p = {.program = &pw_program, .settings = sound_settings(j)};
    json_object *raw = NULL;
    orma_status st = node_attributes(j->ops->node, node, &raw, err);

    if (st == ORMA_OK)
        st = parameters_normalise(raw, &p.parameters, &p.has_changed_case, err);
    json_object_put(raw);
    if (st == ORMA_OK && p.has_changed_case &&
        node_is_stored(j->ops->node, node))
        st = refuse(err, "port \"parameters\": the stored node has namelists "
                    "that are not in upper or keywords that are not in lower "
                    "case; give a new one");
    if (st == ORMA_OK)
        st = parameters_check_blocked(&pw_program, p.parameters, err);
    if (st == ORMA_OK && (p.settings != NULL || !names_namelists(j)))
        st = parameters_namelists(&pw_program, p.parameters, p.settings,
                                  &p.namelists, err);
    if (st == ORMA_OK)
        st = check_written(j, &p, err);
    plan_finish(&p);
    return st;
}

static orma_status check_kpoints(const job *j, const orma_node *node,
                                 orma_error **err)
{
    json_object *settings = sound_settings(j);
    text out = {0};

    if (settings == NULL)
        return ORMA_OK;
    const orma_status st =
        kpoints_write(j->ops->node, node, settings, &out, err);
    text_finish(&out);
    json_object_put(settings);
    return st;
}

static orma_status check_settings_content(const job *j, json_object *settings,
                                          orma_error **err)
{
    const orma_node *owner = job_input(j, "structure");
    json_object *environ = json_object_object_get(settings, "ENVIRON");
    structure s = {0};
    text out = {0};
    orma_status st = ORMA_OK;

    if (owner != NULL &&
        structure_read(j->ops->node, owner, &s, NULL) == ORMA_OK) {
        st = settings_check_sites(settings, &s, err);
        if (st == ORMA_OK && environ != NULL)
            st = namelist_write(&out, "ENVIRON", environ, &s.order, err);
    }
    text_finish(&out);
    structure_finish(&s);
    return st;
}

/* Flags may clash between the settings and the parallelization; that is told
 * at whichever of the two ports is looked at. */
static orma_status check_flags(json_object *settings,
                               json_object *parallelization, orma_error **err)
{
    const flag_inputs inputs = {settings, parallelization};
    json_object *words = NULL;
    bool has_flags;
    const orma_status st =
        commandline_build(&pw_program, &inputs, &words, &has_flags, err);

    json_object_put(words);
    return st;
}

static orma_status check_settings(const job *j, const orma_node *node,
                                  orma_error **err)
{
    json_object *raw = NULL, *settings = NULL;
    orma_status st = node_attributes(j->ops->node, node, &raw, err);

    if (st == ORMA_OK)
        st = settings_normalise(&pw_program, raw, &settings, err);
    json_object_put(raw);
    if (st == ORMA_OK)
        st = check_settings_content(j, settings, err);
    if (st == ORMA_OK)
        st = check_flags(settings, NULL, err);
    json_object_put(settings);
    return st;
}

static orma_status check_parallelization(const job *j, const orma_node *node,
                                         orma_error **err)
{
    json_object *flags = NULL, *settings = NULL;
    orma_status st = node_attributes(j->ops->node, node, &flags, err);

    if (st == ORMA_OK)
        st = parallelization_check(&pw_program, flags, err);
    if (st == ORMA_OK)
        settings = sound_settings(j);
    if (settings != NULL)
        st = check_flags(settings, flags, err);
    json_object_put(settings);
    json_object_put(flags);
    return st;
}

static orma_status check_parent_folder(const job *j, const orma_node *node,
                                       orma_error **err)
{
    char path[MAX_REMOTE_PATH];

    return parent_check(j, node, path, err);
}

static const struct {
    const char *label;
    check run;
} checks[] = {
    {"structure", check_structure},
    {"pseudos", check_pseudos},
    {"parameters", check_namelists},
    {"kpoints", check_kpoints},
    {"settings", check_settings},
    {"parallelization", check_parallelization},
    {"parent_folder", check_parent_folder},
};

/* "pw." of "pw.structure", checked by "structure": a process that exposes this
 * one has the other ports beside it. */
static void prefix_of(const char *port, const char *label, char *out)
{
    const size_t len = strlen(port), tail = strlen(label);

    out[0] = '\0';
    if (len > tail && len - tail < MAX_PREFIX &&
        strcmp(port + len - tail, label) == 0 && port[len - tail - 1] == '.') {
        memcpy(out, port, len - tail);
        out[len - tail] = '\0';
    }
}

orma_status pw_validate(const orma_calculation *self, const orma_calc_ops *ops,
                        orma_calc_ctx *ctx, const char *label,
                        const char *port, orma_error **err)
{
    char prefix[MAX_PREFIX];
    const job j = {ops, ctx, prefix};

    (void)self;
    prefix_of(port, label, prefix);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (strcmp(checks[i].label, label) != 0)
            continue;
        const orma_node *node = ops->input(ctx, port);
        /* A namespace has no node of its own. */
        if (node == NULL && strcmp(label, "pseudos") != 0)
            return ORMA_OK;
        return checks[i].run(&j, node, err);
    }
    return host->fail(host, err, ORMA_E_NOT_FOUND, "quantumespresso", 0,
                      "quantumespresso.pw has no check \"%s\"", label);
}
