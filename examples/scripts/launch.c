/* Looks a calculation up through its factory and launches it, with liborma.
 *
 *   cc launch.c $(pkg-config --cflags --libs liborma) -o launch
 *   ./launch acme.sum '{"code": "awk@localhost", "numbers": [1, 2.5, 3]}'
 *
 * The profile is the default one, or that of $ORMA_PROFILE.
 *
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <orma/api/launch.h>

/* The error with its causes and the remedy; frees it. Always 1. */
static int give_up(orma_error *error)
{
    fprintf(stderr, "launch");
    for (const orma_error *e = error; e != NULL; e = orma_error_cause(e))
        fprintf(stderr, ": %s", orma_error_message(e));
    fputc('\n', stderr);
    if (error != NULL && orma_error_hint(error) != NULL)
        fprintf(stderr, "hint: %s\n", orma_error_hint(error));
    orma_error_free(error);
    return 1;
}

static int launch(orma_profile *profile, const char *entry, const char *inputs)
{
    orma_error *error = NULL;
    char *result = NULL;
    int64_t pk = 0;

    if (orma_run(profile, entry, (orma_str){inputs, strlen(inputs)}, NULL, &pk,
                 &result, &error) != ORMA_OK)
        return give_up(error);
    fprintf(stderr, "process %lld\n", (long long)pk);
    puts(result);
    orma_free(result);
    return 0;
}

int main(int argc, char **argv)
{
    const orma_calculation *calculation = NULL;
    orma_profile *profile = NULL;
    orma_error *error = NULL;

    if (argc != 3) {
        fprintf(stderr, "usage: %s ENTRY INPUTS-AS-JSON\n", argv[0]);
        return 2;
    }
    /* Not needed for orma_run(), which does it itself: a factory answers the
     * table of functions of one entry point and loads its module. */
    if (orma_calculation_factory(argv[1], &calculation, &error) != ORMA_OK)
        return give_up(error);
    fprintf(stderr, "found \"%s\", a table of %u bytes\n", argv[1],
            (unsigned)calculation->size);
    if (orma_profile_open(NULL, &profile, &error) != ORMA_OK)
        return give_up(error);
    const int status = launch(profile, argv[1], argv[2]);
    orma_profile_close(profile);
    return status;
}
