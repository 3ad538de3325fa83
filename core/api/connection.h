/* An open transport session on a computer, with the configuration of the
 * profile's user.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_CONNECTION_H
#define CORE_API_CONNECTION_H

#include <api/profile_internal.h>
#include <orma/transport.h>

typedef struct connection {
    const orma_transport *transport;
    orma_session *session;
    char *user; /* whoami() on the computer */
} connection;

/* computer: as store_computer() gives it. Errors: REFUSED (not configured, or
 * disabled), those of the transport. */
orma_status connection_open(orma_profile *p, const json_object *computer,
                            connection *out, orma_error **err);

/* Accepts a zeroed one. */
void connection_close(connection *c);

/* Runs a command and gives back what it printed. */
orma_status connection_exec(connection *c, const char *command, buf *out,
                            buf *error, int32_t *exit_status, orma_error **err);

/* The computer's work directory with {username} filled in; the caller frees
 * it. NULL without memory. */
char *connection_workdir(const connection *c, const json_object *computer);

#endif
