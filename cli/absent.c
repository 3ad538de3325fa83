/* Commands of verdi that this version lacks, so that who looks for them is not
 * sent to look for a slip.
 *
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"

static const struct {
    const char *group;   /* "": the root */
    const char *words;   /* separated by blanks */
    const char *instead; /* "" */
} absent[] = {
    {"", "submit wait", "`orma run` runs a process here and now"},
    {"", "quicksetup", "`orma presto` makes a profile"},
    {"", "setup", "`orma profile setup` makes a profile"},
    {"", "completioncommand", "`orma completion bash` prints the script"},
    {"", "help", "`orma COMMAND -h` prints help"},
    {"", "daemon devel rabbitmq restapi shell", ""},
    {"process", "call-root kill pause repair watch", ""},
    {"node", "tree", "`orma process status` prints the tree of a process"},
    {"calcjob", "cleanworkdir gotocomputer remotecat remotels", ""},
    {"code", "setup", "`orma code create` makes a code"},
    {"computer", "goto", "its host name: `orma computer show COMPUTER`"},
    {"profile", "configure-rabbitmq setdefault", ""},
    {"config", "downgrade", "AiiDA brings config.json to an older format"},
    {"plugin", "new", "examples/plugin-template is the start of one"},
};

static bool has_word(const char *words, const char *word)
{
    const size_t len = strlen(word);
    for (const char *p = words; *p != '\0';) {
        const size_t n = strcspn(p, " ");
        if (n == len && strncmp(p, word, n) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

const char *absent_command(const char *group, const char *word)
{
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (strcmp(absent[i].group, group) == 0 &&
            has_word(absent[i].words, word))
            return absent[i].instead;
    return NULL;
}
