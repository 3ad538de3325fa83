/* Tables that say which keys a mapping of the manifest may have, and the
 * converters from YAML to the normal form's JSON values.
 *
 * A converter that refuses has noted why and returns false; reading goes on
 * with the next key, so that one run reports everything.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_GRAMMAR_H
#define CORE_PLUGIN_GRAMMAR_H

#include <plugin/manifest.h>
#include <plugin/tree.h>

typedef struct grammar {
    arena *memory;
    const char *file;
    manifest_notes *notes;
    size_t error_count;
    bool no_memory;
    /* Processes that the entry being read exposes. */
    const char *exposes[64];
    size_t expose_count;
} grammar;

typedef struct key_rule key_rule;
typedef bool converter(grammar *g, const tree *value, const key_rule *rule,
                       json_object **out);

struct key_rule {
    const char *key;      /* NULL ends a table */
    converter *convert;
    const void *detail;   /* what the converter needs: words, a table, … */
    bool is_required;
};

/* Notes an error at a place and returns false. */
bool grammar_refuse(grammar *g, size_t line, size_t column, const char *fmt,
                    ...) ORMA_PRINTF(4, 5);

/* The same at a node's first character. */
#define REFUSE(g, node, ...)                                                   \
    grammar_refuse((g), (node)->line, (node)->column, __VA_ARGS__)

void grammar_warn(grammar *g, const tree *member, const char *fmt, ...)
    ORMA_PRINTF(3, 4);

/* Remembers that memory ran out and returns false. */
bool grammar_no_memory(grammar *g);

/* Puts `value` into `object` under `key`; false without memory. */
bool grammar_set(grammar *g, json_object *object, const char *key,
                 json_object *value);

/* Converts a mapping's members by a table into `into`. what: "port", "exit
 * code", for messages. Keys that begin with "x-" are kept as they are. */
bool grammar_mapping(grammar *g, const tree *map, const key_rule *rules,
                     const char *what, json_object *into);

/* " (did you mean \"x\"?)" in g->memory, or "". */
const char *grammar_suggestion(grammar *g, const char *word,
                               const char *const *candidates, size_t n);

/* Does the node have this type? Notes "<what> must be text" when not. */
bool grammar_is(grammar *g, const tree *node, enum tree_type type,
                const char *what);

/* Converters. detail, where it is used: */
converter convert_text;
converter convert_line;     /* one line without control characters */
converter convert_name;     /* an entry point's name */
converter convert_word;     /* [A-Za-z_][A-Za-z0-9_]*, a label in the code */
converter convert_flag;
converter convert_integer;  /* at least 0 */
converter convert_number;
converter convert_literal;  /* any value, by YAML 1.2's core schema */
converter convert_texts;    /* a list of text, or one text */
converter convert_words;    /* the same of words */
converter convert_choice;   /* detail: const char *const[], NULL-ended */
converter convert_choices;  /* a list of such */
converter convert_map;      /* detail: const key_rule[] */

/* A name as entry points have it: letters, digits, '_', '-', '.'. */
bool name_is_entry_point(const char *name);

/* ---- ports (ports.c) --------------------------------------------- */

converter convert_ports;       /* inputs and outputs: node ports, expose */
converter convert_options;     /* metadata.options: defaults and additions */
converter convert_plain_ports; /* auth and config */
converter convert_attributes;  /* plain ports whose names are free */

/* ---- entries (entries.c) ----------------------------------------- */

/* Converts one entry into its normal form; NULL when it was refused. The
 * caller puts it. */
json_object *entry_convert(grammar *g, enum plugin_kind kind,
                           const tree *entry);

#endif
