/* The transport under test and its session.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_PLUGINS_TRANSPORTS_SUBJECT_H
#define TESTS_PLUGINS_TRANSPORTS_SUBJECT_H

#include <base/buf.h>
#include <orma/transport.h>

#include "unit/runner.h"

extern const unit_suite commands_suite;
extern const unit_suite files_suite;
extern const unit_suite trees_suite;

typedef struct subject {
    const orma_transport *t;
    orma_session *s;
    const char *remote; /* an empty folder on the computer */
    const char *local;  /* and one here */
} subject;

extern subject it;

/* What the program was called with. */
void subject_choose(const char *entry, const char *parameters,
                    const char *remote);

/* Set-up and tear-down of the suites: a session and two empty folders. */
int subject_open(void);
int subject_close(void);

/* Paths below the two folders; valid until the tenth call after. */
const char *remote_path(const char *name);
const char *local_path(const char *name);

/* A file here, and its content again. */
void local_write(const char *name, const char *bytes, size_t len);
void local_expect(const char *name, const char *bytes, size_t len);

/* A file there, by put() and get(). */
void remote_write(const char *name, const char *text);
void remote_expect(const char *name, const char *text);

/* Type of a remote file, ORMA_FILE_UNKNOWN when there is none. */
int32_t remote_type(const char *name);

/* Runs a command in the remote folder. */
int32_t remote_exec(const char *command, buf *out, buf *error);

/* The names that list() or glob() gave, as "a|b|c". */
void joined(const buf *names, buf *out);

#endif
