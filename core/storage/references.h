/* Which objects the nodes of a database refer to.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_REFERENCES_H
#define CORE_STORAGE_REFERENCES_H

#include <storage/key_set.h>
#include <storage/pk_set.h>
#include <storage/store.h>

/* Calls visit for each key in the JSON text of a repository tree, without
 * building the tree. Errors: PERMANENT (malformed; no key where one belongs).
 */
typedef orma_status reference_visit(void *user, const uint8_t key[KEY_BYTES],
                                    orma_error **err);
orma_status references_of_tree(orma_str json, reference_visit *visit,
                               void *user, orma_error **err);

/* What a look at all nodes saw, so that a later one finds what came since.
 * Nodes that are changed have a new mtime. New ones may have an old one, of an
 * archive, and on a server even a small pk, since each session has a stock of
 * them: so there the set of pks is compared, by its fingerprint. */
typedef struct reference_mark {
    int64_t last_pk;
    int64_t since_ns;
    bool is_unordered;       /* pks may come in any order */
    int64_t count, sum, mix; /* fingerprint of the pks up to last_pk */
    pk_set seen;             /* those whose references were taken */
} reference_mark;
void reference_mark_finish(reference_mark *mark);

/* The mark of now, while no writer is at work. */
orma_status references_mark(store *s, reference_mark *mark, orma_error **err);

/* All nodes, in portions, while others write. */
orma_status references_all(store *s, reference_visit *visit, void *user,
                           bool (*progress)(void *user, int64_t pk,
                                            int64_t last_pk),
                           void *progress_user, reference_mark *mark,
                           orma_error **err);

/* Nodes that are new or changed since the mark. */
orma_status references_since(store *s, reference_visit *visit, void *user,
                             const reference_mark *mark, orma_error **err);

#endif
