/* host/store/store_change.c -- see store_change.h. */
#include "host/store/store_change.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

double sb_store_now(void) {
  uv_timeval64_t now;
  return uv_gettimeofday(&now) < 0
             ? 0
             : (double)now.tv_sec + (double)now.tv_usec / 1e6;
}

int sb_store_text_compare(const struct sb_store_text *a,
                          const struct sb_store_text *b) {
  size_t len = a->len < b->len ? a->len : b->len;
  int order = len == 0 ? 0 : memcmp(a->data, b->data, len);
  return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* Copies to *to, which is at bytes afterwards; returns where the next goes. */
static char *copy_text(struct sb_store_text *to, char *bytes,
                       struct sb_store_text from) {
  if (from.data == NULL) return bytes;
  if (from.len > 0) memcpy(bytes, from.data, from.len);
  to->data = bytes;
  to->len = from.len;
  return bytes + from.len;
}

struct sb_change *sb_change_new(enum sb_change_type type,
                                const struct sb_store_text text[3]) {
  struct sb_change *change =
      malloc(sizeof *change + text[0].len + text[1].len + text[2].len);
  if (change == NULL) return NULL;
  memset(change, 0, sizeof *change);
  change->type = type;
  char *bytes = change->bytes;
  for (int i = 0; i < 3; i++)
    bytes = copy_text(&change->text[i], bytes, text[i]);
  return change;
}

void sb_change_apply(const struct sb_change *change,
                     struct sb_store_call *call) {
  call->state = change->state;
  call->at = change->at;
  switch (change->type) {
  case SB_CHANGE_INTEND:
    call->key = change->text[0];
    call->intent_meta = change->text[1];
    call->request = change->text[2];
    break;
  case SB_CHANGE_ACCEPT:
    call->handle = change->text[0];
    break;
  case SB_CHANGE_ANSWER:
    call->meta = change->text[1];
    call->answer = change->text[2];
    break;
  case SB_CHANGE_SETTLE:
    call->reason = change->text[0];
    break;
  default: /* of a record */
    break;
  }
}

/*
** The trees.
*/

static int by_id(const void *a, const void *b) {
  int64_t x = ((const struct sb_call *)a)->id;
  int64_t y = ((const struct sb_call *)b)->id;
  return (x > y) - (x < y);
}

static int by_key(const void *a, const void *b) {
  return sb_store_text_compare(&((const struct sb_call *)a)->key,
                               &((const struct sb_call *)b)->key);
}

static int by_name(const void *a, const void *b) {
  const struct sb_change *x = a, *y = b;
  int order = sb_store_text_compare(&x->text[0], &y->text[0]);
  return order != 0 ? order : sb_store_text_compare(&x->text[1], &y->text[1]);
}

/* What a node of a tree stands for, or NULL. */
static void *datum(void *node) { return node == NULL ? NULL : *(void **)node; }

struct sb_call *sb_pending_call(const struct sb_pending *pending, int64_t id) {
  struct sb_call wanted = {.id = id};
  return datum(tfind(&wanted, &pending->calls, by_id));
}

struct sb_call *sb_pending_answer(const struct sb_pending *pending,
                                  struct sb_store_text key) {
  struct sb_call wanted = {.key = key};
  return datum(tfind(&wanted, &pending->answers, by_key));
}

const struct sb_change *sb_pending_record(const struct sb_pending *pending,
                                          struct sb_store_text kind,
                                          struct sb_store_text name) {
  struct sb_change wanted = {.text = {kind, name}};
  return datum(tfind(&wanted, &pending->records, by_name));
}

struct sb_call *sb_pending_add_call(struct sb_pending *pending, int64_t id,
                                    enum sb_store_state state,
                                    struct sb_store_text key) {
  struct sb_call *call = malloc(sizeof *call + key.len);
  if (call == NULL) return NULL;
  memset(call, 0, sizeof *call);
  call->id = id;
  call->state = state;
  copy_text(&call->key, call->bytes, key);
  if (tsearch(call, &pending->calls, by_id) != NULL) return call;
  free(call);
  return NULL;
}

static int is_of_record(const struct sb_change *change) {
  return change->type == SB_CHANGE_PUT || change->type == SB_CHANGE_REMOVE;
}

/* Has the tree stand for the change, unless it stands for a newer one. */
static int index_change(struct sb_pending *pending, struct sb_change *change) {
  if (change->type == SB_CHANGE_ANSWER) {
    struct sb_call **node = tsearch(change->call, &pending->answers, by_key);
    if (node == NULL) return UV_ENOMEM;
    if ((*node)->id < change->call->id) *node = change->call;
  } else if (is_of_record(change)) {
    struct sb_change **node = tsearch(change, &pending->records, by_name);
    if (node == NULL) return UV_ENOMEM;
    *node = change;
  }
  return 0;
}

static void unindex_change(struct sb_pending *pending,
                           struct sb_change *change) {
  if (change->type == SB_CHANGE_ANSWER) {
    if (sb_pending_answer(pending, change->call->key) == change->call)
      tdelete(change->call, &pending->answers, by_key);
  } else if (is_of_record(change)) {
    if (sb_pending_record(pending, change->text[0], change->text[1]) == change)
      tdelete(change, &pending->records, by_name);
  }
}

int sb_pending_add(struct sb_pending *pending, struct sb_change *change) {
  int rc = index_change(pending, change);
  if (rc < 0) return rc;
  change->older = pending->newest;
  *(change->older != NULL ? &change->older->newer : &pending->oldest) = change;
  pending->newest = change;
  struct sb_call *call = change->call;
  if (call == NULL) return 0;
  *(call->last != NULL ? &call->last->next_of_call : &call->first) = change;
  call->last = change;
  call->state = change->state;
  return 0;
}

void sb_pending_remove(struct sb_pending *pending, struct sb_change *change) {
  unindex_change(pending, change);
  *(change->older != NULL ? &change->older->newer : &pending->oldest) =
      change->newer;
  *(change->newer != NULL ? &change->newer->older : &pending->newest) =
      change->older;
  struct sb_call *call = change->call;
  if (call == NULL) return;
  call->first = change->next_of_call; /* they end in the order they began */
  if (call->first == NULL) call->last = NULL;
  sb_pending_prune(pending, call);
}

void sb_pending_prune(struct sb_pending *pending, struct sb_call *call) {
  if (call->first != NULL || call->state <= SB_STORE_ACCEPTED) return;
  tdelete(call, &pending->calls, by_id);
  free(call);
}

static void empty(void **root, int (*compare)(const void *, const void *)) {
  void *first;
  while ((first = datum(*root)) != NULL) tdelete(first, root, compare);
}

void sb_pending_clear(struct sb_pending *pending) {
  struct sb_call *call;
  empty(&pending->answers, by_key);
  empty(&pending->records, by_name);
  while (pending->oldest != NULL) {
    struct sb_change *change = pending->oldest;
    pending->oldest = change->newer;
    free(change);
  }
  while ((call = datum(pending->calls)) != NULL) {
    tdelete(call, &pending->calls, by_id);
    free(call);
  }
}
