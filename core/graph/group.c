/* The types and labels of groups.
 *
 * SPDX-License-Identifier: MIT */
#include <graph/group.h>

#include <string.h>

#include <base/error.h>
#include <base/text.h>

#define NAME_MAX_CHARACTERS 255 /* AiiDA's columns */

static const char *const core_types[] = {GROUP_PLAIN, GROUP_AUTO, GROUP_IMPORT,
                                         GROUP_UPF};

/* "package.name": letters, digits, '_' and '-' between dots. */
static bool is_entry_point(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    const size_t len = strlen(name);
    return len <= NAME_MAX_CHARACTERS && strspn(name, allowed) == len &&
           strchr(name, '.') != NULL && strstr(name, "..") == NULL &&
           name[0] != '.' && name[len - 1] != '.';
}

orma_status group_check_type(const char *type_string, orma_error **err)
{
    for (size_t i = 0; i < sizeof core_types / sizeof *core_types; i++)
        if (text_equal(core_types[i], type_string))
            return ORMA_OK;
    /* A slip in "core.auto" is no other package's type. */
    if (is_entry_point(type_string) && !text_starts(type_string, "core."))
        return ORMA_OK;
    error_set(err, ORMA_E_INVALID, "graph", 0, "\"%.80s\" is no type of groups",
              type_string);
    error_hint(err, "use " GROUP_PLAIN ", " GROUP_AUTO ", " GROUP_IMPORT
                    ", " GROUP_UPF " or a package's own, \"package.name\"");
    return ORMA_E_INVALID;
}

orma_status group_check_label(const char *label, orma_error **err)
{
    if (!text_is_utf8((orma_str){label, strlen(label)}))
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "the label of a group is not valid UTF-8");
    if (label[strspn(label, " \t")] == '\0' ||
        text_length(label) > NAME_MAX_CHARACTERS)
        return error_set(err, ORMA_E_INVALID, "graph", 0,
                         "a group needs a label of 1 to %d characters",
                         NAME_MAX_CHARACTERS);
    return ORMA_OK;
}
