/* Conformance, part 4: does each entry's table keep the contract of its
 * header? Every call is made with empty, damaged, huge and truncated input,
 * without an error object, cancelled, and with each call to the host failing in
 * turn. What the plugin answers is its own affair; that it answers well formed
 * is ours.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_internal.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/linkhash.h>

#include <orma/data.h>
#include <orma/scheduler.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#include <plugin/check_fake.h>
#include <plugin/check_members.h>

enum { HUGE_BYTES = 1 << 20, FAILURES_MAX = 60 };

/* One entry under test, in its child. */
typedef struct subject {
    check_report *report;
    registry *r;
    entry_record *entry;
    const void *table;
    const json_object *spec;
    const json_object *specs[64]; /* those that a parser serves, or its own */
    size_t spec_count;
    const char *format;  /* of an import or export */
    const char *literal; /* or NULL: the world's content */
} subject;

/* A call of the table, in a world. */
typedef orma_status contract_call(const subject *s, fake_world *w,
                                  orma_error **err);

/* ---- worlds ------------------------------------------------------ */

static char *repeat(const char *text, size_t len)
{
    const size_t n = strlen(text);
    char *all = malloc(len + 1);

    if (all == NULL)
        _exit(3);
    for (size_t i = 0; i < len; i++)
        all[i] = text[i % n];
    all[len] = '\0';
    return all;
}

/* Worlds in which every call is made. attributes stay a JSON object: that much
 * the host promises. */
static size_t make_worlds(fake_world *worlds)
{
    static const char damaged[] = "\xff\xfe\x00\x80<<<[{\x01 1e999 NaN\r\n";
    static const char truncated[] = "{\"a\": [1, 2.5e";
    const char *huge = repeat("1.0 = x\n", HUGE_BYTES);
    const char *long_line = repeat("[", 1 << 16);
    const fake_world all[] = {
        {.name = "no files", .attributes = "{}"},
        {.name = "empty files", .has_files = true,
         .content = ORMA_LITERAL(""), .attributes = "{}"},
        {.name = "files that are not UTF-8", .has_files = true,
         .content = {damaged, sizeof damaged - 1},
         .attributes = "{\"value\": null}"},
        {.name = "truncated files", .has_files = true,
         .content = {truncated, sizeof truncated - 1},
         .attributes = "{\"value\": [\"x\"], \"cell\": 1, \"sites\": {}}"},
        {.name = "huge files", .has_files = true,
         .content = {huge, HUGE_BYTES},
         .attributes = "{\"value\": 1e300, \"list\": []}"},
        {.name = "one line of brackets", .has_files = true,
         .content = {long_line, 1 << 16}, .attributes = "{\"\": {\"\": 0}}"},
        {.name = "cancelled", .is_cancelled = true, .attributes = "{}"},
        {.name = "a full sink", .sink_bytes = 1, .attributes = "{}"},
    };

    memcpy(worlds, all, sizeof all);
    return sizeof all / sizeof *all;
}

enum { WORLDS_MAX = 16 };

/* Once with an error object, once without; both well formed and the same. */
static bool call_twice(const subject *s, const char *what, fake_world *w,
                       contract_call *call)
{
    orma_error *error = NULL;
    fake_world again = *w;

    check_doing(s->report, "%s, %s", what, w->name);
    const orma_status st = call(s, w, &error);
    bool is_good = w->sink_bytes > 0
                       ? check_full_outcome(s->report, st, error)
                       : check_outcome(s->report, st, error);
    check_doing(s->report, "%s, %s, without an error object", what, w->name);
    const orma_status second = call(s, &again, NULL);
    if (second != st) {
        check_note(s->report, "answered %d, and %d without an error object",
                   st, second);
        is_good = false;
    }
    if (w->fault != NULL) {
        check_note(s->report, "%s", w->fault);
        is_good = false;
    }
    if (!is_good)
        check_note(s->report, "that was: %s, %s", what, w->name);
    return is_good;
}

/* Each call to the host fails once. What was to be written must not be lost
 * without a word. */
static bool fail_each(const subject *s, const char *what, const fake_world *w,
                      unsigned calls, contract_call *call)
{
    bool is_good = true;

    for (unsigned i = 1; i <= calls && i <= FAILURES_MAX; i++) {
        fake_world failing = *w;
        orma_error *error = NULL;
        failing.calls = 0;
        failing.fail_at = i;
        failing.fault = NULL;
        check_doing(s->report, "%s, %s, host call %u failing", what, w->name,
                    i);
        const orma_status st = call(s, &failing, &error);
        bool is_one = check_outcome(s->report, st, error);
        if (st == ORMA_OK && failing.lost_something) {
            check_note(s->report, "answered OK although a result could not be "
                       "written");
            is_one = false;
        }
        if (!is_one)
            check_note(s->report, "that was: %s, %s, host call %u failing",
                       what, w->name, i);
        is_good = is_good && is_one;
    }
    return is_good;
}

/* What came of the calls of one member. */
typedef struct verdict {
    bool is_good, passes_on;
} verdict;

static void try_call(const subject *s, const char *what, contract_call *call,
                     verdict *v)
{
    fake_world worlds[WORLDS_MAX];
    const size_t n = make_worlds(worlds);

    for (size_t i = 0; i < n; i++) {
        worlds[i].specs = s->specs;
        worlds[i].spec_count = s->spec_count;
        v->is_good = call_twice(s, what, &worlds[i], call) && v->is_good;
        v->passes_on =
            fail_each(s, what, &worlds[i], worlds[i].calls, call) &&
            v->passes_on;
    }
}

static void report_verdict(const subject *s, const char *what, const verdict *v)
{
    check_result(s->report, v->is_good,
                 "%s: %s answers well formed to whatever it reads",
                 s->entry->pub.name, what);
    check_result(s->report, v->passes_on,
                 "%s: %s passes on failures of the host", s->entry->pub.name,
                 what);
}

static void check_call(const subject *s, const char *what, contract_call *call)
{
    verdict v = {true, true};

    try_call(s, what, call, &v);
    report_verdict(s, what, &v);
}

/* ---- calculations ------------------------------------------------ */

static orma_status call_prepare(const subject *s, fake_world *w,
                                orma_error **err)
{
    const orma_calculation *c = s->table;

    return c->prepare(c, fake_calc_ops(), fake_calc_ctx(w), err);
}

static orma_status call_validate_label(const subject *s, fake_world *w,
                                       orma_error **err)
{
    const orma_calculation *c = s->table;

    return c->validate(c, fake_calc_ops(), fake_calc_ctx(w), s->literal, "",
                       err);
}

/* Every label of the manifest is known, and no other. */
static bool check_label(subject *s, const char *label)
{
    fake_world w = {.name = "no files", .attributes = "{}",
                    .specs = s->specs, .spec_count = s->spec_count};

    s->literal = label;
    check_doing(s->report, "validate(\"%s\")", label);
    if (call_validate_label(s, &w, NULL) != ORMA_E_NOT_FOUND)
        return true;
    check_note(s->report, "the manifest names the check \"%s\", validate() "
               "does not know it", label);
    return false;
}

static bool check_labels(subject *s, const json_object *ports, size_t *count)
{
    bool is_good = true;

    if (ports == NULL)
        return true;
    json_object_object_foreach((json_object *)ports, name, port)
    {
        const char *label = json_get_text(port, "validate", NULL);
        (void)name;
        if (label != NULL) {
            (*count)++;
            is_good = ((const orma_calculation *)s->table)->validate != NULL &&
                      check_label(s, label) && is_good;
        }
        is_good = check_labels(s, json_get(port, "ports"), count) && is_good;
    }
    return is_good;
}

static void check_calculation(subject *s)
{
    size_t count = 0;
    const bool is_good = check_labels(s, json_get(s->spec, "inputs"), &count);

    if (count > 0)
        check_result(s->report, is_good,
                     "%s: every check that the manifest names exists",
                     s->entry->pub.name);
    check_call(s, "prepare()", call_prepare);
}

/* ---- parsers ----------------------------------------------------- */

static orma_status call_parse(const subject *s, fake_world *w, orma_error **err)
{
    const orma_parser *p = s->table;

    return p->parse(p, fake_parse_ops(), fake_parse_ctx(w), err);
}

/* The calculations that name this parser say which labels it may use. */
static void collect_owners(subject *s)
{
    const size_t max = sizeof s->specs / sizeof *s->specs;

    s->spec_count = 0;
    for (size_t i = 0; i < s->r->entry_count && s->spec_count < max; i++) {
        const entry_record *e = &s->r->entries[i];
        if (e->pub.kind != KIND_CALCULATION || e->pub.state == PLUGIN_SHADOWED)
            continue;
        const json_object *spec = check_spec(s->r, e);
        if (text_equal(json_get_text(spec, "default_parser", NULL),
                       s->entry->pub.name))
            s->specs[s->spec_count++] = spec;
    }
}

static void check_parser(subject *s)
{
    collect_owners(s);
    if (s->spec_count == 0)
        check_note(s->report, "no calculation names \"%s\" as default_parser: "
                   "its labels are not checked", s->entry->pub.name);
    check_call(s, "parse()", call_parse);
}

/* ---- data -------------------------------------------------------- */

static orma_status call_validate(const subject *s, fake_world *w,
                                 orma_error **err)
{
    const orma_data *d = s->table;

    return d->validate(d, fake_node_ops(), fake_node(w, s->entry->pub.name),
                       err);
}

static orma_status call_literal(const subject *s, fake_world *w,
                                orma_error **err)
{
    const orma_data *d = s->table;

    return d->from_literal(d, fake_node_ops(),
                           fake_node(w, s->entry->pub.name),
                           (orma_str){s->literal, strlen(s->literal)}, err);
}

static orma_status call_import(const subject *s, fake_world *w,
                               orma_error **err)
{
    const orma_data *d = s->table;

    return d->import_file(d, fake_node_ops(), fake_node(w, s->entry->pub.name),
                          s->format, "/dev/null", err);
}

static orma_status call_value(const subject *s, fake_world *w, orma_error **err)
{
    AUTO_BUF buf out = {0};
    orma_writer sink = {.to = &out, .max_bytes = w->sink_bytes};
    const orma_data *d = s->table;

    return d->value(d, fake_node_ops(), fake_node(w, s->entry->pub.name), &sink,
                    err);
}

static orma_status call_summary(const subject *s, fake_world *w,
                                orma_error **err)
{
    AUTO_BUF buf out = {0};
    orma_writer sink = {.to = &out, .max_bytes = w->sink_bytes};
    const orma_data *d = s->table;

    return d->summary(d, fake_node_ops(), fake_node(w, s->entry->pub.name),
                      &sink, err);
}

static orma_status call_export(const subject *s, fake_world *w,
                               orma_error **err)
{
    AUTO_BUF buf out = {0};
    orma_writer sink = {.to = &out, .max_bytes = w->sink_bytes};
    const orma_data *d = s->table;

    return d->export_file(d, fake_node_ops(), fake_node(w, s->entry->pub.name),
                          s->format, &sink, err);
}

/* Every format of the manifest, and one that nobody has; on import, too, none
 * at all, which asks the plugin to tell it from the file. */
static void check_formats(subject *s, const char *direction,
                          contract_call *call)
{
    const json_object *formats =
        json_get(json_get(s->spec, "formats"), direction);
    const size_t n = formats != NULL ? json_object_array_length(formats) : 0;
    verdict v = {true, true};

    for (size_t i = 0; i <= n; i++) {
        s->format = i < n ? json_object_get_string(
                                json_object_array_get_idx(formats, i))
                          : "no-such-format";
        AUTO_FREE char *what = text_printf("%s of %s", direction, s->format);
        if (what != NULL)
            try_call(s, what, call, &v);
    }
    s->format = NULL;
    if (call == call_import)
        try_call(s, "import without a format", call, &v);
    report_verdict(s, direction, &v);
}

static void check_literals(subject *s)
{
    static const char *const literals[] = {
        "null", "true", "1", "-1.5e300", "\"\"", "\"text\"", "[]", "{}",
        "[[1, 2], [\"x\"]]", "{\"a\": {\"b\": [null]}}",
        "123456789012345678901234567890",
    };
    verdict v = {true, true};

    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        s->literal = literals[i];
        AUTO_FREE char *what = text_printf("from_literal(%s)", literals[i]);
        if (what != NULL)
            try_call(s, what, call_literal, &v);
    }
    report_verdict(s, "from_literal()", &v);
}

static void check_data(subject *s)
{
    const orma_data *d = s->table;

    check_call(s, "validate()", call_validate);
    if (d->from_literal != NULL)
        check_literals(s);
    if (d->value != NULL)
        check_call(s, "value()", call_value);
    if (d->summary != NULL)
        check_call(s, "summary()", call_summary);
    if (d->import_file != NULL)
        check_formats(s, "import", call_import);
    if (d->export_file != NULL)
        check_formats(s, "export", call_export);
}

/* ---- the whole --------------------------------------------------- */

typedef struct contract {
    registry *r;
    entry_record *entry;
} contract;

static void contract_part(check_report *report, void *user)
{
    const contract *c = user;
    subject s = {.report = report, .r = c->r, .entry = c->entry,
                 .spec = check_spec(c->r, c->entry)};

    s.specs[s.spec_count++] = s.spec;
    const bool is_loaded =
        plugin_load(c->r, &c->entry->pub, &s.table, NULL) == ORMA_OK;
    if (!check_result(report, is_loaded, "%s: can be loaded",
                      c->entry->pub.name) ||
        !check_members(report, c->entry, s.table))
        return;
    switch (c->entry->pub.kind) {
    case KIND_CALCULATION:
        check_calculation(&s);
        break;
    case KIND_PARSER:
        check_parser(&s);
        break;
    case KIND_DATA:
        check_data(&s);
        break;
    case KIND_SCHEDULER:
        check_scheduler(report, c->entry->pub.name, s.table);
        break;
    case KIND_TRANSPORT:
    case KIND_WORKFLOW:
    case KIND_STORAGE:
        break; /* they act on the world outside: their own tests do that */
    case KIND_COUNT:
        break;
    }
}

void check_contract(check_report *report, registry *r, entry_record *entry)
{
    contract c = {r, entry};
    AUTO_FREE char *what =
        text_printf("%s %s", plugin_kind_singular(entry->pub.kind),
                    entry->pub.name);

    if (what != NULL)
        check_in_child(report, what, contract_part, &c);
}
