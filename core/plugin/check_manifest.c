/* Conformance, part 1: the manifest, beyond what reading it refuses.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/check_internal.h>

#include <string.h>

#include <json-c/linkhash.h>

#include <base/cleanup.h>
#include <base/file.h>
#include <base/text.h>

/* One entry under examination. */
typedef struct subject {
    check_report *report;
    registry *r;
    const entry_record *entry;
    const json_object *spec;
    bool is_good;      /* so far, of the question being asked */
    size_t helpless;   /* ports without help */
} subject;

const json_object *check_spec(registry *r, const entry_record *entry)
{
    const json_object *spec = NULL;

    return registry_spec(r, &entry->pub, &spec, NULL) == ORMA_OK ? spec : NULL;
}

static void fault(subject *s, const char *fmt, ...) ORMA_PRINTF(2, 3);

static void fault(subject *s, const char *fmt, ...)
{
    AUTO_BUF buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    check_note(s->report, "%s", buf_c_str(&text));
    s->is_good = false;
}

/* ---- ports ------------------------------------------------------- */

static bool is_known_type(const registry *r, const char *type)
{
    return text_equal(type, "code") ||
           registry_by_name(r, KIND_DATA, type) != NULL;
}

/* One of several types may belong to a package that is not installed. */
static void check_types(subject *s, const char *path, const json_object *types)
{
    const size_t n = types != NULL ? json_object_array_length(types) : 0;
    size_t known = 0;

    for (size_t i = 0; i < n; i++) {
        const char *type =
            json_object_get_string(json_object_array_get_idx(types, i));
        if (is_known_type(s->r, type))
            known++;
        else
            check_note(s->report, "%s: data type \"%s\" is not installed", path,
                       type);
    }
    if (n > 0 && known == 0)
        fault(s, "%s: none of its types is an installed data entry point", path);
}

static void walk_ports(subject *s, const char *path, const json_object *ports,
                       int depth);

static void check_port(subject *s, const char *path, const json_object *port,
                       int depth)
{
    const bool is_plain = json_get_bool(port, "metadata", false) ||
                          json_get_bool(port, "non_db", false);
    const json_object *choices = json_get(port, "choices");
    const json_object *fallback = json_get(port, "default");

    if (!is_plain) {
        check_types(s, path, json_get(port, "types"));
        check_types(s, path, json_get(port, "dynamic"));
    }
    if (*json_get_text(port, "help", "") == '\0')
        s->helpless++;
    if (choices != NULL && fallback != NULL) {
        bool is_one = false;
        for (size_t i = 0; i < json_object_array_length(choices); i++)
            is_one = is_one ||
                     json_equal(json_object_array_get_idx(choices, i), fallback);
        if (!is_one)
            fault(s, "%s: its default is none of its choices", path);
    }
    walk_ports(s, path, json_get(port, "ports"), depth + 1);
}

static void walk_ports(subject *s, const char *path, const json_object *ports,
                       int depth)
{
    if (ports == NULL || depth > 32)
        return;
    json_object_object_foreach((json_object *)ports, name, port)
    {
        AUTO_FREE char *inner = text_printf("%s.%s", path, name);
        if (inner != NULL)
            check_port(s, inner, port, depth);
    }
}

static void check_ports(subject *s)
{
    s->is_good = true;
    s->helpless = 0;
    walk_ports(s, "inputs", json_get(s->spec, "inputs"), 0);
    walk_ports(s, "outputs", json_get(s->spec, "outputs"), 0);
    if (s->helpless > 0)
        check_note(s->report, "%s: %zu ports have no help", s->entry->pub.name,
                   s->helpless);
    const char *fallback = json_get_text(s->spec, "default_output", NULL);
    const json_object *outputs = json_get(s->spec, "outputs");
    if (fallback != NULL && json_get(outputs, fallback) == NULL &&
        json_get_path(s->spec, "expose.outputs") == NULL)
        fault(s, "default_output \"%s\" is not among the outputs", fallback);
    check_result(s->report, s->is_good, "%s: ports are well formed and their "
                 "types are known", s->entry->pub.name);
}

/* ---- exit codes -------------------------------------------------- */

/* AiiDA keeps 0 to 99 for itself and 100 to 199 for schedulers. */
static void check_exit_codes(subject *s)
{
    const json_object *codes = json_get(s->spec, "exit_codes");
    const bool is_core = text_equal(s->entry->pub.package->name, "core");

    if (codes == NULL)
        return;
    s->is_good = true;
    json_object_object_foreach((json_object *)codes, label, code)
    {
        const int64_t status = json_get_int(code, "status", 0);
        if (status < 200 && !is_core)
            fault(s, "exit code %s: %lld is below 200, which AiiDA keeps for "
                  "itself and for schedulers", label, (long long)status);
        json_object_object_foreach((json_object *)codes, other, another)
        {
            if (strcmp(label, other) < 0 &&
                json_get_int(another, "status", 0) == status)
                fault(s, "exit codes %s and %s are both %lld", label, other,
                      (long long)status);
        }
    }
    check_result(s->report, s->is_good, "%s: exit codes are unique and in "
                 "AiiDA's ranges", s->entry->pub.name);
}

/* ---- names that refer to something ------------------------------- */

static void check_references(subject *s)
{
    const char *parser = json_get_text(s->spec, "default_parser", NULL);
    const char *base = s->entry->from->base;

    s->is_good = s->entry->pub.state != PLUGIN_INCOMPLETE;
    if (!s->is_good)
        check_note(s->report, "%s", s->entry->pub.reason);
    if (parser != NULL && registry_by_name(s->r, KIND_PARSER, parser) == NULL)
        fault(s, "default_parser \"%s\" is not installed", parser);
    if (base != NULL && registry_by_name(s->r, KIND_DATA, base) == NULL &&
        !text_equal(base, "core.data"))
        check_note(s->report, "base \"%s\" is a name only", base);
    check_result(s->report, s->is_good, "%s: what it names is installed",
                 s->entry->pub.name);
}

/* node_type and python_class tell stored nodes apart. */
static void check_identity(subject *s)
{
    static const char *const keys[] = {"node_type", "python_class"};

    s->is_good = true;
    for (size_t i = 0; i < s->r->entry_count; i++) {
        const entry_record *other = &s->r->entries[i];
        if (other == s->entry || other->pub.kind != s->entry->pub.kind ||
            other->pub.state == PLUGIN_SHADOWED)
            continue;
        const json_object *spec = check_spec(s->r, other);
        for (size_t k = 0; k < 2; k++) {
            const char *own = json_get_text(s->spec, keys[k], NULL);
            if (own != NULL &&
                text_equal(own, json_get_text(spec, keys[k], NULL)))
                fault(s, "%s \"%s\" is also that of \"%s\"", keys[k], own,
                      other->pub.name);
        }
    }
    check_result(s->report, s->is_good, "%s: its identity is its own",
                 s->entry->pub.name);
}

static void check_entry(subject *s)
{
    const bool is_process = s->entry->pub.kind == KIND_CALCULATION ||
                            s->entry->pub.kind == KIND_WORKFLOW;

    check_result(s->report, *s->entry->pub.summary != '\0', "%s: has a summary",
                 s->entry->pub.name);
    s->spec = check_spec(s->r, s->entry);
    if (!check_result(s->report, s->spec != NULL, "%s: has a spec",
                      s->entry->pub.name))
        return;
    check_references(s);
    if (is_process) {
        check_ports(s);
        check_exit_codes(s);
    }
    if (is_process || s->entry->pub.kind == KIND_DATA)
        check_identity(s);
}

/* ---- the package ------------------------------------------------- */

/* All remarks, where the registry keeps only the first. */
static void note_all(check_report *report, registry *r,
                     const package_record *package)
{
    AUTO_BUF buf text = {0};
    manifest_notes notes = {.count = 0};
    manifest again;

    if (file_read(package->place.manifest, MANIFEST_MAX_BYTES, &text, NULL) !=
            ORMA_OK ||
        manifest_parse(&r->memory, package->place.manifest, buf_view(&text),
                       &notes, &again, NULL) != ORMA_OK)
        return;
    for (size_t i = 0; i < notes.count; i++)
        check_note(report, "%s%s", notes.items[i].is_error ? "" : "warning: ",
                   notes.items[i].text);
}

void check_manifest(check_report *report, registry *r,
                    const package_record *package)
{
    const plugin_package *pub = &package->pub;

    if (pub->state != PLUGIN_UNTRUSTED)
        note_all(report, r, package);
    if (!check_result(report, package->manifest.problem == NULL,
                      "%s: manifest is read", pub->name))
        return;
    if (pub->state != PLUGIN_OK)
        check_note(report, "%s", pub->reason);
    check_result(report, pub->state == PLUGIN_OK, "%s: package can be used",
                 pub->name);
    for (size_t i = 0; i < r->entry_count; i++) {
        subject s = {.report = report, .r = r, .entry = &r->entries[i]};
        if (s.entry->package == package)
            check_entry(&s);
    }
}
