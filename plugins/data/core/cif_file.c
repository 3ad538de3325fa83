/* core.cif: a CIF file, with the formulae and space groups that it states.
 *
 * What AiiDA reads through PyCifRW is read here in the same way: the values of
 * single tags, one for each data block, as they are written.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "cif.h"
#include "digest.h"
#include "files.h"
#include "text.h"

#define MAX_FILE_BYTES (256u * 1024 * 1024)

static const char *const scan_types[] = {"standard", "flex", NULL};
static const char *const parse_policies[] = {"eager", "lazy", NULL};

/* Attributes that choose between words, the first of which is the default. */
static const struct choice {
    const char *key;
    const char *const *words;
} choices[] = {
    {"scan_type", scan_types},
    {"parse_policy", parse_policies},
};
#define N_CHOICES (sizeof choices / sizeof *choices)

/* Data blocks without such a tag have no formula or number. */
static const char formula_tag[] = "_chemical_formula_sum";
static const char *const number_tags[] = {"_space_group.it_number",
                                          "_space_group_it_number",
                                          "_symmetry_int_tables_number", NULL};

/* Unlike cif_find(), '.' and '_' are two: PyCifRW looks for the very tag. */
static const cif_item *find_tag(const cif_block *block, const char *tag)
{
    for (size_t i = 0; i < block->item_count; i++)
        if (word_is(block->items[i].tag, tag))
            return &block->items[i];
    return NULL;
}

static void write_value(const cif_value *value, text *out)
{
    text_string(out, value->text.ptr, value->text.len);
}

/* A string, for a loop a list of them, else null. */
static void write_formula(const cif_block *block, text *out)
{
    const cif_item *item = find_tag(block, formula_tag);

    if (item == NULL) {
        text_add(out, "null");
    } else if (!item->is_looped) {
        write_value(cif_at(block, item, 0), out);
    } else {
        text_add(out, "[");
        for (size_t i = 0; i < item->count; i++) {
            text_add(out, i > 0 ? ", " : "");
            write_value(cif_at(block, item, i), out);
        }
        text_add(out, "]");
    }
}

/* The number of the first tag that there is; null when it is none. */
static void write_number(const cif_block *block, text *out)
{
    const cif_item *item = NULL;
    long number;

    for (size_t i = 0; item == NULL && number_tags[i] != NULL; i++)
        item = find_tag(block, number_tags[i]);
    if (item != NULL && !item->is_looped &&
        word_integer(json_trim(cif_at(block, item, 0)->text), &number))
        text_format(out, "%ld", number);
    else
        text_add(out, "null");
}

/* Both lists, with one item for each data block. */
static orma_status read_blocks(const char *name, orma_str content,
                               text *formulae, text *numbers, orma_error **err)
{
    cif_reader reader;
    bool found = true;
    orma_status st = cif_open(name, content, &reader, err);

    while (st == ORMA_OK && found) {
        cif_block block;
        st = cif_next(&reader, &block, &found, err);
        if (st == ORMA_OK && found) {
            text_add(formulae, formulae->len > 0 ? ", " : "");
            text_add(numbers, numbers->len > 0 ? ", " : "");
            write_formula(&block, formulae);
            write_number(&block, numbers);
        }
        cif_finish(&block);
    }
    if (st == ORMA_OK)
        st = text_status(formulae, err);
    return st == ORMA_OK ? text_status(numbers, err) : st;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

/* The literal's word or the default. */
static orma_status chosen(const json_object *literal, const struct choice *c,
                          const char **word, orma_error **err)
{
    const json_object *given = json_get(literal, c->key);

    *word = given != NULL ? json_text(given) : c->words[0];
    if (*word == NULL || !is_one_of(*word, c->words))
        return refuse(err, "%s is \"%s\" or \"%s\"", c->key, c->words[0],
                      c->words[1]);
    return ORMA_OK;
}

/* literal: NULL, or with scan_type and parse_policy. */
static orma_status write_attributes(const json_object *literal,
                                    const char *name, orma_str content,
                                    text *out, orma_error **err)
{
    const char *words[N_CHOICES];
    char md5[MD5_HEX];
    text formulae = {0}, numbers = {0};
    orma_status st = digest_md5(content, md5, err);

    for (size_t i = 0; i < N_CHOICES && st == ORMA_OK; i++)
        st = chosen(literal, &choices[i], &words[i], err);
    if (st != ORMA_OK)
        return st;
    text_add(out, "{\"filename\": ");
    text_string(out, name, strlen(name));
    text_format(out, ", \"md5\": \"%s\", ", md5);
    if (strcmp(words[1], "lazy") == 0) {
        text_add(out, "\"formulae\": null, \"spacegroup_numbers\": null");
    } else {
        st = read_blocks(name, content, &formulae, &numbers, err);
        text_format(out, "\"formulae\": [%s], \"spacegroup_numbers\": [%s]",
                    text_str(&formulae).ptr, text_str(&numbers).ptr);
    }
    text_format(out, ", \"scan_type\": \"%s\", \"parse_policy\": \"%s\"}",
                words[0], words[1]);
    text_finish(&formulae);
    text_finish(&numbers);
    return st;
}

/* The bytes that were read become the file, not what a path may lead to. */
static orma_status fill(const json_object *literal, const char *name,
                        orma_str content, const orma_node_ops *ops,
                        orma_node *node, orma_error **err)
{
    text attributes = {0};
    orma_status st = write_attributes(literal, name, content, &attributes, err);

    if (st == ORMA_OK)
        st = text_set_attributes(&attributes, ops, node, err);
    if (st == ORMA_OK)
        st = ops->write(node, name, content, err);
    text_finish(&attributes);
    return st;
}

static orma_status import_file(const orma_data *self, const orma_node_ops *ops,
                               orma_node *node, const char *format,
                               const char *path, orma_error **err)
{
    (void)self;
    orma_str content;
    orma_status st = single_need_format(format, "cif", err);

    if (st == ORMA_OK)
        st = ops->load(node, path, MAX_FILE_BYTES, &content, err);
    return st == ORMA_OK
               ? fill(NULL, single_base_name(path), content, ops, node, err)
               : st;
}

static orma_status from_literal(const orma_data *self, const orma_node_ops *ops,
                                orma_node *node, orma_str json,
                                orma_error **err)
{
    (void)self;
    static const char *const known[] = {"filename", "content", "scan_type",
                                        "parse_policy", NULL};
    json_object *literal = NULL;
    const char *name = NULL;
    orma_str content;
    orma_status st = json_read(json, &literal, err);

    if (st == ORMA_OK)
        st = single_literal(literal, known, &name, &content, err);
    if (st == ORMA_OK)
        st = fill(literal, name, content, ops, node, err);
    json_object_put(literal);
    return st;
}

/* null, or a list: of formulae and null, of numbers and null. */
static orma_status check_list(const json_object *attributes, const char *key,
                              bool is_number, orma_error **err)
{
    const json_object *list = json_get(attributes, key);

    if (list == NULL)
        return ORMA_OK;
    if (!json_object_is_type(list, json_type_array))
        return refuse(err, "attribute \"%s\" is %s, not a list", key,
                      json_type_word(list));
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const json_object *item = json_object_array_get_idx(list, i);
        const bool fits =
            json_object_is_type(item, json_type_null) ||
            json_object_is_type(item, json_type_string) ||
            json_object_is_type(item,
                                is_number ? json_type_int : json_type_array);
        if (!fits)
            return refuse(err, "attribute \"%s\" holds %s", key,
                          json_type_word(item));
    }
    return ORMA_OK;
}

static orma_status check_md5(const orma_node_ops *ops, const orma_node *node,
                             const json_object *attributes, const char *name,
                             orma_error **err)
{
    const char *md5 = json_text(json_get(attributes, "md5"));
    char found[MD5_HEX];
    orma_str content;
    orma_status st = ops->read(node, name, &content, err);

    if (st == ORMA_OK)
        st = digest_md5(content, found, err);
    if (st == ORMA_OK && (md5 == NULL || strcmp(md5, found) != 0))
        st = refuse(err, "attribute \"md5\" is not the file's, %s", found);
    return st;
}

static orma_status check(const orma_node_ops *ops, const orma_node *node,
                         const json_object *attributes, orma_error **err)
{
    const char *name = NULL, *word;
    orma_status st = single_check(ops, node, attributes, &name, err);

    if (st == ORMA_OK)
        st = check_md5(ops, node, attributes, name, err);
    if (st == ORMA_OK)
        st = check_list(attributes, "formulae", false, err);
    if (st == ORMA_OK)
        st = check_list(attributes, "spacegroup_numbers", true, err);
    for (size_t i = 0; i < N_CHOICES && st == ORMA_OK; i++)
        st = chosen(attributes, &choices[i], &word, err);
    return st;
}

static orma_status validate(const orma_data *self, const orma_node_ops *ops,
                            const orma_node *node, orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK)
        st = check(ops, node, attributes, err);
    json_object_put(attributes);
    return st;
}

static orma_status export_file(const orma_data *self, const orma_node_ops *ops,
                               const orma_node *node, const char *format,
                               orma_writer *out, orma_error **err)
{
    (void)self;
    const orma_status st = single_need_format(format, "cif", err);
    return st == ORMA_OK ? single_export(ops, node, out, err) : st;
}

/* "O2 Ti (136), rutile.cif" */
static void write_summary(const json_object *attributes, text *line)
{
    const json_object *formulae = json_get(attributes, "formulae");
    const json_object *numbers = json_get(attributes, "spacegroup_numbers");
    const char *name = json_text(json_get(attributes, "filename"));
    const size_t n = json_object_is_type(formulae, json_type_array)
                         ? json_object_array_length(formulae)
                         : 0;

    for (size_t i = 0; i < n && i < 8; i++) {
        const char *formula = json_text(json_object_array_get_idx(formulae, i));
        const json_object *number =
            json_object_is_type(numbers, json_type_array)
                ? json_object_array_get_idx(numbers, i)
                : NULL;
        if (formula == NULL)
            continue;
        const orma_str shown = json_trim((orma_str){formula, strlen(formula)});
        text_add(line, line->len > 0 ? ", " : "");
        text_bytes(line, shown.ptr, shown.len);
        if (json_object_is_type(number, json_type_int))
            text_format(line, " (%lld)",
                        (long long)json_object_get_int64(number));
    }
    text_format(line, "%s%s", line->len > 0 ? ", " : "",
                name != NULL ? name : "");
}

static orma_status summary(const orma_data *self, const orma_node_ops *ops,
                           const orma_node *node, orma_writer *out,
                           orma_error **err)
{
    (void)self;
    json_object *attributes = NULL;
    text line = {0};
    orma_status st = json_attributes(ops, node, &attributes, err);

    if (st == ORMA_OK) {
        write_summary(attributes, &line);
        st = text_write(&line, out, err);
    }
    text_finish(&line);
    json_object_put(attributes);
    return st;
}

const orma_data cif_data = {
    .size = sizeof(orma_data),
    .validate = validate,
    .from_literal = from_literal,
    .import_file = import_file,
    .export_file = export_file,
    .summary = summary,
};
