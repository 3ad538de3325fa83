/* Symmetry operations of the XML file.
 *
 * SPDX-License-Identifier: MIT */
#include "xml_operation.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SECTION "symmetries/symmetry"

void xml_operation_init(xml_operation *o)
{
    *o = (xml_operation){.crystal = json_object_new_array(),
                         .lattice = json_object_new_array()};
    o->has_failed = o->crystal == NULL || o->lattice == NULL;
}

void xml_operation_finish(xml_operation *o)
{
    json_object_put(o->crystal);
    json_object_put(o->lattice);
    dict_finish(&o->current);
    *o = (xml_operation){0};
}

static bool is_true(const char *text)
{
    return text != NULL && (strcmp(text, "true") == 0 || text[0] == '1');
}

void xml_operation_open(xml_operation *o, const char *path,
                        xmlTextReaderPtr element)
{
    if (strcmp(path, SECTION) == 0) {
        dict_finish(&o->current);
        dict_init(&o->current);
        o->is_lattice = false;
    } else if (strcmp(path, SECTION "/info") == 0 &&
               o->current.object != NULL) {
        char *name = xml_attribute(element, "name");
        char *reversal = xml_attribute(element, "time_reversal");
        dict_set_text(&o->current, "name", name != NULL ? name : "");
        dict_set_text(&o->current, "t_rev", is_true(reversal) ? "1" : "0");
        xmlFree(name);
        xmlFree(reversal);
    }
}

static void take_rotation(xml_operation *o, const double *values)
{
    json_object *rows = json_object_new_array();

    for (size_t i = 0; rows != NULL && i < 3; i++)
        if (json_object_array_add(rows, json_reals(values + 3 * i, 3)) != 0) {
            json_object_put(rows);
            rows = NULL;
        }
    dict_set(&o->current, "rotation", rows);
}

static void take_atoms(xml_operation *o, const char *text)
{
    json_object *list = json_object_new_array();
    int64_t index;

    while (list != NULL && read_int(&text, &index))
        if (json_object_array_add(list, json_object_new_int64(index)) != 0)
            break;
    dict_set(&o->current, "equivalent_atoms", list);
}

static bool take_type(xml_operation *o, const char *text)
{
    text += strspn(text, " \t\r\n");
    o->is_lattice = strncmp(text, "lattice_symmetry", 16) == 0;
    return o->is_lattice || strncmp(text, "crystal_symmetry", 16) == 0;
}

static void finish_operation(xml_operation *o)
{
    json_object *name = json_object_object_get(o->current.object, "name");

    if (!o->is_lattice && name != NULL &&
        strcasecmp(json_object_get_string(name), "inversion") == 0)
        o->has_inversion = true;
    o->has_failed = o->has_failed || o->current.has_failed;
    if (json_object_array_add(o->is_lattice ? o->lattice : o->crystal,
                              o->current.object) != 0)
        o->has_failed = true;
    else
        o->current = (dict){0};
}

bool xml_operation_close(xml_operation *o, const char *path, const char *text)
{
    const size_t len = sizeof SECTION - 1;
    double values[9];

    if (o->current.object == NULL || strncmp(path, SECTION, len) != 0)
        return true;
    const char *rest = path + len;
    if (rest[0] == '\0') {
        finish_operation(o);
    } else if (strcmp(rest, "/info") == 0) {
        return take_type(o, text);
    } else if (strcmp(rest, "/rotation") == 0) {
        if (!read_reals(text, values, 9))
            return false;
        take_rotation(o, values);
    } else if (strcmp(rest, "/fractional_translation") == 0) {
        if (!read_reals(text, values, 3))
            return false;
        dict_set(&o->current, "fractional_translation", json_reals(values, 3));
    } else if (strcmp(rest, "/equivalent_atoms") == 0) {
        take_atoms(o, text);
    }
    return true;
}
