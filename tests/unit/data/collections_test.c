/* Tests of core.list, core.dict, core.enum, core.jsonable. Attributes are
 * those of nodes that AiiDA stored.
 *
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "unit/data/suites.h"
#include "unit/data/types.h"

static void list_keeps_every_value(void)
{
    node *n =
        types_literal("core.list", "[1, 2.5, 'x', null, [true, {'a': 1}]]");
    types_has_attributes(n, "{'list': [1, 2.5, 'x', null, [true, {'a': 1}]]}");
    types_has_value(n, "[1, 2.5, 'x', null, [true, {'a': 1}]]");
    types_has_summary(n, "5 items");
    node_free(n);
}

static void dict_is_its_attributes(void)
{
    static const char dict[] =
        "{'a': 1, 'b': 2.0, 'c': {'d': [1, 2, null]}, 'f': true, 'g': null, "
        "'h': 10000000000000000000000}";
    node *n = types_literal("core.dict", dict);
    types_has_attributes(n, dict);
    types_has_value(n, dict);
    types_has_summary(n, "6 keys");
    node_free(n);
    n = types_literal("core.dict", "{}");
    types_has_summary(n, "0 keys");
    node_free(n);
}

static void exports_read_back(void)
{
    node *n = types_literal("core.dict", "{'b': 2.0, 'a': [1]}");
    char *json = types_export(n, "json");
    node *back = json != NULL ? types_literal("core.dict", json) : NULL;
    types_has_attributes(back, "{'b': 2.0, 'a': [1]}");
    free(json);
    node_free(back);
    node_free(n);
}

static void other_types_are_refused(void)
{
    types_literal_refused("core.list", "{}", "must be a list");
    types_literal_refused("core.dict", "[]", "must be a mapping");
    types_literal_refused("core.dict", "{'a.b': 1}", "a.b");
    types_invalid("core.list", "{'list': 1}", "no list");
    types_invalid("core.list", "{}", "no list");
}

static void enum_has_name_value_and_identifier(void)
{
    static const char member[] = "{'name': 'CREATE', 'value': 'create', "
                                 "'identifier': 'aiida.common.links:LinkType'}";
    node *n = types_literal("core.enum", member);
    types_has_attributes(n, member);
    types_has_value(n, "'create'");
    types_has_summary(n, "LinkType.CREATE");
    node_free(n);
    types_literal_refused("core.enum", "{'name': 'A', 'value': 1}",
                          "identifier");
    types_literal_refused(
        "core.enum", "{'name': 'A', 'value': 1, 'identifier': 'm:C', 'x': 1}",
        "no key \"x\"");
}

static void jsonable_names_its_class(void)
{
    static const char point[] =
        "{'@module': 'jsonable_mod', '@class': 'Point', 'x': 1, 'y': 2.5}";
    node *n = types_literal("core.jsonable", point);
    types_has_attributes(n, point);
    types_has_summary(n, "jsonable_mod.Point");
    node_free(n);
    types_literal_refused("core.jsonable", "{'x': 1}", "@class");
}

static const unit_test tests[] = {
    {"list_keeps_every_value", list_keeps_every_value},
    {"dict_is_its_attributes", dict_is_its_attributes},
    {"exports_read_back", exports_read_back},
    {"other_types_are_refused", other_types_are_refused},
    {"enum_has_name_value_and_identifier", enum_has_name_value_and_identifier},
    {"jsonable_names_its_class", jsonable_names_its_class},
    {NULL, NULL},
};

const unit_suite collections_suite = {"collections", NULL, NULL, tests};
