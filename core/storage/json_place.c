/* Places inside JSON columns as SQL.
 *
 * SPDX-License-Identifier: MIT */
#include <storage/json_place.h>

#include <string.h>

static const char letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char others[] = "0123456789_- ";
#define NAME_CHARACTERS                                                        \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

void json_word(const char *word, const char *value, const char *path,
               const char *parameter, buf *out)
{
    for (const char *p = word; *p != '\0'; p++) {
        switch (*p) {
        case '@':
            buf_text(out, value);
            break;
        case '#':
            buf_text(out, path);
            break;
        case '?':
            buf_text(out, parameter);
            break;
        default:
            buf_char(out, *p);
        }
    }
}

static const char *key_at(const json_object *keys, size_t i)
{
    return json_object_get_string(json_object_array_get_idx(keys, i));
}

/* A key with a letter or '_' is no index, whatever else is in it. */
static bool is_plain(const char *key)
{
    bool is_name = false;
    for (const char *p = key; *p != '\0'; p++) {
        if (strchr(letters, *p) != NULL || *p == '_')
            is_name = true;
        else if (strchr(others, *p) == NULL)
            return false;
    }
    return is_name;
}

bool json_keys_are_plain(const json_object *keys)
{
    for (size_t i = 0; i < json_object_array_length(keys); i++)
        if (!is_plain(key_at(keys, i)))
            return false;
    return true;
}

/* The literal path of plain keys. */
static void path_literal(const orma_dialect *d, const json_object *keys,
                         buf *out)
{
    buf_text(out, d->json_path_open);
    for (size_t i = 0; i < json_object_array_length(keys); i++) {
        if (i > 0)
            buf_text(out, d->json_path_comma);
        json_word(d->json_path_key, "", key_at(keys, i), "", out);
    }
    buf_text(out, d->json_path_close);
}

static void place_word(const orma_dialect *d, const char *word,
                       const json_place *p, buf *out)
{
    AUTO_BUF buf path = {0};
    path_literal(d, p->keys, &path);
    if (path.failed)
        out->failed = true;
    else
        json_word(word, p->value, buf_c_str(&path), "", out);
}

/* The only key, when json_scalar can take it. */
static const char *simple_key(const json_place *p)
{
    if (json_object_array_length(p->keys) != 1)
        return NULL;
    const char *key = key_at(p->keys, 0);
    const bool is_digit = key[0] >= '0' && key[0] <= '9';
    return !is_digit && strspn(key, NAME_CHARACTERS) == strlen(key) ? key
                                                                    : NULL;
}

void json_place_scalar(const orma_dialect *d, const json_place *p, buf *out)
{
    const char *key = simple_key(p);
    if (key != NULL)
        json_word(d->json_scalar, p->value, key, "", out);
    else
        place_word(d, d->json_path_scalar, p, out);
}

void json_place_number(const orma_dialect *d, const json_place *p, buf *out)
{
    place_word(d, d->json_path_number, p, out);
}

void json_place_type(const orma_dialect *d, const json_place *p, buf *out)
{
    place_word(d, d->json_path_type, p, out);
}

void json_place_length(const orma_dialect *d, const json_place *p, buf *out)
{
    place_word(d, d->json_path_length, p, out);
}
