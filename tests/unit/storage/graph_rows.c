/* Whole graphs as rows of a store.
 *
 * SPDX-License-Identifier: MIT */
#include "unit/storage/graph_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>

static void read_node(const char *line, graph_rows *out)
{
    long long pk = 0;
    const size_t i = out->node_count++;
    if (i >= 256 || sscanf(line, "node %lld %63s", &pk, out->types[i]) != 2)
        abort();
    out->pks[i] = pk;
}

static void read_link(const char *line, graph_rows *out)
{
    long long source = 0, target = 0;
    char type[32];
    graph_link *l = &out->links[out->link_count++];
    if (out->link_count > 1024 ||
        sscanf(line, "link %lld %lld %31s %63s", &source, &target, type,
               l->label) != 4 ||
        !link_type_parse(type, &l->type))
        abort();
    l->source = source;
    l->target = target;
}

void graph_read(const char *path, graph_rows *out)
{
    char line[256];
    FILE *file = fopen(path, "r");

    memset(out, 0, sizeof *out);
    if (file == NULL)
        abort();
    while (fgets(line, sizeof line, file) != NULL) {
        if (text_starts(line, "node "))
            read_node(line, out);
        else
            read_link(line, out);
    }
    fclose(file);
}

static void run(fixture_db *db, char *sql)
{
    if (sql == NULL || !fixture_execute(db, sql))
        abort();
    free(sql);
}

void graph_insert(fixture_db *db, const graph_rows *graph)
{
    run(db, text_copy("BEGIN"));
    for (size_t i = 0; i < graph->node_count; i++) {
        char uuid[37];
        orma_uuid id;
        uuid_generate(&id);
        uuid_format(&id, uuid);
        run(db,
            text_printf("INSERT INTO db_dbnode (id, uuid, node_type, label, "
                        "description, ctime, mtime, attributes, extras, "
                        "repository_metadata, user_id) VALUES (%lld, '%s', "
                        "'%s', '', '', '2026-01-01 00:00:00.000000', "
                        "'2026-01-01 00:00:00.000000', '{}', '{}', '{}', 1)",
                        (long long)graph->pks[i], uuid, graph->types[i]));
    }
    for (size_t i = 0; i < graph->link_count; i++) {
        const graph_link *l = &graph->links[i];
        run(db, text_printf("INSERT INTO db_dblink (input_id, output_id, "
                            "label, type) VALUES (%lld, %lld, '%s', '%s')",
                            (long long)l->source, (long long)l->target,
                            l->label, link_type_word(l->type)));
    }
    run(db, text_copy("COMMIT"));
}

pk_set graph_set(const int64_t *pks)
{
    pk_set set = {0};
    for (; *pks != 0; pks++)
        if (!pk_set_add(&set, *pks, NULL))
            abort();
    return set;
}

void graph_close(const graph_rows *graph, const traversal_rules *rules,
                 pk_set *nodes)
{
    size_t before;
    do {
        before = nodes->count;
        for (size_t i = 0; i < graph->link_count; i++) {
            const graph_link *l = &graph->links[i];
            if (rules->forward[l->type] && pk_set_has(nodes, l->source))
                pk_set_add(nodes, l->target, NULL);
            if (rules->backward[l->type] && pk_set_has(nodes, l->target))
                pk_set_add(nodes, l->source, NULL);
        }
    } while (nodes->count != before);
}

const char *graph_text(const pk_set *nodes)
{
    static char text[4096];
    size_t used = 0;

    text[0] = '\0';
    for (int64_t pk = pk_set_next(nodes, 0); pk != 0 && used < sizeof text;
         pk = pk_set_next(nodes, pk))
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld",
                                 used > 0 ? " " : "", (long long)pk);
    return text;
}
