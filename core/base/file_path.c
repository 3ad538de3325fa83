/* Names of files: joining, judging, making absolute.
 *
 * SPDX-License-Identifier: MIT */
#include <base/file.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/text.h>

#define MAX_SAFE_PATH 4096

bool file_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *file_join(const char *folder, const char *name)
{
    size_t len = strlen(folder);

    while (len > 1 && folder[len - 1] == '/')
        len--;
    if (len == 0)
        return text_copy(name);
    return text_printf("%.*s%s%s", (int)len, folder,
                       folder[len - 1] == '/' ? "" : "/", name);
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

char *file_folder(const char *path)
{
    const size_t len = (size_t)(file_name(path) - path);

    if (len == 0)
        return text_copy(".");
    return text_printf("%.*s", (int)(len > 1 ? len - 1 : len), path);
}

/* Appends the components of path to an absolute path being built. */
static void append_components(buf *out, const char *path)
{
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");
        const bool is_parent = len == 2 && path[0] == '.' && path[1] == '.';
        const bool is_self = len == 1 && path[0] == '.';

        if (is_parent) {
            while (out->len > 0 && out->ptr[--out->len] != '/')
                continue;
        } else if (len > 0 && !is_self) {
            buf_char(out, '/');
            buf_append(out, path, len);
        }
        path += len;
        path += strspn(path, "/");
    }
}

char *file_absolute(const char *path)
{
    buf out = {0};

    if (path[0] != '/') {
        AUTO_FREE char *folder = getcwd(NULL, 0);
        if (folder == NULL)
            return NULL;
        append_components(&out, folder);
    }
    append_components(&out, path);
    if (out.len == 0)
        buf_char(&out, '/');
    else
        buf_append(&out, "", 0); /* the NUL, after a component was taken off */
    return buf_take(&out);
}

bool file_path_is_safe(const char *path)
{
    if (strlen(path) > MAX_SAFE_PATH)
        return false;
    for (const char *c = path; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return false;
    for (;;) {
        const size_t len = strcspn(path, "/");
        if (len == 0 || (len == 1 && path[0] == '.') ||
            (len == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        if (path[len] == '\0')
            return true;
        path += len + 1;
    }
}
