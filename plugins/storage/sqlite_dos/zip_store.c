/* core.sqlite_zip: the database of an archive, copied out into a file that
 * nobody else sees, and opened for reading only.
 *
 * SPDX-License-Identifier: MIT */
#include "zip_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <zip.h>

#include "folder.h"
#include "json_functions.h"

#define ENTRY "db.sqlite3"
#define CHUNK (256u * 1024u)
/* Deflate makes at most 1032 bytes of one. */
#define RATIO_MAX 1040u
#define RATIO_SLACK 4096u

static orma_status refuse(const char *path, const char *why, orma_error **err)
{
    return host->fail(host, err, ORMA_E_INVALID, DOMAIN, 0,
                      "archive \"%s\" is refused: %s", path, why);
}

/* Where large temporary files go, as SQLite itself chooses. */
static const char *temp_folder(void)
{
    const char *named = getenv("TMPDIR");
    if (named != NULL && access(named, W_OK | X_OK) == 0)
        return named;
    return access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp";
}

/* ---- copying out ------------------------------------------------- */

static orma_status check_room(uint64_t size, const char *folder,
                              orma_error **err)
{
    struct statvfs fs;
    if (statvfs(folder, &fs) != 0 ||
        (uint64_t)fs.f_bavail * fs.f_frsize >= size)
        return ORMA_OK;
    return host->fail(host, err, ORMA_E_TRANSIENT, DOMAIN, ENOSPC,
                      "disk is full: the archive's database needs %llu bytes "
                      "in \"%s\" (TMPDIR names another folder)",
                      (unsigned long long)size, folder);
}

static orma_status write_piece(int fd, const char *bytes, size_t len,
                               const char *to, orma_error **err)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return host->fail(
                host, err,
                errno == ENOSPC || errno == EDQUOT ? ORMA_E_TRANSIENT
                                                   : ORMA_E_PERMANENT,
                DOMAIN, errno, "cannot write \"%s\": %s", to, strerror(errno));
        bytes += n;
        len -= (size_t)n;
    }
    return ORMA_OK;
}

static orma_status copy_entry(zip_file_t *entry, uint64_t size, int fd,
                              const char *path, const char *to,
                              orma_error **err)
{
    orma_status st = ORMA_OK;
    char *chunk = malloc(CHUNK);
    if (chunk == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    for (;;) {
        const int64_t n = zip_fread(entry, chunk, CHUNK);
        if (n < 0)
            st = refuse(path,
                        zip_error_code_zip(zip_file_get_error(entry)) ==
                                ZIP_ER_CRC
                            ? "its " ENTRY " has a wrong checksum"
                            : "its " ENTRY " is damaged",
                        err);
        else if ((uint64_t)n > size || (n == 0 && size > 0))
            st = refuse(path,
                        "its " ENTRY " has another size than the directory "
                        "says",
                        err);
        if (n <= 0 || st != ORMA_OK)
            break;
        size -= (uint64_t)n;
        st = write_piece(fd, chunk, (size_t)n, to, err);
        if (st != ORMA_OK)
            break;
    }
    free(chunk);
    return st;
}

/* The archive's database into the open file `to`. */
static orma_status copy_out(zip_t *zip, const char *path, int fd,
                            const char *to, orma_error **err)
{
    zip_stat_t info;
    zip_stat_init(&info);
    if (zip_stat(zip, ENTRY, ZIP_FL_ENC_RAW, &info) != 0)
        return refuse(path,
                      "it has no " ENTRY ", so that it is no archive of AiiDA "
                      "2 (`orma archive version` tells more)",
                      err);
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) == 0 ||
        info.encryption_method != ZIP_EM_NONE)
        return refuse(path, "its " ENTRY " is encrypted", err);
    if (info.size / RATIO_MAX > info.comp_size + RATIO_SLACK)
        return refuse(path,
                      "its " ENTRY " claims to hold more than compression can "
                      "make so small",
                      err);
    orma_status st = check_room(info.size, temp_folder(), err);
    if (st != ORMA_OK)
        return st;
    zip_file_t *entry = zip_fopen_index(zip, info.index, 0);
    if (entry == NULL)
        return refuse(path, "its " ENTRY " cannot be read", err);
    st = copy_entry(entry, info.size, fd, path, to, err);
    zip_fclose(entry);
    return st;
}

static orma_status open_zip(const char *path, zip_t **out, orma_error **err)
{
    int code = 0;
    *out = zip_open(path, ZIP_RDONLY, &code);
    if (*out != NULL)
        return ORMA_OK;
    if (code == ZIP_ER_NOENT)
        return host->fail(host, err, ORMA_E_NOT_FOUND, DOMAIN, 0,
                          "archive \"%s\" does not exist", path);
    if (code == ZIP_ER_OPEN)
        return host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, errno,
                          "cannot open the archive \"%s\": %s", path,
                          strerror(errno));
    return host->fail(host, err, ORMA_E_INVALID, DOMAIN, code,
                      "\"%s\" is no zip file, or a truncated one", path);
}

/* ---- opening ----------------------------------------------------- */

/* "file:" and the path with what has a meaning in URIs written as %XX. */
static char *uri_of(const char *path)
{
    char *uri = malloc(strlen(path) * 3 + sizeof "file:?immutable=1");
    if (uri == NULL)
        return NULL;
    char *to = uri + snprintf(uri, 6, "file:");
    for (const char *p = path; *p != '\0'; p++)
        if (strchr("%?#", *p) != NULL)
            to += snprintf(to, 4, "%%%02X", (unsigned)(unsigned char)*p);
        else
            *to++ = *p;
    snprintf(to, sizeof "?immutable=1", "?immutable=1");
    return uri;
}

/* Somebody else wrote it: functions of its schema are not to be called, and
 * nothing of its structure is believed. */
static const char session_pragmas[] =
    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
    "PRAGMA query_only=ON; PRAGMA case_sensitive_like=ON; "
    "PRAGMA cache_size=" USUAL_CACHE ";";

static orma_status open_copy(orma_store *store, const char *copy,
                             orma_error **err)
{
    char *uri = uri_of(copy);
    if (uri == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    int rc = sqlite3_open_v2(
        uri, &store->db,
        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    free(uri);
    if (rc != SQLITE_OK)
        return fail_sqlite(store, rc, err);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    rc = json_functions_register(store->db);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(store->db, session_pragmas, NULL, NULL, NULL);
    if (rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT)
        return refuse(store->folder, "its " ENTRY " is no SQLite database",
                      err);
    return rc == SQLITE_OK ? ORMA_OK : fail_sqlite(store, rc, err);
}

static orma_status open_parts(orma_store *store, orma_error **err)
{
    char copy[PATH_MAX];
    zip_t *zip = NULL;
    const int n =
        snprintf(copy, sizeof copy, "%s/orma-archive-XXXXXX", temp_folder());
    if (n < 0 || (size_t)n >= sizeof copy)
        return host->fail(host, err, ORMA_E_INVALID, DOMAIN, ENAMETOOLONG,
                          "TMPDIR is too long");

    orma_status st = open_zip(store->folder, &zip, err);
    if (st != ORMA_OK)
        return st;
    const int fd = mkostemp(copy, O_CLOEXEC);
    if (fd < 0)
        st = host->fail(host, err, ORMA_E_PERMANENT, DOMAIN, errno,
                        "cannot write into \"%s\": %s", temp_folder(),
                        strerror(errno));
    else
        st = copy_out(zip, store->folder, fd, copy, err);
    if (st == ORMA_OK)
        st = open_copy(store, copy, err);
    if (fd >= 0) {
        /* SQLite has it open; nothing is left when the process dies. */
        unlink(copy);
        close(fd);
    }
    zip_discard(zip);
    return st == ORMA_OK ? zip_check_database(store->db, store->folder, err)
                         : st;
}

orma_status zip_open_store(const orma_storage *self, orma_str config,
                           uint32_t flags, orma_store **out, orma_error **err)
{
    (void)self;
    if ((flags & ~(uint32_t)(ORMA_STORE_CREATE | ORMA_STORE_READ_ONLY)) != 0)
        return host->fail(host, err, ORMA_E_UNSUPPORTED, DOMAIN, 0,
                          "open flags 0x%x are not known", flags);
    orma_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return host->fail(host, err, ORMA_E_NO_MEMORY, DOMAIN, 0,
                          "out of memory");
    store->queue_fd = -1;
    orma_status st = read_config(config, &store->folder, err);
    if (st == ORMA_OK)
        st = open_parts(store, err);
    if (st != ORMA_OK) {
        zip_close_store(store);
        return st;
    }
    *out = store;
    return ORMA_OK;
}

void zip_close_store(orma_store *store)
{
    if (store == NULL)
        return;
    sqlite3_close_v2(store->db);
    free(store->folder);
    free(store);
}

orma_status zip_container(orma_store *store, orma_writer *out, orma_error **err)
{
    const orma_status st =
        host->write(out, (orma_str){store->folder, strlen(store->folder)});
    return st == ORMA_OK ? st
                         : host->fail(host, err, st, DOMAIN, 0,
                                      "no room for the archive's path");
}

orma_status zip_begin(orma_store *store, uint32_t flags, orma_error **err)
{
    if ((flags & ORMA_BEGIN_READ) == 0)
        return host->fail(host, err, ORMA_E_REFUSED, DOMAIN, 0,
                          "the profile is an archive, \"%s\": read-only",
                          store->folder);
    const int rc = sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL);
    return rc == SQLITE_OK ? ORMA_OK : fail_sqlite(store, rc, err);
}
