/* AiiDA's make_hash() and what of a node goes into it.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/node_hash.h>

#include <blake2.h>
#include <json-c/linkhash.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>
#include <graph/node.h>

#define LEAF_BYTES 32
#define REAL_TEXT 32
#define FEW_MEMBERS 8 /* of an object, sorted without memory of their own */

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

/* Leaves that nearly every node has, computed once. */
static struct known_leaf {
    const char *tag, *text;
    uint8_t digest[LEAF_BYTES];
} known_leaves[] = {
    {"dict(", "", {0}},
    {")", "", {0}},
    {"list(", "", {0}},
    {"none", "", {0}},
    {"str", "class", {0}},
    {"str", "attributes", {0}},
    {"str", "repository_hash", {0}},
    {"str", "computer_uuid", {0}},
    {"str", "inputs", {0}},
    {"str", "value", {0}},
};
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static void compute_leaf(const char *tag, orma_str bytes,
                         uint8_t digest[LEAF_BYTES])
{
    blake2b_state leaf;

    tree_init(&leaf, 0, tag);
    blake2b_update(&leaf, (const uint8_t *)bytes.ptr, bytes.len);
    blake2b_final(&leaf, digest, LEAF_BYTES);
}

static void compute_known(void)
{
    for (size_t i = 0; i < sizeof known_leaves / sizeof *known_leaves; i++) {
        struct known_leaf *leaf = &known_leaves[i];
        compute_leaf(leaf->tag, (orma_str){leaf->text, strlen(leaf->text)},
                     leaf->digest);
    }
}

/* Digest of one scalar or bracket; tags are at most 16 characters. */
static void leaf_digest(const char *tag, orma_str bytes,
                        uint8_t digest[LEAF_BYTES])
{
    pthread_once(&known_once, compute_known);
    for (size_t i = 0; i < sizeof known_leaves / sizeof *known_leaves; i++) {
        const struct known_leaf *leaf = &known_leaves[i];
        if (*tag == *leaf->tag && text_equal(tag, leaf->tag) &&
            str_equal(bytes, leaf->text)) {
            memcpy(digest, leaf->digest, LEAF_BYTES);
            return;
        }
    }
    compute_leaf(tag, bytes, digest);
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

    member few[FEW_MEMBERS];
    AUTO_FREE member *many = n > FEW_MEMBERS ? calloc(n, sizeof *many) : NULL;
    member *members = n > FEW_MEMBERS ? many : few;
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
    case json_type_null:
        add_leaf(root, "none", ORMA_LITERAL(""));
        break;
    case json_type_boolean:
        add_leaf(root, "bool",
                 json_object_get_boolean(value) ? (orma_str){"\x01", 1}
                                                : (orma_str){"\x00", 1});
        break;
    case json_type_int:
    case json_type_double:
        return add_number(root, value, err);
    case json_type_string:
        add_leaf(root, "str",
                 (orma_str){json_object_get_string((json_object *)value),
                            (size_t)json_object_get_string_len(value)});
        break;
    case json_type_array:
        return add_array(root, value, err);
    case json_type_object:
        return add_object(root, value, err);
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
        AUTO_FREE char *path =
            text_printf("%s%s%s", prefix, (const char *)lh_entry_k(entry),
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

/* Every file with its key, and the root's folders under a key of their own. */
static orma_status set_repository(json_object *content, const json_object *tree,
                                  orma_error **err)
{
    json_object *files = json_object_new_object();

    if (files == NULL || !json_set(content, CONTENT_REPOSITORY, files))
        return error_no_memory(err);
    const orma_status st = add_root_dirnames(files, tree, err);
    return st == ORMA_OK ? add_files(files, tree, "", err) : st;
}

/* No attribute is left out, as is the rule for data. */
static bool all_count(const char *node_type, const json_object *attributes)
{
    if (!json_object_is_type(attributes, json_type_object))
        return false;
    const struct lh_entry *entry = json_object_get_object(attributes)->head;
    for (; entry != NULL; entry = entry->next)
        if (node_attribute_is_hash_ignored(node_type, lh_entry_k(entry)))
            return false;
    return true;
}

/* The attributes that count, sharing their values with the node. */
static orma_status set_attributes(json_object *hashed, const char *node_type,
                                  const json_object *attributes,
                                  orma_error **err)
{
    if (all_count(node_type, attributes))
        return json_set(hashed, "attributes",
                        json_object_get((json_object *)(uintptr_t)attributes))
                   ? ORMA_OK
                   : error_no_memory(err);
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
    AUTO_BUF buf text = {0};
    buf_text(&text, "<class '");
    buf_text(&text, python_class);
    buf_text(&text, "'>");
    if (text.failed || !json_set_text(hashed, "class", buf_c_str(&text)))
        return error_no_memory(err);
    return ORMA_OK;
}

/* The hash of a repository without files, as of most nodes: that of
 * {"__dirnames__": []}. */
static const char empty_repository[NODE_HASH_HEX] =
    "076c4a75b0e7f3de89d0f21d3c4fad9c09fb83054f8e6c467b875095d93fd154";

static bool has_files(const json_object *repository)
{
    return json_get(repository, "o") != NULL;
}

/* AiiDA leaves inputs out whose label is a type of calls. */
static orma_status set_inputs(json_object *content, const json_object *inputs,
                              orma_error **err)
{
    json_object *kept = json_object_new_object();

    if (kept == NULL || !json_set(content, "inputs", kept))
        return error_no_memory(err);
    json_object_object_foreach((json_object *)(uintptr_t)inputs, label, hash)
    {
        if (text_equal(label, "CALL_CALC") || text_equal(label, "CALL_WORK"))
            continue;
        if (!json_set(kept, label, json_object_get(hash)))
            return error_no_memory(err);
    }
    return ORMA_OK;
}

static orma_status fill_content(const hashed_node *n, bool with_files,
                                json_object **out, orma_error **err)
{
    AUTO_JSON json_object *content = json_object_new_object();

    if (content == NULL)
        return error_no_memory(err);
    orma_status st = set_class(content, n->node_type, n->python_class, err);
    if (st == ORMA_OK)
        st = set_attributes(content, n->node_type, n->attributes, err);
    /* The files of a calcjob are made from its inputs, which count already. */
    if (st == ORMA_OK && with_files &&
        !text_equal(n->node_type, NODE_TYPE_CALCJOB))
        st = set_repository(content, n->repository, err);
    if (st != ORMA_OK)
        return st;
    if (!json_set_text(content, "computer_uuid", n->computer_uuid))
        return error_no_memory(err);
    st = n->inputs != NULL ? set_inputs(content, n->inputs, err) : ORMA_OK;
    if (st != ORMA_OK)
        return st;
    *out = content;
    content = NULL;
    return ORMA_OK;
}

orma_status hash_content(const hashed_node *n, json_object **out,
                         orma_error **err)
{
    return fill_content(n, true, out, err);
}

orma_status hash_node(const char *node_type, const char *python_class,
                      const json_object *attributes,
                      const json_object *repository, const char *computer_uuid,
                      const json_object *inputs, char out[NODE_HASH_HEX],
                      orma_error **err)
{
    const hashed_node n = {node_type,  python_class,  attributes,
                           repository, computer_uuid, inputs};
    AUTO_JSON json_object *content = NULL;
    char files[NODE_HASH_HEX];

    orma_status st = fill_content(&n, has_files(repository), &content, err);
    const json_object *tree = json_get(content, CONTENT_REPOSITORY);
    const char *hash =
        text_equal(node_type, NODE_TYPE_CALCJOB) ? NULL : empty_repository;
    if (st == ORMA_OK && tree != NULL) {
        st = hash_value(tree, files, err);
        json_object_object_del(content, CONTENT_REPOSITORY);
        hash = files;
    }
    if (st == ORMA_OK && hash != NULL &&
        !json_set_text(content, "repository_hash", hash))
        st = error_no_memory(err);
    return st == ORMA_OK ? hash_value(content, out, err) : st;
}
