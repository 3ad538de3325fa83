/* Quoting words for a POSIX shell.
 *
 * SPDX-License-Identifier: MIT */
#include <base/text.h>

static void quote_with(buf *out, const char *word, char quote,
                       const char *inner)
{
    buf_char(out, quote);
    for (const char *c = word; *c != '\0'; c++) {
        if (*c == quote)
            buf_text(out, inner);
        else
            buf_char(out, *c);
    }
    buf_char(out, quote);
}

void shell_quote(buf *out, const char *word)
{
    quote_with(out, word, '\'', "'\"'\"'");
}

/* $, ` and \ keep their meaning: that is what double quotes are asked for. */
void shell_quote_double(buf *out, const char *word)
{
    quote_with(out, word, '"', "\"'\"'\"");
}
