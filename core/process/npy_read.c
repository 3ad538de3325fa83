/* Reading .npy files.
 *
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <process/npy_internal.h>

#include <base/error.h>

enum { MAX_HEADER_BYTES = 1 << 16 };

/* One element to another type; false: does not fit. Both unaligned. */
typedef bool (*convert_fn)(const unsigned char *from, unsigned char *to);

#define WIDEN(name, from_type, to_type)                                        \
    static bool name(const unsigned char *from, unsigned char *to)             \
    {                                                                          \
        from_type narrow;                                                      \
        memcpy(&narrow, from, sizeof narrow);                                  \
        const to_type wide = (to_type)narrow;                                  \
        memcpy(to, &wide, sizeof wide);                                        \
        return true;                                                           \
    }
WIDEN(from_i1, int8_t, int32_t)
WIDEN(from_u1, uint8_t, int32_t)
WIDEN(from_i2, int16_t, int32_t)
WIDEN(from_u2, uint16_t, int32_t)
WIDEN(from_u4, uint32_t, int64_t)

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static bool from_f2(const unsigned char *from, unsigned char *to)
{
    uint16_t half;
    float wide;

    memcpy(&half, from, sizeof half);
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 31)
        wide = fraction == 0 ? INFINITY : NAN;
    else if (exponent == 0)
        wide = ldexpf((float)fraction, -24);
    else
        wide = ldexpf((float)(1024 + fraction), exponent - 25);
    if ((half & 0x8000) != 0)
        wide = -wide;
    memcpy(to, &wide, sizeof wide);
    return true;
}

static bool from_u8(const unsigned char *from, unsigned char *to)
{
    uint64_t value;

    memcpy(&value, from, sizeof value);
    memcpy(to, &value, sizeof value);
    return value <= INT64_MAX;
}

static bool from_c8(const unsigned char *from, unsigned char *to)
{
    float narrow[2];

    memcpy(narrow, from, sizeof narrow);
    const double wide[2] = {(double)narrow[0], (double)narrow[1]};
    memcpy(to, wide, sizeof wide);
    return true;
}

static bool from_b1(const unsigned char *from, unsigned char *to)
{
    *to = *from;
    return *from <= 1;
}

/* NumPy's type codes without the byte order. */
static const struct source_type {
    const char *code;
    int32_t dtype;
    size_t item_bytes, number_bytes;
    convert_fn convert; /* NULL: as it is */
} source_types[] = {
    {"f8", ORMA_DTYPE_F64, 8, 8, NULL},
    {"i8", ORMA_DTYPE_I64, 8, 8, NULL},
    {"b1", ORMA_DTYPE_BOOL, 1, 1, from_b1},
    {"c16", ORMA_DTYPE_C128, 16, 8, NULL},
    {"f4", ORMA_DTYPE_F32, 4, 4, NULL},
    {"f2", ORMA_DTYPE_F32, 2, 2, from_f2},
    {"i4", ORMA_DTYPE_I32, 4, 4, NULL},
    {"i1", ORMA_DTYPE_I32, 1, 1, from_i1},
    {"u1", ORMA_DTYPE_I32, 1, 1, from_u1},
    {"i2", ORMA_DTYPE_I32, 2, 2, from_i2},
    {"u2", ORMA_DTYPE_I32, 2, 2, from_u2},
    {"u4", ORMA_DTYPE_I64, 4, 4, from_u4},
    {"u8", ORMA_DTYPE_I64, 8, 8, from_u8},
    {"c8", ORMA_DTYPE_C128, 8, 4, from_c8},
};

struct npy_header {
    const struct source_type *type;
    bool swapped;
    bool fortran_order;
    int32_t ndim;
    int64_t shape[ORMA_ARRAY_MAX_NDIM];
    bool has_type, has_order, has_shape;
};

/* The header is a Python literal: a dict with three known keys. */
struct scan {
    const char *at, *end;
};

static void skip_blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n'))
        s->at++;
}

static bool take(struct scan *s, char c)
{
    skip_blanks(s);
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool take_word(struct scan *s, const char *word)
{
    const size_t len = strlen(word);

    skip_blanks(s);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    return true;
}

static bool take_text(struct scan *s, char *out, size_t size)
{
    size_t n = 0;

    skip_blanks(s);
    if (s->at == s->end || (*s->at != '\'' && *s->at != '"'))
        return false;
    const char quote = *s->at++;
    while (s->at < s->end && *s->at != quote && n + 1 < size)
        out[n++] = *s->at++;
    out[n] = '\0';
    return take(s, quote);
}

static bool take_length(struct scan *s, int64_t *out)
{
    int64_t n = 0;

    skip_blanks(s);
    if (s->at == s->end || *s->at < '0' || *s->at > '9')
        return false;
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
        if (n > (INT64_MAX - 9) / 10)
            return false;
        n = n * 10 + (*s->at - '0');
    }
    if (s->at < s->end && *s->at == 'L') /* written by Python 2 */
        s->at++;
    *out = n;
    return true;
}

static bool take_shape(struct scan *s, struct npy_header *h)
{
    if (!take(s, '('))
        return false;
    while (!take(s, ')')) {
        if (h->ndim == ORMA_ARRAY_MAX_NDIM ||
            !take_length(s, &h->shape[h->ndim++]))
            return false;
        if (!take(s, ',')) {
            if (!take(s, ')'))
                return false;
            break;
        }
    }
    return h->has_shape = true;
}

static bool take_type(struct scan *s, struct npy_header *h)
{
    char text[16];

    if (!take_text(s, text, sizeof text) || strchr("<>|=", text[0]) == NULL ||
        text[0] == '\0')
        return false;
    for (size_t i = 0; i < sizeof source_types / sizeof *source_types; i++)
        if (strcmp(source_types[i].code, text + 1) == 0)
            h->type = &source_types[i];
    h->swapped = text[0] == (npy_host_is_little() ? '>' : '<');
    h->has_type = h->type != NULL;
    return h->has_type;
}

static bool take_order(struct scan *s, struct npy_header *h)
{
    h->fortran_order = take_word(s, "True");
    h->has_order = h->fortran_order || take_word(s, "False");
    return h->has_order;
}

static bool take_header(struct scan *s, struct npy_header *h)
{
    char key[16];

    if (!take(s, '{'))
        return false;
    while (!take(s, '}')) {
        if (!take_text(s, key, sizeof key) || !take(s, ':'))
            return false;
        const bool read =
            strcmp(key, "descr") == 0 && !h->has_type    ? take_type(s, h)
            : strcmp(key, "shape") == 0 && !h->has_shape ? take_shape(s, h)
            : strcmp(key, "fortran_order") == 0 && !h->has_order
                ? take_order(s, h)
                : false;
        if (!read)
            return false;
        if (!take(s, ',')) {
            if (!take(s, '}'))
                return false;
            break;
        }
    }
    skip_blanks(s);
    return s->at == s->end && h->has_type && h->has_order && h->has_shape;
}

/* Finds the header's text and where the elements start. */
static orma_status find_header(orma_str bytes, struct scan *s, size_t *start,
                               orma_error **err)
{
    const unsigned char *b = (const unsigned char *)bytes.ptr;

    if (bytes.len < 12 || memcmp(b, "\x93NUMPY", 6) != 0)
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "it does not begin as an .npy file");
    if (b[6] < 1 || b[6] > 3)
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "unknown .npy format %d.%d", b[6], b[7]);
    const bool wide = b[6] > 1; /* 2.0 and 3.0: four bytes of length */
    const size_t prefix = wide ? 12 : 10;
    size_t len = (size_t)b[8] | (size_t)b[9] << 8;
    if (wide)
        len |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (len > MAX_HEADER_BYTES || len > bytes.len - prefix)
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "its header is cut off or too long");
    *s = (struct scan){bytes.ptr + prefix, bytes.ptr + prefix + len};
    *start = prefix + len;
    return ORMA_OK;
}

static bool copy_items(const struct npy_header *h, const char *from,
                       size_t count, unsigned char *to)
{
    const struct source_type *type = h->type;
    const size_t out_bytes = npy_item_bytes(type->dtype);
    int64_t strides[ORMA_ARRAY_MAX_NDIM];

    npy_strides(h->shape, h->ndim, type->item_bytes, h->fortran_order, strides);
    struct npy_walk walk = {
        .ndim = h->ndim, .shape = h->shape, .strides = strides};
    for (size_t i = 0; i < count; i++, npy_walk_next(&walk)) {
        unsigned char item[16];
        memcpy(item, from + walk.offset, type->item_bytes);
        if (h->swapped)
            npy_swap(item, type->item_bytes / type->number_bytes,
                     type->number_bytes);
        if (type->convert == NULL)
            memcpy(to + i * out_bytes, item, out_bytes);
        else if (!type->convert(item, to + i * out_bytes))
            return false;
    }
    return true;
}

orma_status npy_read(orma_str bytes, npy_array *out, orma_error **err)
{
    struct npy_header h = {0};
    struct scan s = {NULL, NULL};
    size_t start = 0, count = 0;
    orma_status st = find_header(bytes, &s, &start, err);

    if (st != ORMA_OK)
        return st;
    if (!take_header(&s, &h))
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "its header is damaged or of an element type that "
                         "is not read (numbers and booleans are)");
    if (!npy_count(h.shape, h.ndim, 16, &count))
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "its shape is too large");
    if (bytes.len - start != count * h.type->item_bytes)
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "it holds %zu bytes of elements where its shape "
                         "says %zu",
                         bytes.len - start, count * h.type->item_bytes);

    unsigned char *data = calloc(count + 1, npy_item_bytes(h.type->dtype));
    if (data == NULL)
        return error_no_memory(err);
    if (!copy_items(&h, bytes.ptr + start, count, data)) {
        free(data);
        return error_set(err, ORMA_E_INVALID, "npy", 0,
                         "an element does not fit the type of the array");
    }
    out->dtype = h.type->dtype;
    out->ndim = h.ndim;
    memcpy(out->shape, h.shape, sizeof out->shape);
    out->data = data;
    return ORMA_OK;
}
