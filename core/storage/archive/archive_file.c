/* An archive's zip file, opened for reading.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/archive/archive_file.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zip.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

/* Deflate makes at most 1032 bytes of one; what claims more lies. */
#define RATIO_MAX 1040u
#define RATIO_SLACK 4096u
#define OBJECT_PREFIX "repo/"
#define KEY_LEN (DIGEST_SHA256_HEX - 1)

struct archive_file {
    zip_t *zip;
    char *path;
    archive_totals totals;
};

struct archive_stream {
    archive_file *file;
    zip_file_t *entry;
    uint64_t index, left; /* bytes that the directory promises */
};

static orma_status refuse(const archive_file *f, const char *name,
                          const char *why, orma_error **err)
{
    AUTO_FREE char *shown = text_show_bytes((orma_str){name, strlen(name)});
    return error_set(err, ORMA_E_INVALID, "archive", 0,
                     "archive \"%s\" is refused: its entry \"%.200s\" %s",
                     f->path, shown != NULL ? shown : "", why);
}

/* ---- what an entry may be ---------------------------------------- */

static bool is_key(const char *text)
{
    return strlen(text) == KEY_LEN &&
           strspn(text, "0123456789abcdef") == KEY_LEN;
}

static const char *object_key(const char *name)
{
    return text_starts(name, OBJECT_PREFIX) &&
                   is_key(name + strlen(OBJECT_PREFIX))
               ? name + strlen(OBJECT_PREFIX)
               : NULL;
}

/* Folders, and files beside AiiDA's three kinds, are let be: zip programs add
 * them. But no name may lead anywhere. */
static const char *fault_of_name(const char *name)
{
    const size_t len = strlen(name);
    if (!text_is_utf8((orma_str){name, len}))
        return "has a name that is no UTF-8";
    if (name[0] == '/' || strchr(name, '\\') != NULL)
        return "has a name that leads out of the archive";
    AUTO_FREE char *plain = text_copy(name);
    if (plain != NULL && len > 1 && plain[len - 1] == '/')
        plain[len - 1] = '\0';
    if (plain == NULL || !file_path_is_safe(plain))
        return "has a name that leads out of the archive";
    if (text_starts(name, OBJECT_PREFIX) && name[len - 1] != '/' &&
        object_key(name) == NULL)
        return "is no object: its name is no SHA-256";
    return NULL;
}

static const char *fault_of_kind(zip_t *zip, uint64_t index)
{
    uint8_t system = 0;
    uint32_t attributes = 0;

    if (zip_file_get_external_attributes(zip, index, 0, &system, &attributes) !=
            0 ||
        system != ZIP_OPSYS_UNIX)
        return NULL;
    const mode_t kind = (mode_t)(attributes >> 16) & S_IFMT;
    if (kind == S_IFLNK)
        return "is a symbolic link";
    return kind == 0 || kind == S_IFREG || kind == S_IFDIR
               ? NULL
               : "is no regular file";
}

static const char *fault_of_sizes(const zip_stat_t *info)
{
    const uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                            ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((info->valid & wanted) != wanted)
        return "is described incompletely";
    if (info->encryption_method != ZIP_EM_NONE)
        return "is encrypted";
    if (info->comp_method != ZIP_CM_STORE &&
        info->comp_method != ZIP_CM_DEFLATE)
        return "is compressed in a way that archives do not use";
    if (info->size > INT64_MAX / 2 || info->comp_size > INT64_MAX / 2)
        return "claims an impossible size";
    if (info->comp_method == ZIP_CM_STORE && info->size != info->comp_size)
        return "has two sizes";
    if (info->size / RATIO_MAX > info->comp_size + RATIO_SLACK / RATIO_MAX + 1)
        return "claims to hold more than compression can make so small";
    return NULL;
}

/* ---- opening ----------------------------------------------------- */

static orma_status check_entry(archive_file *f, uint64_t index,
                               const char **name, orma_error **err)
{
    zip_stat_t info;

    zip_stat_init(&info);
    *name = zip_get_name(f->zip, index, ZIP_FL_ENC_RAW);
    if (*name == NULL || **name == '\0' ||
        zip_stat_index(f->zip, index, 0, &info) != 0)
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "archive \"%s\" is refused: entry %llu has no name",
                         f->path, (unsigned long long)index);
    const char *fault = fault_of_name(*name);
    if (fault == NULL)
        fault = fault_of_kind(f->zip, index);
    if (fault == NULL)
        fault = fault_of_sizes(&info);
    if (fault != NULL)
        return refuse(f, *name, fault, err);

    f->totals.content_bytes += (int64_t)info.size;
    if (f->totals.content_bytes > INT64_MAX / 2)
        return refuse(f, *name, "makes the archive impossibly large", err);
    if (object_key(*name) != NULL) {
        f->totals.objects++;
        f->totals.object_bytes += (int64_t)info.size;
    }
    return ORMA_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static orma_status check_entries(archive_file *f, orma_error **err)
{
    const int64_t n = zip_get_num_entries(f->zip, 0);
    AUTO_FREE const char **names =
        n > 0 ? calloc((size_t)n, sizeof *names) : NULL;
    if (n <= 0)
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "archive \"%s\" is empty", f->path);
    if (names == NULL)
        return error_no_memory(err);

    orma_status st = ORMA_OK;
    for (int64_t i = 0; st == ORMA_OK && i < n; i++)
        st = check_entry(f, (uint64_t)i, &names[i], err);
    if (st != ORMA_OK)
        return st;
    qsort(names, (size_t)n, sizeof *names, by_text);
    for (int64_t i = 1; i < n; i++)
        if (text_equal(names[i], names[i - 1]))
            return refuse(f, names[i], "is there twice", err);
    return ORMA_OK;
}

/* Archives of AiiDA before 2.0 could be tar files. */
static bool is_gzip(const char *path)
{
    unsigned char magic[2];
    AUTO_FCLOSE FILE *file = fopen(path, "re");
    return file != NULL && fread(magic, 1, 2, file) == 2 && magic[0] == 0x1f &&
           magic[1] == 0x8b;
}

static orma_status open_failed(const char *path, const zip_error_t *why,
                               orma_error **err)
{
    const int code = zip_error_code_zip((zip_error_t *)(uintptr_t)why);
    const int errnum = zip_error_code_system((zip_error_t *)(uintptr_t)why);

    if (code == ZIP_ER_MEMORY)
        return error_no_memory(err);
    if (code == ZIP_ER_NOENT)
        return error_set(err, ORMA_E_NOT_FOUND, "archive", 0,
                         "archive \"%s\" does not exist", path);
    if (code == ZIP_ER_OPEN)
        return error_errno(err, errnum != 0 ? errnum : EIO, "archive",
                           "cannot open \"%s\"", path);
    const orma_status st =
        error_set(err, ORMA_E_INVALID, "archive", code,
                  "\"%s\" is no zip file, or a truncated one", path);
    if (is_gzip(path))
        error_hint(err, "an archive in tar.gz format is of AiiDA before 2.0: "
                        "convert it with `verdi archive migrate`");
    else
        error_hint(err, "fetch it again, if it was transferred");
    return st;
}

static orma_status open_zip(archive_file *f, orma_error **err)
{
    int code = 0;
    struct stat info;

    if (stat(f->path, &info) == 0 && S_ISDIR(info.st_mode))
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "\"%s\" is a folder, and an archive is a zip file",
                         f->path);
    f->zip = zip_open(f->path, ZIP_RDONLY, &code);
    if (f->zip == NULL) {
        zip_error_t why;
        zip_error_init_with_code(&why, code);
        const orma_status st = open_failed(f->path, &why, err);
        zip_error_fini(&why);
        return st;
    }
    if (stat(f->path, &info) == 0)
        f->totals.file_bytes = info.st_size;
    return check_entries(f, err);
}

orma_status archive_file_open(const char *path, archive_file **out,
                              orma_error **err)
{
    archive_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        return error_no_memory(err);
    f->path = text_copy(path);
    const orma_status st =
        f->path == NULL ? error_no_memory(err) : open_zip(f, err);
    if (st != ORMA_OK) {
        archive_file_close(f);
        return st;
    }
    *out = f;
    return ORMA_OK;
}

void archive_file_close(archive_file *f)
{
    if (f == NULL)
        return;
    if (f->zip != NULL)
        zip_discard(f->zip);
    free(f->path);
    free(f);
}

const char *archive_file_path(const archive_file *f)
{
    return f->path;
}

void archive_file_totals(const archive_file *f, archive_totals *out)
{
    *out = f->totals;
}

/* ---- objects ----------------------------------------------------- */

static bool entry_size(const archive_file *f, uint64_t index, uint64_t *size)
{
    zip_stat_t info;

    zip_stat_init(&info);
    if (zip_stat_index(f->zip, index, 0, &info) != 0)
        return false;
    *size = info.size;
    return true;
}

bool archive_file_object(const archive_file *f, uint64_t index, bool *is_object,
                         char *key, uint64_t *size)
{
    if (index >= (uint64_t)zip_get_num_entries(f->zip, 0))
        return false;
    const char *name = zip_get_name(f->zip, index, ZIP_FL_ENC_RAW);
    const char *found = name == NULL ? NULL : object_key(name);
    *is_object = found != NULL && entry_size(f, index, size);
    if (*is_object)
        memcpy(key, found, DIGEST_SHA256_HEX);
    return true;
}

bool archive_file_find(const archive_file *f, const char *key, uint64_t *index,
                       uint64_t *size)
{
    char name[sizeof OBJECT_PREFIX + KEY_LEN];

    if (!is_key(key))
        return false;
    snprintf(name, sizeof name, OBJECT_PREFIX "%s", key);
    const int64_t found = zip_name_locate(f->zip, name, ZIP_FL_ENC_RAW);
    if (found < 0 || !entry_size(f, (uint64_t)found, size))
        return false;
    *index = (uint64_t)found;
    return true;
}

/* ---- content ----------------------------------------------------- */

static orma_status damaged(const archive_stream *s, const char *why,
                           orma_error **err)
{
    const char *name = zip_get_name(s->file->zip, s->index, ZIP_FL_ENC_RAW);
    return refuse(s->file, name != NULL ? name : "", why, err);
}

orma_status archive_stream_open(archive_file *f, uint64_t index,
                                archive_stream **out, orma_error **err)
{
    archive_stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        return error_no_memory(err);
    s->file = f;
    s->index = index;
    if (entry_size(f, index, &s->left))
        s->entry = zip_fopen_index(f->zip, index, 0);
    if (s->entry == NULL) {
        const orma_status st =
            zip_error_code_zip(zip_get_error(f->zip)) == ZIP_ER_MEMORY
                ? error_no_memory(err)
                : damaged(s, "cannot be read: the file is damaged", err);
        archive_stream_close(s);
        return st;
    }
    *out = s;
    return ORMA_OK;
}

orma_status archive_stream_read(archive_stream *s, void *buffer,
                                size_t capacity, size_t *n, orma_error **err)
{
    const int64_t got = zip_fread(s->entry, buffer, capacity);
    if (got < 0)
        return zip_error_code_zip(zip_file_get_error(s->entry)) == ZIP_ER_CRC
                   ? damaged(s, "has a wrong checksum", err)
                   : damaged(s, "cannot be read: the file is damaged", err);
    if ((uint64_t)got > s->left)
        return damaged(s, "holds more than the directory says", err);
    s->left -= (uint64_t)got;
    if (got == 0 && s->left > 0 && capacity > 0)
        return damaged(s, "holds less than the directory says", err);
    *n = (size_t)got;
    return ORMA_OK;
}

void archive_stream_close(archive_stream *s)
{
    if (s == NULL)
        return;
    if (s->entry != NULL)
        zip_fclose(s->entry);
    free(s);
}

orma_status archive_file_read(archive_file *f, const char *name,
                              size_t max_bytes, buf *out, orma_error **err)
{
    char piece[16384];
    archive_stream *s = NULL;
    size_t n = 1;
    const int64_t index = zip_name_locate(f->zip, name, ZIP_FL_ENC_RAW);
    if (index < 0)
        return error_set(err, ORMA_E_INVALID, "archive", 0,
                         "\"%s\" is no AiiDA archive: it lacks \"%s\"", f->path,
                         name);
    orma_status st = archive_stream_open(f, (uint64_t)index, &s, err);
    if (st == ORMA_OK && s->left > max_bytes)
        st = damaged(s, "is too large", err);
    while (st == ORMA_OK && n > 0) {
        st = archive_stream_read(s, piece, sizeof piece, &n, err);
        if (st == ORMA_OK)
            buf_append(out, piece, n);
    }
    archive_stream_close(s);
    return st == ORMA_OK ? buf_status(out, err) : st;
}
