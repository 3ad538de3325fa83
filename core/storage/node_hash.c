/* AiiDA's make_hash() and what of a node goes into it.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/node_hash.h>

#include <blake2.h>
#include <json-c/linkhash.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <graph/node.h>

#define LEAF_BYTES 32
#define REAL_TEXT 32

/* Name of the one key of AiiDA's repository hash that is no file. */
#define DIRNAMES_KEY "__dirnames__"

/* Begins a node of the tree: digests of 32 bytes, unlimited fan-out, two
 * levels, inner digests of 64 bytes. */
static void tree_init(blake2b_state *state, uint8_t depth, const char *tag)
{
    blake2b_param param;

    memset(&param, 0, sizeof param);
    param.digest_length = LEAF_BYTES;
    param.depth = 2;
    param.node_depth = depth;
    param.inner_length = 64;
    memcpy(param.personal, tag, strlen(tag));
    blake2b_init_param(state, &param);
}

/* Digest of one scalar or bracket; tags are at most 16 characters. */
static void leaf_digest(const char *tag, orma_str bytes,
                        uint8_t digest[LEAF_BYTES])
{
    blake2b_state leaf;

    tree_init(&leaf, 0, tag);
    blake2b_update(&leaf, (const uint8_t *)bytes.ptr, bytes.len);
    blake2b_final(&leaf, digest, LEAF_BYTES);
}

static void add_leaf(blake2b_state *root, const char *tag, orma_str bytes)
{
    uint8_t digest[LEAF_BYTES];

    leaf_digest(tag, bytes, digest);
    blake2b_update(root, digest, sizeof digest);
}

static orma_status add_value(blake2b_state *root, const json_object *value,
                             orma_error **err);

static orma_status add_number(blake2b_state *root, const json_object *value,
                              orma_error **err)
{
    char text[REAL_TEXT];

    if (json_is_integer(value)) {
        AUTO_BUF buf digits = {0};
        json_write(&digits, value, JSON_COMPACT);
        add_leaf(root, "int", buf_view(&digits));
        return buf_status(&digits, err);
    }
    const double real = json_object_get_double(value);
    if (!isfinite(real))
        return error_set(err, ORMA_E_INVALID, "storage", 0,
                         "NaN and infinite numbers have no hash");
    json_format_14g(real == 0 ? 0.0 : real, text); /* no -0 */
    add_leaf(root, "float", (orma_str){text, strlen(text)});
    return ORMA_OK;
}

static orma_status add_array(blake2b_state *root, const json_object *value,
                             orma_error **err)
{
    const size_t n = json_object_array_length(value);
    orma_status st = ORMA_OK;

    add_leaf(root, "list(", ORMA_LITERAL(""));
    for (size_t i = 0; st == ORMA_OK && i < n; i++)
        st = add_value(root, json_object_array_get_idx(value, i), err);
    add_leaf(root, ")", ORMA_LITERAL(""));
    return st;
}

typedef struct member {
    uint8_t key[LEAF_BYTES];
    const json_object *value;
} member;

static int by_key_digest(const void *a, const void *b)
{
    return memcmp(((const member *)a)->key, ((const member *)b)->key,
                  LEAF_BYTES);
}

static orma_status add_object(blake2b_state *root, const json_object *value,
                              orma_error **err)
{
    const size_t n = (size_t)json_object_object_length(value);
    const struct lh_entry *entry = json_object_get_object(value)->head;
    orma_status st = ORMA_OK;

    AUTO_FREE member *members = calloc(n + 1, sizeof *members);
    if (members == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < n; i++, entry = entry->next) {
        const char *key = lh_entry_k(entry);
        leaf_digest("str", (orma_str){key, strlen(key)}, members[i].key);
        members[i].value = lh_entry_v(entry);
    }
    qsort(members, n, sizeof *members, by_key_digest);
    add_leaf(root, "dict(", ORMA_LITERAL(""));
    for (size_t i = 0; st == ORMA_OK && i < n; i++) {
        blake2b_update(root, members[i].key, LEAF_BYTES);
        st = add_value(root, members[i].value, err);
    }
    add_leaf(root, ")", ORMA_LITERAL(""));
    return st;
}

static orma_status add_value(blake2b_state *root, const json_object *value,
                             orma_error **err)
{
    switch (json_object_get_type(value)) {
    case json_type_null: add_leaf(root, "none", ORMA_LITERAL("")); break;
    case json_type_boolean:
        add_leaf(root, "bool",
                 json_object_get_boolean(value) ? (orma_str){"\x01", 1}
                                                : (orma_str){"\x00", 1});
        break;
    case json_type_int:
    case json_type_double: return add_number(root, value, err);
    case json_type_string:
        add_leaf(root, "str",
                 (orma_str){json_object_get_string((json_object *)value),
                            (size_t)json_object_get_string_len(value)});
        break;
    case json_type_array: return add_array(root, value, err);
    case json_type_object: return add_object(root, value, err);
    }
    return ORMA_OK;
}

/* The closing leaf is the only one that is marked as the last of its level. */
static void finish_tree(blake2b_state *root, char out[NODE_HASH_HEX])
{
    static const char digits[] = "0123456789abcdef";
    blake2b_state last;
    uint8_t digest[LEAF_BYTES];

    tree_init(&last, 0, "");
    last.last_node = 1;
    blake2b_final(&last, digest, sizeof digest);
    blake2b_update(root, digest, sizeof digest);
    blake2b_final(root, digest, sizeof digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[NODE_HASH_HEX - 1] = '\0';
}

orma_status hash_value(const json_object *value, char out[NODE_HASH_HEX],
                       orma_error **err)
{
    blake2b_state root;

    tree_init(&root, 1, "");
    root.last_node = 1;
    const orma_status st = add_value(&root, value, err);
    if (st == ORMA_OK)
        finish_tree(&root, out);
    return st;
}

/* Adds every file below the folder `tree`, "relative/path" → its key. */
static orma_status add_files(json_object *files, const json_object *tree,
                             const char *prefix, orma_error **err)
{
    const json_object *entries = json_get(tree, "o");

    if (!json_object_is_type(entries, json_type_object))
        return ORMA_OK;
    const struct lh_entry *entry = json_object_get_object(entries)->head;
    for (; entry != NULL; entry = entry->next) {
        const json_object *item = lh_entry_v(entry);
        const char *key = json_get_text(item, "k", NULL);
        AUTO_FREE char *path = text_printf(
            "%s%s%s", prefix, (const char *)lh_entry_k(entry),
            key != NULL ? "" : "/");
        if (path == NULL)
            return error_no_memory(err);
        orma_status st = ORMA_OK;
        if (key == NULL)
            st = add_files(files, item, path, err);
        else if (!json_set_text(files, path, key))
            st = error_no_memory(err);
        if (st != ORMA_OK)
            return st;
    }
    return ORMA_OK;
}

static bool append_dirname(json_object *names, const char *name)
{
    json_object *text = json_object_new_string(name);

    if (text != NULL && json_object_array_add(names, text) == 0)
        return true;
    json_object_put(text);
    return false;
}

/* AiiDA walks the folders bottom-up and overwrites one key with the names of
 * each one's sub-folders: those of the root remain, in the tree's order. */
static orma_status add_root_dirnames(json_object *files,
                                     const json_object *tree, orma_error **err)
{
    const json_object *entries = json_get(tree, "o");
    json_object *names = json_object_new_array();

    if (names == NULL || !json_set(files, DIRNAMES_KEY, names))
        return error_no_memory(err);
    if (!json_object_is_type(entries, json_type_object))
        return ORMA_OK;
    const struct lh_entry *entry = json_object_get_object(entries)->head;
    for (; entry != NULL; entry = entry->next)
        if (json_get_text(lh_entry_v(entry), "k", NULL) == NULL &&
            !append_dirname(names, lh_entry_k(entry)))
            return error_no_memory(err);
    return ORMA_OK;
}

static orma_status hash_repository(const json_object *tree,
                                   char out[NODE_HASH_HEX], orma_error **err)
{
    AUTO_JSON json_object *files = json_object_new_object();

    if (files == NULL)
        return error_no_memory(err);
    orma_status st = add_root_dirnames(files, tree, err);
    if (st == ORMA_OK)
        st = add_files(files, tree, "", err);
    return st == ORMA_OK ? hash_value(files, out, err) : st;
}

/* The attributes that count, sharing their values with the node. */
static orma_status set_attributes(json_object *hashed, const char *node_type,
                                  const json_object *attributes,
                                  orma_error **err)
{
    json_object *kept = json_object_new_object();

    if (kept == NULL || !json_set(hashed, "attributes", kept))
        return error_no_memory(err);
    if (!json_object_is_type(attributes, json_type_object))
        return ORMA_OK;
    const struct lh_entry *entry = json_object_get_object(attributes)->head;
    for (; entry != NULL; entry = entry->next) {
        const char *key = lh_entry_k(entry);
        if (node_attribute_is_hash_ignored(node_type, key))
            continue;
        if (!json_set(kept, key, json_object_get(lh_entry_v(entry))))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

/* Python's text of the class. */
static orma_status set_class(json_object *hashed, const char *node_type,
                             const char *python_class, orma_error **err)
{
    if (python_class == NULL)
        python_class = node_process_python_class(node_type);
    if (python_class == NULL)
        python_class = node_type;
    AUTO_FREE char *text = text_printf("<class '%s'>", python_class);
    if (text == NULL || !json_set_text(hashed, "class", text))
        return error_no_memory(err);
    return ORMA_OK;
}

orma_status hash_node(const char *node_type, const char *python_class,
                      const json_object *attributes,
                      const json_object *repository, const char *computer_uuid,
                      const json_object *inputs, char out[NODE_HASH_HEX],
                      orma_error **err)
{
    AUTO_JSON json_object *hashed = json_object_new_object();
    char files[NODE_HASH_HEX];

    if (hashed == NULL)
        return error_no_memory(err);
    orma_status st = set_class(hashed, node_type, python_class, err);
    if (st == ORMA_OK)
        st = set_attributes(hashed, node_type, attributes, err);
    if (st == ORMA_OK)
        st = hash_repository(repository, files, err);
    if (st != ORMA_OK)
        return st;
    /* The files of a calcjob are made from its inputs, which count already. */
    if (!text_equal(node_type, NODE_TYPE_CALCJOB) &&
        !json_set_text(hashed, "repository_hash", files))
        return error_no_memory(err);
    if (!json_set_text(hashed, "computer_uuid", computer_uuid))
        return error_no_memory(err);
    if (inputs != NULL &&
        !json_set(hashed, "inputs", json_object_get((json_object *)inputs)))
        return error_no_memory(err);
    return hash_value(hashed, out, err);
}
