/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#include "unit/plugin/fixture.h"
#include "unit/runner.h"

#define HEAD                                                                   \
    "manifest: 1\npackage: acme\nversion: 1.0\nabi: \"0.1\"\n"                 \
    "modules: [acme]\n" /* five lines */

static arena memory;

static int forget(void)
{
    arena_free(&memory);
    return 0;
}

static manifest read_text(const char *text, manifest_notes *notes)
{
    manifest m = {0};

    if (manifest_parse(&memory, "f", (orma_str){text, strlen(text)}, notes, &m,
                       NULL) != ORMA_OK)
        CU_FAIL_FATAL("manifest_parse");
    return m;
}

/* ---- what is refused, and where ---------------------------------- */

typedef struct refused {
    const char *text;
    const char *problem;
} refused;

static void check_refused(const refused *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        same_text(read_text(rows[i].text, NULL).problem, rows[i].problem);
}

static void refuses_yaml_that_a_manifest_may_not_have(void)
{
    static const refused rows[] = {
        {"", "f:1:1: the file is empty"},
        {"manifest: 1\npackage: a\npackage: b\n",
         "f:3:1: key \"package\" was already given in line 2"},
        {"manifest: &x 1\n",
         "f:1:11: anchors (&) are not allowed in a manifest"},
        {"a: *x\n", "f:1:4: references (*) are not allowed in a manifest"},
        {"a: !!int 1\n", "f:1:4: tags (!) are not allowed in a manifest"},
        {"a: {<<: 1}\n",
         "f:1:5: merge keys (<<) are not allowed in a manifest"},
        {"manifest: 1\n---\nmanifest: 1\n",
         "f:2:1: a manifest is one document"},
        {"? [a]\n: 1\n", "f:1:3: a key must be text"},
        {"a: \"x\\0y\"\n", "f:1:4: text holds a NUL character"},
        {"a: [1\nb: 2\n", "f:2:2: did not find expected ',' or ']'"},
        {"a: \xff\n", "f:1:4: invalid leading UTF-8 octet"},
    };
    check_refused(rows, sizeof rows / sizeof *rows);
}

static void refuses_deep_nesting(void)
{
    AUTO_BUF buf text = {0};

    for (int i = 0; i < 200; i++)
        buf_char(&text, '[');
    has_text(read_text(buf_c_str(&text), NULL).problem,
             "nested deeper than 64 levels");
}

static void refuses_a_wrong_top_level(void)
{
    static const refused rows[] = {
        {"[1]", "f:1:1: a manifest must be a mapping, not a list"},
        {"package: a\n", "f:1:1: a manifest begins with \"manifest: 1\""},
        {"manifest: 2\n",
         "f:1:11: manifest format \"2\" is not known to this orma, which reads "
         "1"},
        {"manifest: 1\nversion: 1\nabi: \"0.1\"\nmodules: [a]\n"
         "entry_points: {}\n",
         "f:1:1: the manifest has no \"package\""},
        {"manifest: 1\npackage: Acme\nversion: 1\nabi: \"0.1\"\nmodules: [a]\n"
         "entry_points: {}\n",
         "f:2:10: package \"Acme\" must be lower-case letters, digits, '_' and "
         "'-'"},
        {"manifest: 1\npackage: acme\nversion: 1\nabi: one\nmodules: [a]\n"
         "entry_points: {}\n",
         "f:4:6: abi \"one\" is not MAJOR.MINOR, such as \"0.1\""},
        {"manifest: 1\npackage: acme\nversion: 1\nabi: \"0.1\"\n"
         "modules: [../a]\nentry_points: {}\n",
         "f:5:11: module \"../a\" must be a base name of letters, digits, '_' "
         "and '-', without suffix"},
        {HEAD "entry_points:\n  parser: {}\n",
         "f:7:3: \"parser\" is not a kind of entry point; did you mean "
         "\"parsers\"?"},
        {HEAD "entry_points: []\n",
         "f:6:15: entry_points must be a mapping, not a list"},
    };
    check_refused(rows, sizeof rows / sizeof *rows);
}

static void refuses_names_of_others(void)
{
    static const refused rows[] = {
        {HEAD "entry_points:\n  parsers:\n    other.p: {}\n",
         "f:8:5: name \"other.p\" does not begin with \"acme.\" and is not in "
         "claims"},
        {HEAD "claims: [\"*\"]\nentry_points:\n  parsers:\n    core.p: {}\n",
         "f:9:5: name \"core.p\" does not begin with \"acme.\" and is not in "
         "claims"},
        {HEAD "entry_points:\n  parsers:\n    acme/p: {}\n",
         "f:8:5: \"acme/p\" is not the name of an entry point: letters, "
         "digits, "
         "'_', '-' and '.'"},
        {HEAD "entry_points:\n  parsers:\n    acme.p: {}\n"
              "aliases:\n  parsers: {acme.q: acme.r}\n",
         "f:10:21: alias \"acme.q\" stands for \"acme.r\", which is not in "
         "this "
         "manifest"},
        {"manifest: 1\npackage: acme\nversion: 1\nabi: \"0.1\"\n"
         "modules: [a, b]\nentry_points:\n  parsers:\n    acme.p: {}\n",
         "f:8:5: \"acme.p\" must say which of the modules it is in"},
        {HEAD "entry_points:\n  parsers:\n    acme.p: {module: b}\n",
         "f:8:22: module \"b\" is not in modules"},
    };
    check_refused(rows, sizeof rows / sizeof *rows);
}

#define CALC HEAD "entry_points:\n  calculations:\n    acme.c:\n" /* 8 lines   \
                                                                   */

static void refuses_wrong_entries(void)
{
    static const refused rows[] = {
        {CALC "      sumary: x\n",
         "f:9:7: unknown key \"sumary\" in calculation; did you mean "
         "\"summary\"?"},
        {CALC "      interface: orma.parser/1\n",
         "f:9:18: interface \"orma.parser/1\" is not one of calculations; "
         "write "
         "\"orma.calculation/1\""},
        {CALC "      exit_codes:\n        NO: {status: \"three hundred\", "
              "message: m}\n",
         "f:10:22: status \"three hundred\" is not an integer"},
        {CALC "      exit_codes:\n        NO: {message: m}\n",
         "f:10:13: exit code has no \"status\""},
        {CALC "      summary: \"two\\nlines\"\n",
         "f:9:16: summary must be one line"},
        {CALC "      default_parser: [a]\n",
         "f:9:23: default_parser must be one value, not a list"},
        {HEAD "entry_points:\n  data:\n    acme.d:\n",
         "f:8:12: data has no \"node_type\""},
        {HEAD
         "entry_points:\n  data:\n    acme.d: {node_type: data.acme.d.D}\n",
         "f:8:25: node_type \"data.acme.d.D\" must begin with \"data.\" and "
         "end "
         "with a full stop"},
        {HEAD "entry_points:\n  schedulers:\n    acme.s: {resource: nodes}\n",
         "f:8:24: resource \"nodes\" is not known"},
    };
    check_refused(rows, sizeof rows / sizeof *rows);
}

static void refuses_wrong_ports(void)
{
    static const refused rows[] = {
        {CALC "      inputs:\n        x: {typ: core.int}\n",
         "f:10:13: unknown key \"typ\" in a port; did you mean \"type\"?"},
        {CALC "      inputs:\n        x: int\n",
         "f:10:12: type \"int\" is a plain type, for metadata only; a node has "
         "a "
         "data entry point, such as \"core.int\""},
        {CALC "      inputs:\n        _x: core.int\n",
         "f:10:9: \"_x\" cannot be a port's name: letters, digits and single "
         "underscores inside, no Python keyword"},
        {CALC "      inputs:\n        x: [core.int]\n",
         "f:10:12: a port is a type or a mapping; write {type: [...]} for one "
         "of "
         "several types"},
        {CALC "      inputs:\n        x: {type: core.int, required: yes}\n",
         "f:10:39: required \"yes\" is neither true nor false"},
        {CALC "      inputs:\n        x: {type: optional core.int, required: "
              "true}\n",
         "f:10:12: the port is both optional and required"},
        {CALC "      inputs:\n        x: {type: core.str, pattern: \"(\"}\n",
         "f:10:38: pattern \"(\" is no POSIX extended regular expression: "
         "Unmatched ( or \\("},
        {CALC "      inputs:\n        n: {ports: {}, type: core.int}\n",
         "f:10:24: unknown key \"type\" in a namespace"},
        {CALC "      options:\n        x: {type: core.int}\n",
         "f:10:19: type \"core.int\" is none of str int float bool list dict "
         "computer"},
        {CALC "      options:\n        x: optional bool\n",
         "f:10:12: an option's bare value is its default; write {type: "
         "optional "
         "bool}"},
        {CALC "      inputs:\n        expose:\n          - {process: a.b, "
              "include: [x], exclude: [y]}\n",
         "f:11:13: include and exclude cannot be given together"},
        {CALC "      options: {x: .nan}\n",
         "f:9:20: \".nan\" cannot be stored"},
    };
    check_refused(rows, sizeof rows / sizeof *rows);
}

#define FLOW HEAD "entry_points:\n  workflows:\n    acme.w:\n      outline:\n"

static void refuses_wrong_outlines(void)
{
    static const refused rows[] = {
        {FLOW "        - else: [a]\n",
         "f:10:11: \"else\" does not follow an if"},
        {FLOW "        - until x: [a]\n",
         "f:10:11: \"until x\" is none of while, if, elif, else, return"},
        {FLOW "        - while x: []\n",
         "f:10:20: a block of the outline has no steps"},
        {FLOW "        - a b\n", "f:10:11: step \"a b\" is not a label of "
                                 "letters, digits and underscores"},
    };
    check_refused(rows, sizeof rows / sizeof *rows);
}

static void reports_all_errors_of_one_reading(void)
{
    manifest_notes notes;

    read_text(CALC "      sumary: x\n      inputs:\n        a: int\n"
                   "        b: {typ: core.int}\n",
              &notes);
    CU_ASSERT_EQUAL(notes.count, 3);
    has_text(notes.items[2].text, "f:12:13: ");
}

static void warns_of_unknown_keys_at_the_top_only(void)
{
    const manifest m = read_text(
        HEAD "licence: MIT\nx-mine: {any: [1]}\nentry_points: {}\n", NULL);

    CU_ASSERT_PTR_NULL(m.problem);
    same_text(m.warning,
              "f:6:1: unknown key \"licence\"; did you mean \"license\"?");
}

/* ---- what is read ------------------------------------------------ */

/* The normal form, as doc/manifest.md states it. */
static void check_spec_of(const char *text, const char *expected)
{
    const manifest m = read_text(text, NULL);
    AUTO_JSON json_object *got = NULL, *wanted = NULL;

    same_text(m.problem, NULL);
    if (m.problem != NULL)
        return;
    CU_ASSERT_EQUAL(m.entry_count, 1);
    CU_ASSERT_EQUAL(
        json_parse((orma_str){m.entries[0].spec, m.entries[0].spec_len}, &got,
                   NULL),
        ORMA_OK);
    CU_ASSERT_EQUAL(
        json_parse((orma_str){expected, strlen(expected)}, &wanted, NULL),
        ORMA_OK);
    if (!json_equal(got, wanted))
        same_text(m.entries[0].spec, expected);
}

#define ABOUT(kind, name, interface)                                           \
    "\"kind\":\"" kind "\",\"name\":\"" name "\",\"module\":\"acme\","         \
    "\"interface\":\"" interface "\",\"package\":\"acme\",\"version\":\"1.0\""

static void keeps_scalars_as_each_key_wants_them(void)
{
    const manifest m = read_text("manifest: 1\npackage: acme\nversion: 1.10\n"
                                 "abi: \"0.1\"\nmodules: [no]\nsummary: no\n"
                                 "entry_points: {}\n",
                                 NULL);

    same_text(m.problem, NULL);
    same_text(m.version, "1.10");
    same_text(m.modules[0], "no");
    same_text(m.summary, "no");
}

static void normalises_shorthand_ports(void)
{
    check_spec_of(
        CALC "      inputs:\n"
             "        structure: core.structure\n"
             "        settings: optional core.dict\n"
             "        anything:\n"
             "        number: {type: [core.int, core.float], default: 1.0}\n"
             "        late: {type: core.int, default_from: make}\n"
             "        loose: {type: core.int, required: false, unit: eV}\n",
        "{" ABOUT("calculations", "acme.c",
                  "orma.calculation/1") ",\"inputs\":{"
                                        "\"structure\":{\"types\":[\"core."
                                        "structure\"],\"required\":true},"
                                        "\"settings\":{\"types\":[\"core."
                                        "dict\"],\"required\":false},"
                                        "\"anything\":{\"required\":true},"
                                        "\"number\":{\"types\":[\"core.int\","
                                        "\"core.float\"],\"default\":1.0,"
                                        "\"required\":false},"
                                        "\"late\":{\"types\":[\"core.int\"],"
                                        "\"default_from\":\"make\","
                                        "\"required\":false},"
                                        "\"loose\":{\"types\":[\"core.int\"],"
                                        "\"unit\":\"eV\","
                                        "\"required\":false}}}");
}

static void normalises_namespaces(void)
{
    check_spec_of(
        CALC "      inputs:\n"
             "        pseudos: {dynamic: [pseudo.upf, core.upf], help: One}\n"
             "        files: {dynamic: true, nested: true, required: false}\n"
             "        inner:\n"
             "          metadata: true\n"
             "          ports: {a: str, b: {type: optional int, minimum: 0}}\n",
        "{" ABOUT(
            "calculations", "acme.c",
            "orma.calculation/1") ",\"inputs\":{"
                                  "\"pseudos\":{\"namespace\":true,"
                                  "\"required\":true,\"help\":\"One\","
                                  "\"dynamic\":[\"pseudo.upf\",\"core.upf\"]},"
                                  "\"files\":{\"namespace\":true,\"required\":"
                                  "false,\"nested\":true,"
                                  "\"dynamic\":[]},"
                                  "\"inner\":{\"namespace\":true,\"required\":"
                                  "true,\"metadata\":true,"
                                  "\"ports\":{"
                                  "\"a\":{\"types\":[\"str\"],\"required\":"
                                  "true,\"metadata\":true},"
                                  "\"b\":{\"types\":[\"int\"],\"minimum\":0,"
                                  "\"required\":false,"
                                  "\"metadata\":true}}}}}");
}

static void normalises_options(void)
{
    check_spec_of(
        CALC "      options:\n"
             "        input_filename: aiida.in\n"
             "        withmpi: true\n"
             "        resources: {num_machines: 1}\n"
             "        extra: {type: optional bool, help: h}\n",
        "{" ABOUT("calculations", "acme.c",
                  "orma.calculation/1") ",\"options\":{"
                                        "\"input_filename\":{\"default\":"
                                        "\"aiida.in\",\"required\":false},"
                                        "\"withmpi\":{\"default\":true,"
                                        "\"required\":false},"
                                        "\"resources\":{\"default\":{\"num_"
                                        "machines\":1},\"required\":false},"
                                        "\"extra\":{\"types\":[\"bool\"],"
                                        "\"required\":false,\"help\":\"h\"}}}");
}

static void applies_invalidates_below(void)
{
    check_spec_of(
        CALC "      exit_codes:\n"
             "        A: {status: 302, message: a}\n"
             "        B: {status: 310, message: b, invalidates_cache: false}\n"
             "        C: {status: 400, message: c}\n"
             "      cache: {version: 2, invalidates_below: 400}\n",
        "{" ABOUT("calculations", "acme.c",
                  "orma.calculation/1") ",\"exit_codes\":{"
                                        "\"A\":{\"status\":302,\"message\":"
                                        "\"a\",\"invalidates_cache\":true},"
                                        "\"B\":{\"status\":310,\"message\":"
                                        "\"b\",\"invalidates_cache\":false},"
                                        "\"C\":{\"status\":400,\"message\":"
                                        "\"c\"}},\"cache\":{\"version\":2}}");
}

static void parsers_have_a_version_of_their_cache(void)
{
    check_spec_of(HEAD "entry_points:\n  parsers:\n"
                       "    acme.p: {cache: {version: 2}}\n",
                  "{" ABOUT("parsers", "acme.p",
                            "orma.parser/1") ",\"cache\":{\"version\":2}}");
}

static void lifts_exposed_processes(void)
{
    static const char text[] =
        HEAD "entry_points:\n  workflows:\n    acme.w:\n"
             "      restart: {process: acme.base, namespace: base}\n"
             "      inputs:\n"
             "        expose: [{process: acme.c, into: c, exclude: [x]}]\n"
             "        n: {ports: {}, expose: [{process: acme.d}]}\n"
             "      outputs:\n"
             "        expose: [{process: acme.c}]\n"
             "      outline: [a, while b: [c, if d: [e], else: [return: F]]]\n";
    const manifest m = read_text(text, NULL);

    CU_ASSERT_EQUAL_FATAL(m.entry_count, 1);
    CU_ASSERT_EQUAL(m.entries[0].expose_count, 3);
    check_spec_of(
        text,
        "{" ABOUT("workflows", "acme.w",
                  "orma.workflow/1") ",\"restart\":{\"process\":\"acme.base\","
                                     "\"namespace\":\"base\"}"
                                     ",\"inputs\":{\"n\":{\"namespace\":true,"
                                     "\"required\":true,\"ports\":{},"
                                     "\"expose\":[{\"process\":\"acme.d\"}]}},"
                                     "\"outputs\":{}"
                                     ",\"expose\":{\"inputs\":[{\"process\":"
                                     "\"acme.c\",\"into\":\"c\","
                                     "\"exclude\":[\"x\"]}],\"outputs\":[{"
                                     "\"process\":\"acme.c\"}]}"
                                     ",\"outline\":[\"a\",{\"while "
                                     "b\":[\"c\",{\"if d\":[\"e\"]},{\"else\":"
                                     "[{\"return\":\"F\"}]}]}]}");
}

static void normalises_data_and_transports(void)
{
    check_spec_of(
        HEAD "entry_points:\n  data:\n    acme.d:\n"
             "      node_type: data.acme.d.D.\n      base: core.singlefile\n"
             "      attributes: {\"a|b\": {type: list, unit: eV}, c: bool}\n"
             "      files: {exactly: 1}\n"
             "      formats: {import: [cif], export: [cif, xyz]}\n"
             "      x-note: [1, two]\n",
        "{" ABOUT("data", "acme.d",
                  "orma.data/1") ",\"node_type\":\"data.acme.d.D.\",\"base\":"
                                 "\"core.singlefile\""
                                 ",\"attributes\":{\"a|b\":{\"types\":["
                                 "\"list\"],\"unit\":\"eV\","
                                 "\"required\":true},\"c\":{\"types\":["
                                 "\"bool\"],\"required\":true}}"
                                 ",\"files\":{\"exactly\":1},\"formats\":{"
                                 "\"import\":[\"cif\"],"
                                 "\"export\":[\"cif\",\"xyz\"]},\"x-note\":[1,"
                                 "\"two\"]}");
    check_spec_of(
        HEAD "entry_points:\n  transports:\n    acme.t:\n"
             "      auth: {port: {type: int, default: 22}, key: optional str}\n"
             "      safe_interval: 0.5\n",
        "{" ABOUT("transports", "acme.t",
                  "orma.transport/1") ",\"auth\":{\"port\":{\"types\":[\"int\"]"
                                      ",\"default\":22,"
                                      "\"required\":false},\"key\":{\"types\":["
                                      "\"str\"],\"required\":false}}"
                                      ",\"safe_interval\":0.5}");
}

static void drops_an_alias_of_a_real_name(void)
{
    const manifest m =
        read_text(HEAD "entry_points:\n  parsers:\n"
                       "    acme.p: {}\n    acme.q: {}\n"
                       "aliases:\n  parsers:\n"
                       "    acme.p: acme.q\n    acme.r: acme.q\n",
                  NULL);

    same_text(m.problem, NULL);
    CU_ASSERT_EQUAL(m.alias_count, 1);
    has_text(m.warning, "f:12:5: alias \"acme.p\" is left out");
}

static const unit_test tests[] = {
    {"refuses_yaml_that_a_manifest_may_not_have",
     refuses_yaml_that_a_manifest_may_not_have},
    {"refuses_deep_nesting", refuses_deep_nesting},
    {"refuses_a_wrong_top_level", refuses_a_wrong_top_level},
    {"refuses_names_of_others", refuses_names_of_others},
    {"refuses_wrong_entries", refuses_wrong_entries},
    {"refuses_wrong_ports", refuses_wrong_ports},
    {"refuses_wrong_outlines", refuses_wrong_outlines},
    {"reports_all_errors_of_one_reading", reports_all_errors_of_one_reading},
    {"warns_of_unknown_keys_at_the_top_only",
     warns_of_unknown_keys_at_the_top_only},
    {"keeps_scalars_as_each_key_wants_them",
     keeps_scalars_as_each_key_wants_them},
    {"normalises_shorthand_ports", normalises_shorthand_ports},
    {"normalises_namespaces", normalises_namespaces},
    {"normalises_options", normalises_options},
    {"applies_invalidates_below", applies_invalidates_below},
    {"parsers_have_a_version_of_their_cache",
     parsers_have_a_version_of_their_cache},
    {"lifts_exposed_processes", lifts_exposed_processes},
    {"normalises_data_and_transports", normalises_data_and_transports},
    {"drops_an_alias_of_a_real_name", drops_an_alias_of_a_real_name},
    {NULL, NULL},
};

extern const unit_suite manifest_suite;
const unit_suite manifest_suite = {"manifest", NULL, forget, tests};
