/* Errors and their causes.
 *
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include <base/error.h>

#include "unit/base/suites.h"

static void keeps_what_it_is_told(void)
{
    AUTO_ERROR orma_error *err = NULL;

    CU_ASSERT_EQUAL(error_set(&err, ORMA_E_INVALID, "manifest", 7,
                              "key '%s' is unknown", "colour"),
                    ORMA_E_INVALID);
    CU_ASSERT_EQUAL(orma_error_status(err), ORMA_E_INVALID);
    CU_ASSERT_STRING_EQUAL(orma_error_domain(err), "manifest");
    CU_ASSERT_EQUAL(orma_error_code(err), 7);
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), "key 'colour' is unknown");
    CU_ASSERT_PTR_NULL(orma_error_hint(err));
    CU_ASSERT_PTR_NULL(orma_error_cause(err));
}

static void earlier_error_becomes_the_cause(void)
{
    AUTO_ERROR orma_error *err = NULL;

    error_set(&err, ORMA_E_NOT_FOUND, "file", 0, "no file");
    error_set(&err, ORMA_E_INVALID, "profile", 0, "no profile, says '%s'",
              orma_error_message(err));
    AUTO_FREE char *chain = error_chain(err);
    CU_ASSERT_STRING_EQUAL(chain, "no profile, says 'no file': no file");
    CU_ASSERT_EQUAL(orma_error_status(orma_error_cause(err)),
                    ORMA_E_NOT_FOUND);
}

static void hint_belongs_to_the_outermost(void)
{
    AUTO_ERROR orma_error *err = NULL;

    error_hint(&err, "nothing to advise");
    CU_ASSERT_PTR_NULL(err);
    error_set(&err, ORMA_E_INVALID, "x", 0, "inner");
    error_set(&err, ORMA_E_INVALID, "x", 0, "outer");
    error_hint(&err, "write %d", 1);
    error_hint(&err, "write %d", 2);
    CU_ASSERT_STRING_EQUAL(orma_error_hint(err), "write 2");
    CU_ASSERT_PTR_NULL(orma_error_hint(orma_error_cause(err)));
}

static void message_is_one_line(void)
{
    AUTO_ERROR orma_error *err = NULL;

    error_set(&err, ORMA_E_INVALID, "x", 0, "a\nb\tc");
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), "a b c");
}

static const struct {
    int errnum;
    orma_status status;
} errnos[] = {
    {ENOENT, ORMA_E_NOT_FOUND},  {EAGAIN, ORMA_E_TRANSIENT},
    {EINTR, ORMA_E_TRANSIENT},   {ENOSPC, ORMA_E_TRANSIENT},
    {EDQUOT, ORMA_E_TRANSIENT},  {EMFILE, ORMA_E_TRANSIENT},
    {ENOMEM, ORMA_E_NO_MEMORY},  {EACCES, ORMA_E_PERMANENT},
};

static void errno_gives_status_and_reason(void)
{
    for (size_t i = 0; i < sizeof errnos / sizeof *errnos; i++) {
        AUTO_ERROR orma_error *err = NULL;
        CU_ASSERT_EQUAL(
            error_errno(&err, errnos[i].errnum, "file", "cannot open '%s'",
                        "/x"),
            errnos[i].status);
        CU_ASSERT_EQUAL(orma_error_code(err), errnos[i].errnum);
    }
    AUTO_ERROR orma_error *err = NULL;
    error_errno(&err, ENOENT, "file", "cannot open '%s'", "/x");
    CU_ASSERT_STRING_EQUAL(orma_error_message(err),
                           "cannot open '/x': No such file or directory");
}

static void works_without_a_place_for_the_error(void)
{
    CU_ASSERT_EQUAL(error_set(NULL, ORMA_E_BUG, "x", 0, "y"), ORMA_E_BUG);
    CU_ASSERT_EQUAL(error_errno(NULL, ENOENT, "x", "y"), ORMA_E_NOT_FOUND);
    CU_ASSERT_EQUAL(error_no_memory(NULL), ORMA_E_NO_MEMORY);
    error_hint(NULL, "x");
    error_clear(NULL);
    orma_error_free(NULL);
    CU_ASSERT_EQUAL(orma_error_status(NULL), ORMA_OK);
    CU_ASSERT_STRING_EQUAL(orma_error_message(NULL), "");
}

static void no_memory_needs_none_and_can_be_wrapped(void)
{
    orma_error *err = NULL;

    error_set(&err, ORMA_E_INVALID, "x", 0, "given up for it");
    CU_ASSERT_EQUAL(error_no_memory(&err), ORMA_E_NO_MEMORY);
    error_hint(&err, "not kept");
    CU_ASSERT_PTR_NULL(orma_error_hint(err));
    error_set(&err, ORMA_E_NO_MEMORY, "x", 0, "while reading");
    AUTO_FREE char *chain = error_chain(err);
    CU_ASSERT_STRING_EQUAL(chain, "while reading: out of memory");
    error_clear(&err);
    CU_ASSERT_PTR_NULL(err);
    error_no_memory(&err); /* still usable */
    CU_ASSERT_STRING_EQUAL(orma_error_message(err), "out of memory");
    orma_error_free(err);
}

static void every_status_has_its_word(void)
{
    for (orma_status s = ORMA_E_REFUSED; s <= ORMA_OK; s++) {
        CU_ASSERT_STRING_NOT_EQUAL(orma_status_word(s), "unknown");
        for (orma_status t = ORMA_E_REFUSED; t < s; t++)
            CU_ASSERT_STRING_NOT_EQUAL(orma_status_word(s),
                                       orma_status_word(t));
    }
    CU_ASSERT_STRING_EQUAL(orma_status_word(ORMA_E_NOT_FOUND), "not found");
    CU_ASSERT_STRING_EQUAL(orma_status_word(-99), "unknown");
}

static const unit_test tests[] = {
    {"keeps_what_it_is_told", keeps_what_it_is_told},
    {"earlier_error_becomes_the_cause", earlier_error_becomes_the_cause},
    {"hint_belongs_to_the_outermost", hint_belongs_to_the_outermost},
    {"message_is_one_line", message_is_one_line},
    {"errno_gives_status_and_reason", errno_gives_status_and_reason},
    {"works_without_a_place_for_the_error",
     works_without_a_place_for_the_error},
    {"no_memory_needs_none_and_can_be_wrapped",
     no_memory_needs_none_and_can_be_wrapped},
    {"every_status_has_its_word", every_status_has_its_word},
    {NULL, NULL},
};

const unit_suite error_suite = {"error", NULL, NULL, tests};
