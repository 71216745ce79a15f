/*
** host/store/store_change.h -- what a store is about to commit, and what this
** process knows beyond the last commit. Part of host/store/store.h; loop thread
** only, but for the changes that the writer holds.
*/
#ifndef SB_HOST_STORE_CHANGE_H
#define SB_HOST_STORE_CHANGE_H

#include "host/store/store.h"

enum sb_change_type {
  SB_CHANGE_INTEND, /* text: key, intent_meta, request */
  SB_CHANGE_ACCEPT, /* text: handle */
  SB_CHANGE_ANSWER, /* text: -, meta, answer */
  SB_CHANGE_SETTLE, /* text: reason */
  SB_CHANGE_PUT,    /* text: kind, name, text */
  SB_CHANGE_REMOVE, /* text: kind, name */
  SB_CHANGE_FLUSH,  /* changes nothing; its texts are empty */
  SB_CHANGE_TYPES
};

struct sb_change;

struct sb_store_op {
  sb_store_done *done; /* NULL: nobody waits */
  void *arg;
  struct sb_store *store;
  struct sb_change *change; /* NULL: waits for the store to be closed */
};

/* A call that is in flight here, or that has changes under way. */
struct sb_call {
  int64_t id;
  enum sb_store_state state; /* as it will be */
  struct sb_change *first, *last;
  struct sb_store_text key;
  char bytes[];
};

struct sb_change {
  struct sb_change *next;          /* in a queue */
  struct sb_change *older, *newer; /* of all that are pending */
  struct sb_change *next_of_call;
  struct sb_call *call; /* NULL for records */
  struct sb_store_op op;
  enum sb_change_type type;
  enum sb_store_state state; /* of the call, then */
  int rc;                    /* how its commit ended */
  double at;
  struct sb_store_text text[3];
  char bytes[];
};

/* A change with copies of three texts; NULL on lack of memory. */
struct sb_change *sb_change_new(enum sb_change_type type,
                                const struct sb_store_text text[3]);

/* Does to *call what the commit does to its row. */
void sb_change_apply(const struct sb_change *change,
                     struct sb_store_call *call);

/* Wall time, seconds since 1970: data, never an order. */
double sb_store_now(void);

int sb_store_text_compare(const struct sb_store_text *a,
                          const struct sb_store_text *b);

/* What is pending, found by what is asked for. Zeroed: nothing. */
struct sb_pending {
  void *calls;   /* tsearch: struct sb_call by id */
  void *answers; /* of these by key, those whose answer is pending */
  void *records; /* struct sb_change by kind and name, the newest of each */
  struct sb_change *oldest, *newest;
};

struct sb_call *sb_pending_call(const struct sb_pending *pending, int64_t id);
struct sb_call *sb_pending_answer(const struct sb_pending *pending,
                                  struct sb_store_text key);
const struct sb_change *sb_pending_record(const struct sb_pending *pending,
                                          struct sb_store_text kind,
                                          struct sb_store_text name);

/* NULL on lack of memory. */
struct sb_call *sb_pending_add_call(struct sb_pending *pending, int64_t id,
                                    enum sb_store_state state,
                                    struct sb_store_text key);

/* The newest change; sets the state of its call. 0 or UV_ENOMEM. */
int sb_pending_add(struct sb_pending *pending, struct sb_change *change);

/* It is committed, or void: forgets it, and its call when that is over. */
void sb_pending_remove(struct sb_pending *pending, struct sb_change *change);

/* Forgets a call when it is over: not in flight, no changes. */
void sb_pending_prune(struct sb_pending *pending, struct sb_call *call);

/* Frees all that is left. */
void sb_pending_clear(struct sb_pending *pending);

#endif
