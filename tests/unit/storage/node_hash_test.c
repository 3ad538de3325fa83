/* Node hashes against AiiDA's own.
 *
 * SPDX-License-Identifier: MIT */
#include <json-c/linkhash.h>
#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <graph/node.h>
#include <storage/node_hash.h>

#include "unit/runner.h"

#define MAX_FIXTURE ((size_t)1 << 20)

extern const unit_suite node_hash_suite;

static json_object *parse(const char *text)
{
    json_object *value = NULL;

    CU_ASSERT_EQUAL_FATAL(
        json_parse((orma_str){text, strlen(text)}, &value, NULL), ORMA_OK);
    return value;
}

/* Values that AiiDA's make_hash() gave in Python. */
static const struct {
    const char *json, *hash;
} make_hash_values[] = {
    {"null",
     "1729486cc7e56a6383542b1ec73125ccb26093651a5da05e04657ac416a74b8f"},
    {"true",
     "31ad5fa163a0c478d966c7f7568f3248f0c58d294372b2e8f7cb0560d8c8b12f"},
    {"false",
     "deef768d52d994f0822c0779befe75f0ed5ac8b534d28f0bb20d46346734fa67"},
    {"0", "52dc42aa1ff06d0f1fe76a8dbfca9ae3591d20e300fcb950da7fdf6e02d5745d"},
    {"1", "d8cffbe8ffe33b22c5801736accf706528a2e4d4e1a0d914a538d5aae244cfda"},
    {"-5", "34db3b4f9828c175c8417d420321d730af7c941051f7867bf8dd7da6bd66c3b8"},
    {"1.0", "1d0f1a46ffdc8a21e16bc10def17557a7b41cde473ee242a69d9e00a0d1b85e1"},
    {"0.1", "aee31ca22fc6252e8111498d2729f61421b1412f05fbb4af0c069149817d4145"},
    {"1e22",
     "2e8a40c190d3db985e2a87334f331f005c3522e875197b18bf03c13b714cdf64"},
    {"\"\"",
     "b35a8c62439a9235279053883104224c41e2edb0db80dfd99514b0731f41b984"},
    {"\"a\"",
     "8f9fa55e59dfd376e71dadda0382374b60ff57f33fc767d4dca722deec434c41"},
    {"\"\\u00e9\"",
     "fd48ef953d0dd521ba162d8da31f88706576830c2b0b71b53a08736adf0dc28f"},
    {"[]", "f2ce9493ade032d30426dde7a1ece1a48adfb0e7babaf3b7cdca7a1402129d1a"},
    {"{}", "828bee2d7c56d2f7fc6a92fa7015e7836ee01117c1e18899a223257c428acbd9"},
    {"[1,\"a\"]",
     "6b124c971425a7f0b90130eb8bf74e98885ab5d21e1f0640704716c0121f403f"},
    {"{\"a\":1,\"b\":[1.5,null,true]}",
     "b74633deda2f5bc3440836aa1b36ff4d613c88b083a066a6e24be85b3d8a4b29"},
    {"{\"b\":[1.5,null,true],\"a\":1}",
     "b74633deda2f5bc3440836aa1b36ff4d613c88b083a066a6e24be85b3d8a4b29"},
    /* An empty repository, as AiiDA hashes it. */
    {"{\"__dirnames__\":[]}",
     "076c4a75b0e7f3de89d0f21d3c4fad9c09fb83054f8e6c467b875095d93fd154"},
};

static void hashes_values_as_make_hash_does(void)
{
    for (size_t i = 0; i < sizeof make_hash_values / sizeof *make_hash_values;
         i++) {
        AUTO_JSON json_object *value = parse(make_hash_values[i].json);
        char hash[NODE_HASH_HEX] = "";
        CU_ASSERT_EQUAL(hash_value(value, hash, NULL), ORMA_OK);
        CU_ASSERT_STRING_EQUAL(hash, make_hash_values[i].hash);
    }
}

/* -0.0 and 0.0 are one value to AiiDA, 1 and 1.0 are two. */
static void tells_types_but_not_signs_of_zero_apart(void)
{
    AUTO_JSON json_object *minus = parse("-0.0");
    AUTO_JSON json_object *zero = parse("0.0");
    AUTO_JSON json_object *integer = parse("0");
    char a[NODE_HASH_HEX], b[NODE_HASH_HEX], c[NODE_HASH_HEX];

    CU_ASSERT_EQUAL(hash_value(minus, a, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(hash_value(zero, b, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(hash_value(integer, c, NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(a, b);
    CU_ASSERT_STRING_NOT_EQUAL(b, c);
}

static void refuses_infinite_numbers(void)
{
    AUTO_JSON json_object *infinite = json_object_new_double(1.0 / 0.0);
    AUTO_ERROR orma_error *err = NULL;
    char hash[NODE_HASH_HEX] = "untouched";

    CU_ASSERT_EQUAL(hash_value(infinite, hash, &err), ORMA_E_INVALID);
    CU_ASSERT_PTR_NOT_NULL(err);
    CU_ASSERT_STRING_EQUAL(hash, "untouched");
}

/* Node values that real make_hash() gave for the object it is fed with. */
#define HELLO_SHA256                                                           \
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static const struct {
    const char *node_type, *python_class, *attributes, *repository, *hash;
} nodes[] = {
    {"data.core.int.Int.", "aiida.orm.nodes.data.int.Int", "{\"value\": 5}",
     NULL, "f2fd5633d8c7794ca2c831f31b96aabaa76fc652b7d2f3015144639193f71f0a"},
    {"data.core.str.Str.", "aiida.orm.nodes.data.str.Str", "{\"value\": \"x\"}",
     "{}", "a19b16339fc1369ef654cbe36be4e810cbbb5dddb388a1fb3a86323be54827b3"},
    {"data.core.dict.Dict.", "aiida.orm.nodes.data.dict.Dict",
     "{\"a\": 1, \"b\": {\"c\": [1.5, true, null, \"s\"]}}", NULL,
     "7cf5d5c5527e405b18328bcfff77556ee4b46df4ea764528afa4dd809a0761d2"},
    {"data.core.singlefile.SinglefileData.",
     "aiida.orm.nodes.data.singlefile.SinglefileData",
     "{\"filename\": \"file.txt\"}",
     "{\"o\": {\"file.txt\": {\"k\": \"" HELLO_SHA256 "\"}}}",
     "a96542dbbb7993b974b6302fedb5ef3c98d116a0553177aeb353170eb93ecbfe"},
};

static void hashes_the_reference_nodes(void)
{
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        AUTO_JSON json_object *attributes = parse(nodes[i].attributes);
        AUTO_JSON json_object *repository =
            nodes[i].repository != NULL ? parse(nodes[i].repository) : NULL;
        char hash[NODE_HASH_HEX] = "";
        CU_ASSERT_EQUAL(hash_node(nodes[i].node_type, nodes[i].python_class,
                                  attributes, repository, NULL, NULL, hash,
                                  NULL),
                        ORMA_OK);
        CU_ASSERT_STRING_EQUAL(hash, nodes[i].hash);
    }
}

/* The hash of the repository alone is one member of what a node hashes:
 * rebuilt here around the reference value for each tree. */
static void check_repository(const char *tree, const char *expected)
{
    AUTO_JSON json_object *repository = parse(tree);
    AUTO_JSON json_object *attributes = parse("{}");
    AUTO_JSON json_object *whole =
        parse("{\"class\": \"<class 'c'>\", \"attributes\": {},"
              " \"computer_uuid\": null}");
    char by_node[NODE_HASH_HEX] = "", by_value[NODE_HASH_HEX] = "";

    CU_ASSERT_TRUE(json_set_text(whole, "repository_hash", expected));
    CU_ASSERT_EQUAL(hash_value(whole, by_value, NULL), ORMA_OK);
    CU_ASSERT_EQUAL(hash_node("data.Data.", "c", attributes, repository, NULL,
                              NULL, by_node, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(by_node, by_value);
}

static void hashes_repositories_as_aiida_does(void)
{
    check_repository(
        "{}",
        "076c4a75b0e7f3de89d0f21d3c4fad9c09fb83054f8e6c467b875095d93fd154");
    check_repository(
        "{\"o\": {\"file.txt\": {\"k\": \"" HELLO_SHA256 "\"}}}",
        "5db52951472978aba7698134abf8bbe3c2438d8f0ed37c2f08bb4134361c6def");
    check_repository(
        "{\"o\": {\"a\": {\"o\": {\"b.txt\": {\"k\": \"" HELLO_SHA256 "\"}}}}}",
        "0fe1743efd2152ac6944d558b0df44a68f6e2e69c19bc4e0b9f4bca35e2c3ff2");
}

static const json_object *find_node(const json_object *all, const char *uuid)
{
    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *entry = json_object_array_get_idx(all, i);
        if (strcmp(json_get_text(entry, "uuid", ""), uuid) == 0)
            return entry;
    }
    return NULL;
}

/* Input nodes are hashed anew, as AiiDA does, not taken from their extras. */
static void hash_of(const json_object *all, const json_object *entry,
                    char *hash)
{
    const json_object *links = json_get(entry, "inputs");
    AUTO_JSON json_object *inputs =
        links != NULL ? json_object_new_object() : NULL;

    if (links != NULL) {
        json_object_object_foreach((json_object *)links, label, uuid)
        {
            char input[NODE_HASH_HEX] = "";
            const json_object *source =
                find_node(all, json_object_get_string(uuid));
            CU_ASSERT_PTR_NOT_NULL_FATAL(source);
            hash_of(all, source, input);
            CU_ASSERT_TRUE(json_set_text(inputs, label, input));
        }
    }
    CU_ASSERT_EQUAL(hash_node(json_get_text(entry, "node_type", ""),
                              json_get_text(entry, "python_class", NULL),
                              json_get(entry, "attributes"),
                              json_get(entry, "repository"),
                              json_get_text(entry, "computer_uuid", NULL),
                              inputs, hash, NULL),
                    ORMA_OK);
}

static void check_real_nodes(const char *prefix, size_t expected)
{
    AUTO_JSON json_object *all = NULL;
    size_t agreeing = 0;

    CU_ASSERT_EQUAL_FATAL(json_parse_file(TEST_DATA "/aiida/node_hashes.json",
                                          MAX_FIXTURE, &all, NULL),
                          ORMA_OK);
    for (size_t i = 0; i < json_object_array_length(all); i++) {
        const json_object *entry = json_object_array_get_idx(all, i);
        const char *type = json_get_text(entry, "node_type", "");
        char hash[NODE_HASH_HEX] = "";
        if (strncmp(type, prefix, strlen(prefix)) != 0)
            continue;
        hash_of(all, entry, hash);
        if (strcmp(hash, json_get_text(entry, "hash", "")) == 0)
            agreeing++;
        else
            printf("# %s %s: %s\n", type, json_get_text(entry, "uuid", ""),
                   hash);
    }
    CU_ASSERT_EQUAL(agreeing, expected);
}

static void agrees_with_every_data_node_of_real_aiida(void)
{
    check_real_nodes("data.", 79);
}

static void agrees_with_every_process_of_real_aiida(void)
{
    check_real_nodes("process.", 14);
}

/* Files made from the inputs, and options about queues, do not count. */
static void calcjob_hash_leaves_files_and_queues_out(void)
{
    AUTO_JSON json_object *plain = parse("{\"withmpi\": false}");
    AUTO_JSON json_object *queued = parse(
        "{\"withmpi\": false, \"queue_name\": \"q\", \"account\": \"a\","
        " \"version\": {\"core\": \"1\"}, \"process_state\": \"finished\","
        " \"metadata_inputs\": {}}");
    AUTO_JSON json_object *files =
        parse("{\"o\": {\"aiida.in\": {\"k\": \"" HELLO_SHA256 "\"}}}");
    AUTO_JSON json_object *inputs = parse("{}");
    char a[NODE_HASH_HEX] = "", b[NODE_HASH_HEX] = "";

    CU_ASSERT_EQUAL(
        hash_node(NODE_TYPE_CALCJOB, NULL, plain, NULL, NULL, inputs, a, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(hash_node(NODE_TYPE_CALCJOB, NULL, queued, files, NULL,
                              inputs, b, NULL),
                    ORMA_OK);
    CU_ASSERT_STRING_EQUAL(a, b);
}

/* ProcessNodeCaching._hash_ignored_inputs of AiiDA. */
static void inputs_named_like_calls_are_left_out(void)
{
    AUTO_JSON json_object *none = parse("{}");
    AUTO_JSON json_object *one = parse("{\"CALL_CALC\": \"x\"}");
    char a[NODE_HASH_HEX] = "", b[NODE_HASH_HEX] = "";

    CU_ASSERT_EQUAL(
        hash_node(NODE_TYPE_CALCJOB, NULL, none, NULL, NULL, none, a, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        hash_node(NODE_TYPE_CALCJOB, NULL, none, NULL, NULL, one, b, NULL),
        ORMA_OK);
    CU_ASSERT_STRING_EQUAL(a, b);
}

static void order_of_root_folders_counts(void)
{
    AUTO_JSON json_object *one = parse("{\"o\": {\"a\": {}, \"b\": {}}}");
    AUTO_JSON json_object *other = parse("{\"o\": {\"b\": {}, \"a\": {}}}");
    AUTO_JSON json_object *attributes = parse("{}");
    char a[NODE_HASH_HEX] = "", b[NODE_HASH_HEX] = "";

    CU_ASSERT_EQUAL(
        hash_node("data.Data.", "c", attributes, one, NULL, NULL, a, NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        hash_node("data.Data.", "c", attributes, other, NULL, NULL, b, NULL),
        ORMA_OK);
    CU_ASSERT_STRING_NOT_EQUAL(a, b);
}

static const unit_test tests[] = {
    {"hashes_values_as_make_hash_does", hashes_values_as_make_hash_does},
    {"tells_types_but_not_signs_of_zero_apart",
     tells_types_but_not_signs_of_zero_apart},
    {"refuses_infinite_numbers", refuses_infinite_numbers},
    {"hashes_the_reference_nodes", hashes_the_reference_nodes},
    {"hashes_repositories_as_aiida_does", hashes_repositories_as_aiida_does},
    {"agrees_with_every_data_node_of_real_aiida",
     agrees_with_every_data_node_of_real_aiida},
    {"agrees_with_every_process_of_real_aiida",
     agrees_with_every_process_of_real_aiida},
    {"calcjob_hash_leaves_files_and_queues_out",
     calcjob_hash_leaves_files_and_queues_out},
    {"inputs_named_like_calls_are_left_out",
     inputs_named_like_calls_are_left_out},
    {"order_of_root_folders_counts", order_of_root_folders_counts},
    {NULL, NULL},
};

const unit_suite node_hash_suite = {"node_hash", NULL, NULL, tests};
