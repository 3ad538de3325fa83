/* Shell quoting, judged by the shell itself.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>

#include "unit/base/suites.h"

static void check_quoted(const char *word, const char *expected)
{
    AUTO_BUF buf text = {0};

    shell_quote(&text, word);
    CU_ASSERT_STRING_EQUAL(buf_c_str(&text), expected);
}

static void single_quotes_as_aiida_writes_them(void)
{
    check_quoted("plain", "'plain'");
    check_quoted("", "''");
    check_quoted("it's", "'it'\"'\"'s'");
    check_quoted("$HOME `x` \\", "'$HOME `x` \\'");
}

static void double_quotes_as_aiida_writes_them(void)
{
    AUTO_BUF buf text = {0};

    shell_quote_double(&text, "say \"hi\" to $USER, it's");
    CU_ASSERT_STRING_EQUAL(
        buf_c_str(&text),
        "\"say \"'\"'\"hi\"'\"'\" to $USER, it's\"");
}

/* What the shell takes `quoted` for. */
static void ask_shell(const buf *quoted, char *answer, size_t size)
{
    AUTO_BUF buf command = {0};

    buf_printf(&command, "printf '%%s' %s", buf_c_str(quoted));
    FILE *shell = popen(buf_c_str(&command), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(shell);
    answer[fread(answer, 1, size - 1, shell)] = '\0';
    CU_ASSERT_EQUAL(pclose(shell), 0);
}

static const char *const words[] = {
    "plain", "", "it's", "''", "'", "a b\tc", "$HOME", "`id`", "$(id)",
    "\\", "\\n", "\"", "*", "~", "!x", "a;b|c&d>e<f", "line\nbreak", "#", "-n",
    "\xC3\xA9", "'\"'\"'", "%s",
};

static void every_word_comes_through_the_shell(void)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        AUTO_BUF buf quoted = {0};
        char answer[64];
        shell_quote(&quoted, words[i]);
        ask_shell(&quoted, answer, sizeof answer);
        CU_ASSERT_STRING_EQUAL(answer, words[i]);
    }
}

static void double_quotes_let_the_shell_expand(void)
{
    AUTO_BUF buf quoted = {0};
    char answer[64];

    CU_ASSERT_EQUAL(setenv("ORMA_QUOTE_TEST", "two words", 1), 0);
    shell_quote_double(&quoted, "<$ORMA_QUOTE_TEST> \"it's\"");
    ask_shell(&quoted, answer, sizeof answer);
    CU_ASSERT_STRING_EQUAL(answer, "<two words> \"it's\"");
    unsetenv("ORMA_QUOTE_TEST");
}

static const unit_test tests[] = {
    {"single_quotes_as_aiida_writes_them", single_quotes_as_aiida_writes_them},
    {"double_quotes_as_aiida_writes_them", double_quotes_as_aiida_writes_them},
    {"every_word_comes_through_the_shell", every_word_comes_through_the_shell},
    {"double_quotes_let_the_shell_expand", double_quotes_let_the_shell_expand},
    {NULL, NULL},
};

const unit_suite quote_suite = {"quote", NULL, NULL, tests};
