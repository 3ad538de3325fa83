/* AiiDA's options, as its versions 2.8 (format 9) and 2.9 (format 10) know
 * them.
 *
 * SPDX-License-Identifier: MIT */
#include <config/options.h>

#include <string.h>

#include <base/error.h>
#include <base/text.h>

#define LEVEL_WORDS "DEBUG, INFO, REPORT, WARNING, ERROR, CRITICAL, NOTSET"

static const option_info options[] = {
    {.name = "autofill.user.email",
     .help = "Email of the user of new profiles",
     .fallback = "null",
     .type = OPTION_STRING,
     .is_optional = true,
     .is_global_only = true},
    {.name = "autofill.user.first_name",
     .help = "First name of the user of new profiles",
     .fallback = "null",
     .type = OPTION_STRING,
     .is_optional = true,
     .is_global_only = true},
    {.name = "autofill.user.institution",
     .help = "Institution of the user of new profiles",
     .fallback = "null",
     .type = OPTION_STRING,
     .is_optional = true,
     .is_global_only = true},
    {.name = "autofill.user.last_name",
     .help = "Last name of the user of new profiles",
     .fallback = "null",
     .type = OPTION_STRING,
     .is_optional = true,
     .is_global_only = true},
    {.name = "broker.task_timeout",
     .former_name = "rmq.task_timeout",
     .help = "Seconds to wait for AiiDA's message broker",
     .fallback = "10",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "caching.default_enabled",
     .help = "Take finished calculations from the cache when no pattern says "
             "otherwise",
     .fallback = "false",
     .type = OPTION_BOOLEAN,
     .needs_restart = true},
    {.name = "caching.disabled_for",
     .help = "Process types that are never taken from the cache; * stands for "
             "any text",
     .fallback = "[]",
     .type = OPTION_PATTERNS,
     .needs_restart = true},
    {.name = "caching.enabled_for",
     .help = "Process types that are taken from the cache; * stands for any "
             "text",
     .fallback = "[]",
     .type = OPTION_PATTERNS,
     .needs_restart = true},
    {.name = "daemon.default_workers",
     .help = "Workers that the daemon starts with",
     .fallback = "1",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "daemon.recursion_limit",
     .help = "Recursion limit of Python in AiiDA's workers",
     .fallback = "3000",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "daemon.timeout",
     .help = "Seconds to wait for an answer of the daemon",
     .fallback = "2",
     .type = OPTION_INTEGER},
    {.name = "daemon.worker_process_slots",
     .help = "Processes that one worker of AiiDA's daemon runs at a time",
     .fallback = "200",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "db.batch_size",
     .help = "Rows that are written to the database at a time",
     .fallback = "100000",
     .type = OPTION_INTEGER},
    {.name = "logging.aiida_core_loglevel",
     .help = "Least level of AiiDA's own core",
     .fallback = "\"INHERIT\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true,
     .since = 10},
    {.name = "logging.aiida_loglevel",
     .help = "Least level of messages that are logged",
     .fallback = "\"REPORT\"",
     .type = OPTION_LEVEL,
     .needs_restart = true},
    {.name = "logging.aiopika_loglevel",
     .help = "Least level of messages of aio_pika",
     .fallback = "\"WARNING\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.alembic_loglevel",
     .help = "Least level of messages of alembic",
     .fallback = "\"WARNING\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.circus_loglevel",
     .help = "Least level of messages of circus",
     .fallback = "\"INFO\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.database_handler",
     .former_name = "logging.db_loglevel",
     .help = "Least level of messages that are kept with their process",
     .fallback = "\"REPORT\"",
     .type = OPTION_LEVEL,
     .needs_restart = true},
    {.name = "logging.disk_objectstore_loglevel",
     .help = "Least level of messages of disk_objectstore",
     .fallback = "\"INHERIT\"",
     .former_fallback = "\"INFO\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.kiwipy_loglevel",
     .help = "Least level of messages of kiwipy",
     .fallback = "\"INHERIT\"",
     .former_fallback = "\"WARNING\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.paramiko_loglevel",
     .help = "Least level of messages of paramiko",
     .fallback = "\"WARNING\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.plumpy_loglevel",
     .help = "Least level of messages of plumpy",
     .fallback = "\"INHERIT\"",
     .former_fallback = "\"WARNING\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.sqlalchemy_loglevel",
     .help = "Least level of messages of sqlalchemy",
     .fallback = "\"WARNING\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "logging.terminal_handler",
     .help = "Least level of messages that the terminal shows",
     .fallback = "\"REPORT\"",
     .type = OPTION_LEVEL,
     .since = 10},
    {.name = "logging.verdi_loglevel",
     .help = "Least level of messages of the verdi command",
     .fallback = "\"INHERIT\"",
     .former_fallback = "\"REPORT\"",
     .type = OPTION_INHERITED_LEVEL,
     .needs_restart = true},
    {.name = "rest_api.profile_switching",
     .help = "May requests to AiiDA's REST API name a profile",
     .fallback = "false",
     .type = OPTION_BOOLEAN,
     .is_global_only = true},
    {.name = "runner.poll.interval",
     .help = "Seconds between two looks at processes that are waited for",
     .fallback = "60",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "storage.sandbox",
     .help = "Absolute path of the folder that sandboxes are made in",
     .fallback = "null",
     .type = OPTION_STRING,
     .is_optional = true},
    {.name = "transport.task_maximum_attempts",
     .help = "Attempts at a stage of a job before its process is paused",
     .fallback = "5",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "transport.task_retry_initial_interval",
     .help = "Seconds before the second attempt; each further wait is twice as "
             "long",
     .fallback = "20",
     .type = OPTION_INTEGER,
     .needs_restart = true},
    {.name = "verdi.shell.auto_import",
     .help = "What `verdi shell` imports, separated by \":\"",
     .fallback = "\":\"",
     .type = OPTION_STRING},
    {.name = "warnings.development_version",
     .help = "Warn of a development version of AiiDA",
     .fallback = "true",
     .type = OPTION_BOOLEAN,
     .is_global_only = true},
    {.name = "warnings.rabbitmq_version",
     .help = "Warn of a version of RabbitMQ that AiiDA does not support",
     .fallback = "true",
     .type = OPTION_BOOLEAN},
    {.name = "warnings.showdeprecations",
     .help = "Warn of what AiiDA will remove",
     .fallback = "true",
     .type = OPTION_BOOLEAN},
};

enum { OPTION_COUNT = sizeof options / sizeof *options };

static const struct {
    const char *word, *choices;
} types[] = {
    [OPTION_INTEGER] = {"int", NULL},
    [OPTION_BOOLEAN] = {"bool", NULL},
    [OPTION_STRING] = {"str", NULL},
    [OPTION_LEVEL] = {"level", LEVEL_WORDS},
    [OPTION_INHERITED_LEVEL] = {"level", LEVEL_WORDS ", INHERIT"},
    [OPTION_PATTERNS] = {"list", NULL},
};

const option_info *option_at(size_t i)
{
    return i < OPTION_COUNT ? &options[i] : NULL;
}

orma_status option_find(const char *name, const option_info **out,
                        orma_error **err)
{
    const char *names[OPTION_COUNT];

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        names[i] = options[i].name;
        if (text_equal(name, options[i].name) ||
            (options[i].former_name != NULL &&
             text_equal(name, options[i].former_name))) {
            *out = &options[i];
            return ORMA_OK;
        }
    }
    const char *closest = text_closest(name, names, OPTION_COUNT);
    const orma_status st = error_set(err, ORMA_E_NOT_FOUND, "config", 0,
                                     "there is no option \"%.200s\"", name);
    if (closest != NULL)
        error_hint(err, "did you mean \"%s\"?", closest);
    else
        error_hint(err, "`orma config list` shows those that exist");
    return st;
}

const char *option_type_word(const option_info *option)
{
    return types[option->type].word;
}

const char *option_choices(const option_info *option)
{
    return types[option->type].choices;
}
