/* The node table: memory of texts, arrays and streams handed out.
 *
 * SPDX-License-Identifier: MIT */
#include <process/node_view.h>

#include <pthread.h>
#include <stdlib.h>

#include <base/error.h>
#include <process/inputs.h>

struct kept {
    struct kept *next;
    void *memory;
};

struct node_view {
    pthread_mutex_t lock; /* texts are read from any thread */
    struct kept *kept;
    orma_stream *streams;
    struct store *store;
};

static void drop_content(node_view *view)
{
    while (view->streams != NULL)
        node_stream_close(view->streams);
    while (view->kept != NULL) {
        struct kept *one = view->kept;
        view->kept = one->next;
        free(one->memory);
        free(one);
    }
}

static void view_free(void *memory)
{
    node_view *view = memory;

    drop_content(view);
    pthread_mutex_destroy(&view->lock);
    free(view);
}

node_view *node_view_of(const node *n)
{
    node *owner = (node *)n; /* the view is beside the node, not part of it */
    void *found = __atomic_load_n(&owner->view, __ATOMIC_ACQUIRE);

    if (found != NULL)
        return found;
    node_view *view = calloc(1, sizeof *view);
    if (view == NULL)
        return NULL;
    if (pthread_mutex_init(&view->lock, NULL) != 0) {
        free(view);
        return NULL;
    }
    owner->view_free = view_free;
    if (!__atomic_compare_exchange_n(&owner->view, &found, (void *)view, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        view_free(view); /* another thread was faster */
        return found;
    }
    return view;
}

struct store *node_view_store(const node *n)
{
    const node_view *view = n->view;

    return n->store != NULL ? n->store : view != NULL ? view->store : NULL;
}

orma_status node_view_keep(const node *n, void *memory, orma_error **err)
{
    node_view *view = node_view_of(n);
    struct kept *one = view != NULL ? malloc(sizeof *one) : NULL;

    if (one == NULL) {
        free(memory);
        return error_no_memory(err);
    }
    one->memory = memory;
    pthread_mutex_lock(&view->lock);
    one->next = view->kept;
    view->kept = one;
    pthread_mutex_unlock(&view->lock);
    return ORMA_OK;
}

orma_status node_view_keep_buf(const node *n, buf *text, orma_str *out,
                               orma_error **err)
{
    const size_t len = text->len;
    char *memory = buf_take(text);

    if (memory == NULL)
        return error_no_memory(err);
    const orma_status st = node_view_keep(n, memory, err);
    if (st == ORMA_OK)
        *out = (orma_str){memory, len};
    return st;
}

orma_status node_view_add_stream(const node *n, orma_stream *stream,
                                 orma_error **err)
{
    node_view *view = node_view_of(n);

    if (view == NULL)
        return error_no_memory(err);
    pthread_mutex_lock(&view->lock);
    stream->next_open = view->streams;
    view->streams = stream;
    pthread_mutex_unlock(&view->lock);
    return ORMA_OK;
}

void node_view_drop_stream(const node *n, orma_stream *stream)
{
    node_view *view = n->view;

    if (view == NULL)
        return;
    pthread_mutex_lock(&view->lock);
    for (orma_stream **at = &view->streams; *at != NULL;
         at = &(*at)->next_open)
        if (*at == stream) {
            *at = stream->next_open;
            break;
        }
    pthread_mutex_unlock(&view->lock);
}

void node_ops_end_call(const node *n)
{
    if (n != NULL && n->view != NULL)
        drop_content(n->view);
}

void node_ops_set_store(node *n, store *s)
{
    node_view *view = node_view_of(n);

    if (view != NULL)
        view->store = s;
}
