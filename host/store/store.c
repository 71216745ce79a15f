/* host/store/store.c -- see store.h. A store's life, and the changes that are
   made to it. */
#include "host/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/store/store_private.h"

static struct sb_store_text literal(const char *text) {
  return (struct sb_store_text){text, strlen(text)};
}

/*
** Those who wait.
*/

static void hold_loop(struct sb_store *store) {
  if (store->waiting++ == 0) uv_ref((uv_handle_t *)&store->async);
}

static void expect(struct sb_store *store, struct sb_store_op *op,
                   sb_store_done *done, void *arg) {
  op->store = store;
  op->done = done;
  op->arg = arg;
  hold_loop(store);
}

static void forget(struct sb_store_op *op) {
  op->done = NULL;
  if (--op->store->waiting == 0) uv_unref((uv_handle_t *)&op->store->async);
}

static void tell(struct sb_store_op *op, int rc) {
  sb_store_done *done = op->done;
  if (done == NULL) return;
  void *arg = op->arg;
  forget(op);
  done(arg, rc);
}

void sb_store_cancel(struct sb_store_op *op) {
  if (op == NULL) return;
  struct sb_change *change = op->change;
  forget(op);
  /* Should this fail, the call is taken for a doubt later: that is the safe
     side. */
  if (change != NULL && change->type == SB_CHANGE_INTEND)
    sb_store_settle(op->store, change->call->id, SB_STORE_REFUSED,
                    literal("withdrawn before it was sent"));
}

/*
** What the writer gives back.
*/

static void retire(struct sb_store *store, struct sb_change *change) {
  struct sb_store_op op = change->op;
  int rc = change->rc;
  if (rc < 0 && change->type == SB_CHANGE_INTEND)
    change->call->state = SB_STORE_REFUSED;
  else if (rc < 0)
    store->lost = rc;
  sb_pending_remove(&store->pending, change);
  free(change);
  tell(&op, rc);
}

/* Returns whether the writer has ended. */
static int collect(struct sb_store *store) {
  struct sb_change_queue finished, again = {0};
  if (store->readonly) return 1;
  enum sb_writer_state state = sb_writer_take(&store->writer, &finished);
  int runs = state == SB_WRITER_RUNS;
  int failed = 0;
  while (finished.first != NULL) {
    struct sb_change *change = finished.first;
    finished.first = change->next;
    failed |= change->rc < 0;
    if (change->rc < 0 && change->type != SB_CHANGE_INTEND && runs) {
      sb_change_queue_add(&again, change);
      tell(&change->op, change->rc);
    } else {
      retire(store, change);
    }
  }
  if (failed && runs) sb_writer_resume(&store->writer, again);
  return state == SB_WRITER_ENDED;
}

/*
** Opening and closing.
*/

static void free_store(struct sb_store *store) {
  sb_reads_free(store); /* first: the last connection removes the log */
  sb_writer_free(&store->writer);
  sb_store_db_close(&store->db);
  sb_pending_clear(&store->pending);
  free(store);
}

int sb_store_open(const char *path, int readonly, struct sb_store **store,
                  struct sb_store_error *error) {
  struct sb_store *made = calloc(1, sizeof *made);
  snprintf(error->message, sizeof error->message, "%s: %s", path,
           uv_strerror(UV_ENOMEM));
  if (made == NULL) return UV_ENOMEM;
  made->readonly = readonly;
  int rc = sb_store_db_open(&made->db, path, readonly, error);
  if (rc < 0) {
    free(made);
    return rc;
  }
  rc = sb_reads_init(made);
  if (rc == 0 && !readonly) {
    rc = sb_writer_init(&made->writer, made->db.writer);
    made->db.writer = NULL;
  }
  if (rc < 0) {
    snprintf(error->message, sizeof error->message, "%s: %s", path,
             uv_strerror(rc));
    free_store(made);
    return rc;
  }
  *store = made;
  return 0;
}

static void on_closed(uv_handle_t *handle) { free_store(handle->data); }

/* The writer has ended. */
static void finish(struct sb_store *store) {
  if (!store->readonly) sb_writer_join(&store->writer);
  sb_store_db_close(&store->db); /* so that it can be opened again at once */
  tell(&store->closed, store->lost);
  uv_close((uv_handle_t *)&store->async, on_closed);
}

static void on_async(uv_async_t *async) {
  struct sb_store *store = async->data;
  if (collect(store) && store->closing) finish(store);
}

int sb_store_start(struct sb_store *store, uv_loop_t *loop) {
  int rc = uv_async_init(loop, &store->async, on_async);
  if (rc < 0) {
    free_store(store);
    return rc;
  }
  store->async.data = store;
  uv_unref((uv_handle_t *)&store->async);
  if (!store->readonly) rc = sb_writer_start(&store->writer, &store->async);
  if (rc < 0) uv_close((uv_handle_t *)&store->async, on_closed);
  store->started = 1;
  return rc;
}

static void begin_close(struct sb_store *store) {
  store->closing = 1;
  sb_reads_free(store);
  if (!store->readonly) sb_writer_close(&store->writer);
}

int sb_store_close(struct sb_store *store, sb_store_done *done, void *arg,
                   struct sb_store_op **op) {
  hold_loop(store); /* until it is closed, heard or not */
  if (done != NULL) expect(store, &store->closed, done, arg);
  *op = &store->closed;
  begin_close(store);
  return store->readonly ? uv_async_send(&store->async) : 0;
}

void sb_store_free(struct sb_store *store) {
  if (store == NULL) return;
  if (!store->started) {
    free_store(store);
    return;
  }
  begin_close(store);
  while (!collect(store)) sb_writer_wait(&store->writer);
  finish(store);
}

/*
** Changes.
*/

/* 0, or what is wrong with the texts of a change. One that the database cannot
   take would fail every commit that it is tried with. */
static int check_texts(enum sb_change_type type,
                       const struct sb_store_text text[3]) {
  static const unsigned needed[SB_CHANGE_TYPES] = {
      [SB_CHANGE_INTEND] = 5, [SB_CHANGE_ACCEPT] = 1, [SB_CHANGE_ANSWER] = 4,
      [SB_CHANGE_SETTLE] = 1, [SB_CHANGE_PUT] = 7,    [SB_CHANGE_REMOVE] = 3};
  for (unsigned i = 0; i < 3; i++) {
    if (text[i].len > SB_STORE_TEXT_MAX) return UV_E2BIG;
    if (text[i].data == NULL && (needed[type] >> i & 1) != 0) return UV_EINVAL;
  }
  return 0;
}

/* Records that nobody waits for are of no use to others at once, and lost with
   little: what they say can be worked out from the calls. */
static int is_urgent(enum sb_change_type type, int is_awaited) {
  return is_awaited || (type != SB_CHANGE_PUT && type != SB_CHANGE_REMOVE);
}

/* Queues a change of a call, or of a record when call is NULL. */
static int change(struct sb_store *store, enum sb_change_type type,
                  struct sb_call *call, enum sb_store_state state,
                  const struct sb_store_text text[3], int is_awaited,
                  struct sb_store_op **op) {
  if (store->readonly) return UV_EROFS;
  if (store->closing) return UV_ECANCELED;
  int rc = check_texts(type, text);
  if (rc < 0) return rc;
  struct sb_change *made = sb_change_new(type, text);
  if (made == NULL) return UV_ENOMEM;
  made->call = call;
  made->state = state;
  made->at = sb_store_now();
  rc = sb_pending_add(&store->pending, made);
  if (rc < 0) {
    free(made);
    return rc;
  }
  made->op.change = made;
  *op = &made->op;
  sb_writer_add(&store->writer, made, is_urgent(type, is_awaited));
  return 0;
}

int sb_store_intend(struct sb_store *store, struct sb_store_text key,
                    struct sb_store_text request, struct sb_store_text meta,
                    int64_t *id, sb_store_done *done, void *arg,
                    struct sb_store_op **op) {
  const struct sb_store_text text[3] = {key, meta, request};
  struct sb_call *call = sb_pending_add_call(&store->pending, store->db.next_id,
                                             SB_STORE_INTENT, key);
  if (call == NULL) return UV_ENOMEM;
  int rc = change(store, SB_CHANGE_INTEND, call, SB_STORE_INTENT, text, 1, op);
  if (rc < 0) {
    call->state = SB_STORE_REFUSED;
    sb_pending_prune(&store->pending, call);
    return rc;
  }
  *id = store->db.next_id++;
  expect(store, *op, done, arg);
  return 0;
}

/* The call of an id, if its state is one of those allowed (a bit each). */
static int find(struct sb_store *store, int64_t id, unsigned allowed,
                struct sb_call **call) {
  struct sb_store_call row;
  if (store->readonly) return UV_EROFS;
  if (store->closing) return UV_ECANCELED;
  *call = sb_pending_call(&store->pending, id);
  enum sb_store_state state;
  if (*call != NULL) {
    state = (*call)->state;
  } else {
    int rc = sb_store_call(store, id, &row);
    if (rc <= 0) return rc < 0 ? rc : UV_ENOENT;
    state = row.state;
  }
  if ((allowed >> state & 1) == 0) return UV_EINVAL;
  if (*call == NULL)
    *call = sb_pending_add_call(&store->pending, id, state, row.key);
  return *call == NULL ? UV_ENOMEM : 0;
}

static int change_call(struct sb_store *store, enum sb_change_type type,
                       int64_t id, unsigned allowed, enum sb_store_state state,
                       const struct sb_store_text text[3],
                       struct sb_store_op **op) {
  struct sb_call *call;
  int rc = find(store, id, allowed, &call);
  if (rc < 0) return rc;
  rc = change(store, type, call, state, text, 0, op);
  if (rc < 0) sb_pending_prune(&store->pending, call);
  return rc;
}

enum {
  IN_FLIGHT = 1 << SB_STORE_INTENT | 1 << SB_STORE_ACCEPTED,
  IN_DOUBT = 1 << SB_STORE_DOUBT,
  WITHOUT_ANSWER =
      IN_FLIGHT | IN_DOUBT | 1 << SB_STORE_REFUSED | 1 << SB_STORE_SETTLED
};

int sb_store_accept(struct sb_store *store, int64_t id,
                    struct sb_store_text handle) {
  const struct sb_store_text text[3] = {handle};
  struct sb_store_op *op;
  return change_call(store, SB_CHANGE_ACCEPT, id, IN_FLIGHT, SB_STORE_ACCEPTED,
                     text, &op);
}

int sb_store_answer(struct sb_store *store, int64_t id,
                    struct sb_store_text answer, struct sb_store_text meta,
                    sb_store_done *done, void *arg, struct sb_store_op **op) {
  const struct sb_store_text text[3] = {{0}, meta, answer};
  int rc = change_call(store, SB_CHANGE_ANSWER, id, WITHOUT_ANSWER,
                       SB_STORE_ANSWERED, text, op);
  if (rc == 0) expect(store, *op, done, arg);
  return rc;
}

int sb_store_settle(struct sb_store *store, int64_t id,
                    enum sb_store_state state, struct sb_store_text reason) {
  const struct sb_store_text text[3] = {reason};
  struct sb_store_op *op;
  unsigned allowed = state == SB_STORE_REFUSED ? IN_FLIGHT | IN_DOUBT
                     : state == SB_STORE_DOUBT ? IN_FLIGHT
                                               : IN_DOUBT;
  return change_call(store, SB_CHANGE_SETTLE, id, allowed, state, text, &op);
}

int sb_store_put(struct sb_store *store, struct sb_store_text kind,
                 struct sb_store_text name, struct sb_store_text text,
                 sb_store_done *done, void *arg, struct sb_store_op **op) {
  const struct sb_store_text texts[3] = {kind, name, text};
  struct sb_store_op *made;
  int rc = change(store, SB_CHANGE_PUT, NULL, SB_STORE_INTENT, texts,
                  done != NULL, &made);
  if (rc < 0 || done == NULL) return rc;
  expect(store, made, done, arg);
  *op = made;
  return 0;
}

int sb_store_remove(struct sb_store *store, struct sb_store_text kind,
                    struct sb_store_text name) {
  const struct sb_store_text texts[3] = {kind, name};
  struct sb_store_op *made;
  return change(store, SB_CHANGE_REMOVE, NULL, SB_STORE_INTENT, texts, 0,
                &made);
}

int sb_store_flush(struct sb_store *store, sb_store_done *done, void *arg,
                   struct sb_store_op **op) {
  static const struct sb_store_text texts[3] = {{"", 0}, {"", 0}, {"", 0}};
  int rc = change(store, SB_CHANGE_FLUSH, NULL, SB_STORE_INTENT, texts, 1, op);
  if (rc == 0) expect(store, *op, done, arg);
  return rc;
}
