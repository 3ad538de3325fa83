/* The verification of a storage, step by step.
 *
 * SPDX-License-Identifier: MIT */
#include "verify_internal.h"

#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

orma_status verify_fault_at(verifier *v, const verify_fault *at,
                            orma_error **err, const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    verify_fault fault = *at;
    va_list args;
    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    const orma_status st = buf_status(&text, err);
    if (st != ORMA_OK)
        return st;
    fault.message = buf_c_str(&text);
    v->faults++;
    return v->o->report(v->o->user, &fault, err);
}

orma_status verify_step(verifier *v, const char *step, int64_t done,
                        int64_t total, orma_error **err)
{
    if (v->o->progress == NULL || v->o->progress(v->o->user, step, done, total))
        return ORMA_OK;
    return error_set(err, ORMA_E_CANCELLED, "storage", 0, "stopped");
}

/* ---- the database's own check ------------------------------------ */

static orma_status check_database(verifier *v, orma_error **err)
{
    AUTO_BUF buf faults = {0};
    orma_writer writer = {&faults, 0};
    const orma_storage *driver = v->s->db.driver;

    if (!ORMA_HAS(orma_storage, driver, check) || driver->check == NULL)
        return ORMA_OK;
    orma_status st = verify_step(v, "database", 0, 0, err);
    if (st == ORMA_OK)
        st = driver->check(v->s->db.connection, &writer, err);
    if (st == ORMA_OK)
        st = buf_status(&faults, err);
    for (const char *p = buf_c_str(&faults); st == ORMA_OK && *p != '\0';) {
        const size_t len = strcspn(p, "\n");
        if (len > 0)
            st = verify_fault_at(v, &(verify_fault){.kind = "database"}, err,
                                 "%.*s", (int)len, p);
        p += len + (p[len] == '\n');
    }
    return st;
}

/* ---- the container ----------------------------------------------- */

static orma_status add_present(void *user, const container_entry *e,
                               orma_error **err)
{
    verifier *v = user;
    uint8_t key[KEY_BYTES];
    v->objects++;
    return key_parse((orma_str){e->key, strlen(e->key)}, key)
               ? key_set_add(v->present, key, err)
               : ORMA_OK; /* told by container_check() */
}

static orma_status object_fault(void *user, const char *key, const char *what,
                                orma_error **err)
{
    const verify_fault at = {.kind = "object",
                             .name = *key != '\0' ? key : NULL};
    return verify_fault_at(user, &at, err, "%s", what);
}

static bool tell_objects(void *user, int64_t done, int64_t total)
{
    const verifier *v = user;
    return v->o->progress == NULL ||
           v->o->progress(v->o->user, "objects", done, total);
}

static orma_status check_container(verifier *v, orma_error **err)
{
    AUTO_FREE char *index = text_printf("%s/container/packs.idx", v->s->folder);
    const char *temp = getenv("TMPDIR");
    if (index == NULL)
        return error_no_memory(err);
    v->present = key_set_create(
        v->s->is_away ? (temp != NULL && *temp != '\0' ? temp : "/tmp")
                      : v->s->folder);
    if (v->present == NULL)
        return error_no_memory(err);
    v->sees_container = !v->s->is_away || file_exists(index);
    if (!v->sees_container)
        return ORMA_OK;
    /* First what is damaged: a damaged index may not be readable in full. */
    orma_status st = container_check(v->s->container, v->o->is_quick,
                                     tell_objects, object_fault, v, err);
    if (st != ORMA_OK)
        return st;
    AUTO_ERROR orma_error *why = NULL;
    st = container_each(v->s->container, add_present, v, NULL, &why);
    if (st != ORMA_OK && st != ORMA_E_NO_MEMORY)
        st = verify_fault_at(v, &(verify_fault){.kind = "object"}, err, "%s",
                             orma_error_message(why));
    return st == ORMA_OK ? key_set_settle(v->present, err) : st;
}

orma_status store_verify(store *s, const verify_options *options,
                         json_object **counts, orma_error **err)
{
    static orma_status (*const steps[])(verifier *, orma_error **) = {
        check_database, check_container, verify_rows, verify_nodes,
        verify_links};
    verifier v = {.s = s, .o = options};
    orma_status st = ORMA_OK;

    for (size_t i = 0; st == ORMA_OK && i < sizeof steps / sizeof *steps; i++)
        st = steps[i](&v, err);
    key_set_destroy(v.present);
    if (st != ORMA_OK)
        return st;
    json_object *made = json_object_new_object();
    if (made == NULL || !json_set_int(made, "nodes", v.nodes) ||
        !json_set_int(made, "links", v.links) ||
        !json_set_int(made, "objects", v.objects) ||
        !json_set_int(made, "faults", v.faults)) {
        json_object_put(made);
        return error_no_memory(err);
    }
    *counts = made;
    return ORMA_OK;
}
