/* The loop around the machine, and the ways into it.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/driver.h>

#include <signal.h>
#include <stdlib.h>

#include <base/cleanup.h>
#include <base/error.h>
#include <base/text.h>

#define SECOND_NS INT64_C(1000000000)
#define MILLISECOND_NS INT64_C(1000000)

/* How the end of a job is looked for where looking costs nothing: often at
 * first, then ever more slowly, up to the computer's interval. */
#define PACE_FIRST_NS (2 * MILLISECOND_NS)

/* Transports' own least intervals (AiiDA's): free ones and others. A computer
 * may say less, but not so little that polling is all that orma does. */
#define INTERVAL_FREE_NS (100 * MILLISECOND_NS)
#define INTERVAL_NS (10 * SECOND_NS)
#define INTERVAL_LEAST_NS (50 * MILLISECOND_NS)

/* Requests of others (pause, kill) are rows; looking is cheap, not free. */
#define REQUEST_INTERVAL_NS (200 * MILLISECOND_NS)
#define SLEEP_MOST_NS SECOND_NS

#define SUBMIT_TIMEOUT_NS (120 * SECOND_NS)
#define MAX_ABSENCES 3
#define MAX_ABSENCE_NS (60 * SECOND_NS)

void run_options_init(run_options *options)
{
    *options = (run_options){
        .retry_initial_s = 20,
        .max_attempts = 5,
        .poll_interval_s = -1,
    };
}

/* ---- loop -------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    driver *d = timer->data;
    d->timer_fired = true;
}

static void on_signal(uv_signal_t *handle, int number)
{
    driver *d = handle->data;
    (void)number;
    d->signal_count++;
}

static bool is_cancelled(void *user)
{
    driver *d = user;
    uv_run(&d->loop, UV_RUN_NOWAIT);
    return d->signal_count > 0;
}

static orma_status open_loop(driver *d, bool handle_signals, orma_error **err)
{
    static const int numbers[] = {SIGINT, SIGTERM};

    if (uv_loop_init(&d->loop) != 0)
        return error_set(err, ORMA_E_TRANSIENT, "engine", 0,
                         "no event loop could be made");
    d->has_loop = true;
    uv_timer_init(&d->loop, &d->timer);
    d->timer.data = d;
    for (size_t i = 0; i < 2; i++) {
        uv_signal_init(&d->loop, &d->signals[i]);
        d->signals[i].data = d;
        if (handle_signals)
            uv_signal_start(&d->signals[i], on_signal, numbers[i]);
        uv_unref((uv_handle_t *)&d->signals[i]);
    }
    return ORMA_OK;
}

static void close_loop(driver *d)
{
    if (!d->has_loop)
        return;
    uv_close((uv_handle_t *)&d->timer, NULL);
    for (size_t i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&d->signals[i], NULL);
    uv_run(&d->loop, UV_RUN_DEFAULT);
    uv_loop_close(&d->loop);
}

orma_status driver_init(driver *d, registry *r, store *s,
                        const run_options *options, orma_error **err)
{
    *d = (driver){
        .job = {.registry = r, .store = s, .options = options},
        .lease = {.fd = -1},
        .pace_ns = PACE_FIRST_NS,
    };
    d->job.cancelled = is_cancelled;
    d->job.cancelled_user = d;
    d->job.now_ns = time_now_ns();
    return open_loop(d, options->handle_signals, err);
}

void driver_finish(driver *d)
{
    close_loop(d);
    calcjob_finish(&d->job);
    lease_release(&d->lease);
    free(d->last_error);
}

static int64_t seconds_ns(double seconds)
{
    return seconds < 1e9 ? (int64_t)(seconds * 1e9) : INT64_MAX / 4;
}

void driver_set_limits(driver *d)
{
    const run_options *o = d->job.options;
    const json_object *least =
        json_get(json_get(d->job.inputs->computer, "metadata"),
                 "minimum_scheduler_poll_interval");
    int64_t interval = d->job.is_free ? INTERVAL_FREE_NS : INTERVAL_NS;

    if (o->poll_interval_s >= 0)
        interval = seconds_ns(o->poll_interval_s);
    else if (least != NULL)
        interval = seconds_ns(json_object_get_double(least));
    d->list_interval_ns =
        interval > INTERVAL_LEAST_NS ? interval : INTERVAL_LEAST_NS;
    d->limits = (engine_limits){
        .max_attempts = o->max_attempts > 0 ? o->max_attempts : 1,
        .retry_initial_ns = o->retry_initial_s * SECOND_NS,
        .poll_interval_ns = d->list_interval_ns,
        .submit_timeout_ns = SUBMIT_TIMEOUT_NS,
        .max_absences = MAX_ABSENCES,
        .max_absence_ns = MAX_ABSENCE_NS,
    };
}

/* ---- events ------------------------------------------------------ */

/* What others ask of the process, read from its row now and then.
 * *has: there is such an event. */
static orma_status read_request(driver *d, engine_event *event, bool *has,
                                orma_error **err)
{
    const int64_t now = time_now_ns();
    process_row row = {0};
    bool found = false;

    *has = false;
    if (d->job.process->pk == 0 || now < d->next_request_ns)
        return ORMA_OK;
    d->next_request_ns = now + REQUEST_INTERVAL_NS;
    const orma_status st =
        store_process_row(d->job.store, d->job.process->pk, &row, &found, err);
    if (st != ORMA_OK || !found)
        return st;
    if (text_equal(row.request, "kill") && !d->p.kill_requested) {
        event->type = EVENT_KILL;
        *has = true;
    } else if (text_equal(row.request, "pause") && !d->p.paused &&
               !d->p.kill_requested) {
        event->type = EVENT_PAUSE;
        *has = true;
    }
    process_row_finish(&row);
    return ORMA_OK;
}

/* Signals, then requests. A second signal ends the run at once; the process
 * stays as it is and can be taken up again. */
static orma_status outside_event(driver *d, engine_event *event, bool *has,
                                 orma_error **err)
{
    uv_run(&d->loop, UV_RUN_NOWAIT);
    if (d->signal_count > 1) {
        const orma_status st = error_set(
            err, ORMA_E_CANCELLED, "engine", 0,
            "process %lld was left in stage \"%s\"",
            (long long)d->job.process->pk, calcjob_stage_word(d->p.stage));
        error_hint(err, "orma process kill %lld, or play it to go on",
                   (long long)d->job.process->pk);
        return st;
    }
    if (d->signal_count > 0 && !d->kill_sent) {
        d->kill_sent = true;
        *event = (engine_event){.type = EVENT_KILL};
        *has = true;
        return ORMA_OK;
    }
    return read_request(d, event, has, err);
}

/* Until wake_ns, a signal, or a request: the event that ended it. */
static orma_status wait_event(driver *d, engine_event *event, orma_error **err)
{
    bool has = false;

    for (;;) {
        orma_status st = outside_event(d, event, &has, err);
        if (st != ORMA_OK || has)
            return st;
        const int64_t left = d->p.wake_ns - time_now_ns();
        if (left <= 0) {
            *event = (engine_event){.type = EVENT_TIMER};
            return ORMA_OK;
        }
        const int64_t nap = left < SLEEP_MOST_NS ? left : SLEEP_MOST_NS;
        d->timer_fired = false;
        uv_timer_start(&d->timer, on_timer,
                       (uint64_t)((nap + MILLISECOND_NS - 1) / MILLISECOND_NS),
                       0);
        while (!d->timer_fired && d->signal_count <= (int)d->kill_sent)
            uv_run(&d->loop, UV_RUN_ONCE);
        uv_timer_stop(&d->timer);
    }
}

/* The pace of looking grows by a quarter with each look. */
static void set_pace(driver *d, const engine_event *event)
{
    if (!d->job.is_free || event->type != EVENT_JOB_QUEUED) {
        d->limits.poll_interval_ns = d->list_interval_ns;
        return;
    }
    d->limits.poll_interval_ns =
        d->pace_ns < d->list_interval_ns ? d->pace_ns : d->list_interval_ns;
    d->pace_ns += d->pace_ns / 4;
}

/* ---- running ----------------------------------------------------- */

static orma_status next_event(driver *d, engine_action action,
                              engine_event *event, orma_error **err)
{
    bool has = false;

    if (action.type == ACTION_WAIT)
        return wait_event(d, event, err);
    const orma_status st = outside_event(d, event, &has, err);
    if (st == ORMA_OK && !has)
        *event = driver_effect(d, action.stage);
    return st;
}

orma_status driver_run(driver *d, engine_event event, orma_error **err)
{
    for (;;) {
        set_pace(d, &event);
        const enum calcjob_stage stage = d->p.stage;
        const engine_action action =
            engine_step(&d->p, &event, time_now_ns(), &d->limits);
        if (event.type == EVENT_EFFECT_FAILED)
            driver_note_failure(d, stage, action);
        orma_status st = driver_commit(d, err);
        if (st != ORMA_OK || action.type == ACTION_SEAL ||
            action.type == ACTION_PAUSED)
            return st;
        st = next_event(d, action, &event, err);
        if (st != ORMA_OK)
            return st;
    }
}

static void report_end(const driver *d)
{
    const long long pk = (long long)d->job.process->pk;

    if (d->p.paused)
        calcjob_progress(&d->job, "process %lld is paused: %s", pk,
                         d->last_error != NULL ? d->last_error : "by request");
    else if (d->p.state == PROCESS_FINISHED)
        calcjob_progress(&d->job, "process %lld finished with exit status %d",
                         pk, (int)d->p.exit_status);
    else
        calcjob_progress(&d->job, "process %lld %s", pk,
                         process_state_word(d->p.state));
}

static void report_cached(const driver *d, int64_t source_pk, int64_t *pk)
{
    *pk = d->job.process->pk;
    calcjob_progress(&d->job, "process %lld created from cache %lld",
                     (long long)*pk, (long long)source_pk);
}

/* The process node is made and not stored. */
static orma_status run_new(driver *d, int64_t *pk, orma_error **err)
{
    orma_status st = calcjob_create(&d->job, err);

    if (st == ORMA_OK)
        st = lease_take(store_folder(d->job.store), &d->job.process->uuid,
                        &d->lease, err);
    if (st != ORMA_OK)
        return st;
    driver_set_limits(d);
    st = driver_commit(d, err);
    if (st != ORMA_OK)
        return st;
    *pk = d->job.process->pk;
    calcjob_progress(&d->job, "process %lld created", (long long)*pk);
    st = driver_run(d, (engine_event){.type = EVENT_START}, err);
    const bool is_success =
        d->p.state == PROCESS_FINISHED && d->p.exit_status == 0;
    if (st == ORMA_OK && is_success && d->job.options->cache == CACHE_REFRESH)
        st = calcjob_supersede(&d->job, err);
    if (st == ORMA_OK)
        report_end(d);
    return st;
}

orma_status engine_run(registry *r, store *s, const process_spec *spec,
                       process_inputs *inputs, const run_options *options,
                       int64_t *pk, orma_error **err)
{
    driver d;
    int64_t source_pk = 0;
    orma_status st = driver_init(&d, r, s, options, err);

    d.job.spec = spec;
    d.job.inputs = inputs;
    d.lease_epoch = 1;
    d.p = (engine_process){.state = PROCESS_CREATED, .stage = STAGE_PREPARE};
    d.stored = d.p;
    if (st == ORMA_OK)
        st = calcjob_check(&d.job, err);
    if (st == ORMA_OK)
        st = calcjob_create_node(&d.job, err);
    if (st == ORMA_OK)
        st = calcjob_take_cached(&d.job, &source_pk, err);
    if (st == ORMA_OK && source_pk == 0)
        st = run_new(&d, pk, err);
    else if (st == ORMA_OK)
        report_cached(&d, source_pk, pk);
    driver_finish(&d);
    return st;
}

/* A pause that nobody asks for any more was taken back: the process plays. */
static engine_event first_event(const driver *d, const process_row *row)
{
    return (engine_event){
        .type = d->p.paused && row->request == NULL ? EVENT_PLAY : EVENT_START};
}

static orma_status load_live(driver *d, int64_t pk, process_row *row,
                             orma_error **err)
{
    bool found = false;
    orma_status st = store_node(d->job.store, pk, &d->job.process, err);

    if (st == ORMA_OK)
        st = lease_take(store_folder(d->job.store), &d->job.process->uuid,
                        &d->lease, err);
    if (st == ORMA_OK)
        st = store_process_row(d->job.store, pk, row, &found, err);
    if (st == ORMA_OK && !found) {
        st = error_set(err, ORMA_E_NOT_FOUND, "engine", 0,
                       "process %lld is not alive in orma", (long long)pk);
        error_hint(err, "orma process show %lld", (long long)pk);
    }
    return st == ORMA_OK ? driver_read_row(d, row, err) : st;
}

static orma_status take_up(driver *d, const process_row *row, orma_error **err)
{
    if (row->job_id != NULL) {
        d->job.job_id = text_copy(row->job_id);
        if (d->job.job_id == NULL)
            return error_no_memory(err);
    }
    if (row->last_error != NULL)
        d->last_error = text_copy(row->last_error);
    orma_status st = calcjob_load_progress(&d->job, err);
    if (st == ORMA_OK)
        st = calcjob_load_plugins(&d->job, err);
    if (st != ORMA_OK)
        return st;
    /* From here on a former runner's writes are refused. */
    d->lease_epoch++;
    d->is_stored = false;
    driver_set_limits(d);
    return driver_run(d, first_event(d, row), err);
}

orma_status engine_resume(registry *r, store *s, int64_t pk,
                          const run_options *options, orma_error **err)
{
    process_spec *spec = NULL;
    process_inputs *inputs = NULL;
    process_row row = {0};
    driver d;
    orma_status st = driver_init(&d, r, s, options, err);

    if (st == ORMA_OK)
        st = load_live(&d, pk, &row, err);
    if (st == ORMA_OK)
        st = calcjob_load_inputs(r, s, d.job.process, &spec, &inputs, err);
    if (st == ORMA_OK) {
        d.job.spec = spec;
        d.job.inputs = inputs;
        st = take_up(&d, &row, err);
    }
    if (st == ORMA_OK)
        report_end(&d);
    process_row_finish(&row);
    driver_finish(&d);
    process_inputs_free(inputs);
    process_spec_free(spec);
    return st;
}
