/* Keys whose case does not matter: namelists and settings in upper case,
 * keywords in lower case.
 *
 * SPDX-License-Identifier: MIT */
#ifndef QE_CASE_H
#define QE_CASE_H

#include "module.h"

enum letter_case { UPPER_CASE, LOWER_CASE };

typedef struct case_rule {
    enum letter_case wanted;
    const char *what;  /* names the object in refusals */
    bool *has_changed; /* set when a key was in another case; or NULL */
} case_rule;

/* A new object with the keys of `from` in one case; values are shared.
 * Errors: INVALID (two keys differ by case only). */
orma_status keys_in_case(json_object *from, const case_rule *rule,
                         json_object **out, orma_error **err);

#endif
