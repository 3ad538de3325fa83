/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/file.h>
#include <base/text.h>

#include "unit/runner.h"

/* Structure and names: AiiDA's own file, `verdi profile setup` of 2.9. */
const char aiida_config[] =
    "{\n"
    "    \"CONFIG_VERSION\": {\n"
    "        \"CURRENT\": 10,\n"
    "        \"OLDEST_COMPATIBLE\": 10\n"
    "    },\n"
    "    \"default_profile\": \"main\",\n"
    "    \"profiles\": {\n"
    "        \"main\": {\n"
    "            \"PROFILE_UUID\": \"0f5f2f8cb0f54b6fa2b9e2ae5f8ed8d3\",\n"
    "            \"storage\": {\n"
    "                \"backend\": \"core.psql_dos\",\n"
    "                \"config\": {\n"
    "                    \"database_hostname\": \"localhost\",\n"
    "                    \"database_password\": \"xyzzy\"\n"
    "                }\n"
    "            },\n"
    "            \"process_control\": {\n"
    "                \"backend\": \"core.rabbitmq\",\n"
    "                \"config\": {}\n"
    "            },\n"
    "            \"default_user_email\": \"me@x.org\",\n"
    "            \"test_profile\": false,\n"
    "            \"options\": {\n"
    "                \"runner.poll.interval\": 1\n"
    "            }\n"
    "        },\n"
    "        \"second\": {\n"
    "            \"storage\": {\n"
    "                \"backend\": \"core.sqlite_dos\",\n"
    "                \"config\": {\n"
    "                    \"filepath\": \"/nowhere\"\n"
    "                }\n"
    "            },\n"
    "            \"process_control\": null\n"
    "        }\n"
    "    },\n"
    "    \"options\": {\n"
    "        \"daemon.timeout\": 7\n"
    "    }\n"
    "}\n";

const char *fixture_folder(const char *content)
{
    static char folder[4096];
    snprintf(folder, sizeof folder, "%s", unit_temp_dir());
    setenv("ORMA_PATH", folder, 1);
    unsetenv("ORMA_PROFILE");
    if (content != NULL)
        fixture_write(folder, "config.json", content);
    return folder;
}

void fixture_write(const char *folder, const char *name, const char *content)
{
    orma_error *error = NULL;
    char *path = file_join(folder, name);
    CU_ASSERT_EQUAL(file_mkdirs_for(path, 0700, &error), ORMA_OK);
    CU_ASSERT_EQUAL(
        file_write(path, (orma_str){content, strlen(content)}, 0600, &error),
        ORMA_OK);
    error_clear(&error);
    free(path);
}

char *fixture_read(const char *folder, const char *name)
{
    buf text = {0};
    orma_error *error = NULL;
    char *path = file_join(folder, name);
    CU_ASSERT_EQUAL(file_read(path, 1 << 20, &text, &error), ORMA_OK);
    error_clear(&error);
    free(path);
    return buf_take(&text);
}

config *fixture_open(void)
{
    config *c = NULL;
    orma_error *error = NULL;
    CU_ASSERT_EQUAL(config_open(&c, &error), ORMA_OK);
    error_clear(&error);
    return c;
}

bool fixture_refused(orma_status status, char **message)
{
    config *c = NULL;
    orma_error *error = NULL;
    const orma_status got = config_open(&c, &error);
    *message = error != NULL ? error_chain(error) : text_copy("");
    error_clear(&error);
    config_close(c);
    return got == status;
}
