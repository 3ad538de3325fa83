/* Data plugins: what a node type may hold, and how it is read and written.
 *
 * A data plugin has no state: one table serves all nodes of its type,
 * concurrently. Names, node type, formats and help are in the manifest.
 * Members marked optional may be NULL.
 *
 * SPDX-License-Identifier: MIT */
#ifndef ORMA_DATA_H
#define ORMA_DATA_H

#include <orma/node.h>
#include <orma/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orma_data {
    uint32_t size;
    uint32_t reserved;

    /* Are attributes and files those of this type? Called before every store.
     * Errors: INVALID, naming the attribute or file. [worker-thread] */
    orma_status (*validate)(const struct orma_data *self,
                            const orma_node_ops *ops, const orma_node *node,
                            orma_error **err);

    /* Fills an empty node from a literal of an inputs file or the command line.
     * json: [in], any JSON value. Optional: a type without literals.
     * Errors: INVALID, naming what in the literal is wrong; the next type of a
     * port with several is then tried. [worker-thread] */
    orma_status (*from_literal)(const struct orma_data *self,
                                const orma_node_ops *ops, orma_node *node,
                                orma_str json, orma_error **err);

    /* Fills an empty node from a local file or folder.
     * format: [in], one of the manifest's `formats.import`, or NULL to tell
     * from name and content. Optional. YAML and JSON files are read by the
     * host, as literals, where there is no import_file() or `formats.import`
     * lists json; this function is then not called for them. Errors: INVALID
     * with line and reason, NOT_FOUND, UNSUPPORTED (format). [worker-thread] */
    orma_status (*import_file)(const struct orma_data *self,
                               const orma_node_ops *ops, orma_node *node,
                               const char *format, const char *path,
                               orma_error **err);

    /* Writes the node in a format.
     * format: [in], never NULL: as the user wrote it, or the first of the
     * manifest's `formats.export`. out: [out:host]. Optional. Errors:
     * UNSUPPORTED, INVALID (the format cannot hold this node). [worker-thread]
     */
    orma_status (*export_file)(const struct orma_data *self,
                               const orma_node_ops *ops, const orma_node *node,
                               const char *format, orma_writer *out,
                               orma_error **err);

    /* The node's value as JSON, what `--format json` prints as "value": the
     * content of scalars, lists and dicts. Optional. [worker-thread] */
    orma_status (*value)(const struct orma_data *self, const orma_node_ops *ops,
                         const orma_node *node, orma_writer *out,
                         orma_error **err);

    /* One line for people: "Si2, 2 sites, 40.0 A^3". Optional.
     * [worker-thread] */
    orma_status (*summary)(const struct orma_data *self,
                           const orma_node_ops *ops, const orma_node *node,
                           orma_writer *out, orma_error **err);
} orma_data;
ORMA_NO_TAIL_PADDING(orma_data, summary);

#ifdef __cplusplus
}
#endif
#endif
