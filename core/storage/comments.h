/* Comments on nodes.
 *
 * A comment is a JSON object {"pk","uuid","node","user" (email),"ctime",
 * "mtime","content"}; node is a pk. Each write is a transaction of its own.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_STORAGE_COMMENTS_H
#define CORE_STORAGE_COMMENTS_H

#include <storage/store.h>

/* By the default user. Errors: NOT_FOUND (node), INVALID (not UTF-8, no
 * default user). */
orma_status store_comment_add(store *s, int64_t node_pk, const char *content,
                              int64_t *pk, orma_error **err);

/* Errors: NOT_FOUND, INVALID. */
orma_status store_comment_update(store *s, int64_t pk, const char *content,
                                 orma_error **err);
orma_status store_comment_remove(store *s, int64_t pk, orma_error **err);

/* Errors: NOT_FOUND. */
orma_status store_comment(store *s, int64_t pk, json_object **out,
                          orma_error **err);

/* Oldest first. user: an e-mail address, NULL: anybody's. */
orma_status store_list_comments(store *s, int64_t node_pk, const char *user,
                                json_object **rows, orma_error **err);

#endif
