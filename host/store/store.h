/*
** host/store/store.h -- a memo of calls to the outside, and named records,
** durable in one SQLite file. Loop thread only, except sb_store_open. Knows
** nothing of what a call or a record is about.
**
** A call is INTENT before anything of it leaves, ACCEPTED once the other side
** has given it a handle, and then one of ANSWERED, REFUSED (nothing was sent)
** or DOUBT (sent, and no answer was recorded). A doubt that was dealt with is
** SETTLED, or ANSWERED after all. Intents and accepted calls that a process
** leaves behind are doubts when the store is opened again.
**
** Changes are committed in the order in which they were made, as many at once
** as there are, by a thread of the store's own: the only connection that
** writes or checkpoints. What is not committed yet is seen by the reads of
** this process.
**
** When a commit fails (no space, I/O), whoever waits for it is told so. Intents
** of it are void: nothing may be sent. All else stays in memory, is seen by
** reads, and is tried again with the next commit and when the store is closed.
**
** What waits follows the rules of the host's asynchronous modules:
**   start   returns 0 and sets *op, or a negative UV_E* and calls nothing.
**   done    runs once, later, never inside start.
**   cancel  means done will not run; cancelling NULL does nothing.
**   op      is dead once done has begun or cancel has returned.
*/
#ifndef SB_HOST_STORE_H
#define SB_HOST_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct sb_store;
struct sb_store_op; /* somebody waits for a commit */

/* Bytes, not ended by a zero; data is NULL where there is no text. */
struct sb_store_text {
  const char *data;
  size_t len;
};

enum { SB_STORE_TEXT_MAX = 256 * 1024 * 1024 }; /* bytes; more: UV_E2BIG */

enum sb_store_state {
  SB_STORE_INTENT,
  SB_STORE_ACCEPTED,
  SB_STORE_DOUBT,
  SB_STORE_ANSWERED,
  SB_STORE_REFUSED,
  SB_STORE_SETTLED
};

struct sb_store_call {
  int64_t id;
  enum sb_store_state state;
  double at; /* of the last change of its state, seconds since 1970 */
  struct sb_store_text key, handle, reason, intent_meta, request, meta, answer;
};

/* What a failed open has to say, a whole sentence. */
struct sb_store_error {
  char message[512];
};

/* Opens the store at path, or makes one. Blocks: for the thread pool. Only one
   store of a path is open for writing at any time: else UV_EBUSY. UV_EFTYPE:
   the file is not a store, or damaged; reads and commits, too, give that when
   they come upon damage. UV_ENOTSUP: it is one of a newer version, or on a
   network file system. readonly: never writes, takes no lock, needs the file to
   be there; the store may be another process's. */
int sb_store_open(const char *path, int readonly, struct sb_store **store,
                  struct sb_store_error *error);

/* Has the store work for the loop, once after it was opened. A store that
   cannot start is freed. */
int sb_store_start(struct sb_store *store, uv_loop_t *loop);

/* The result of the commit: 0 or a negative UV_E*. It must not close or free
   the store. */
typedef void sb_store_done(void *arg, int rc);

/* Waits for all that was changed so far; after a commit that failed it tries
   again. */
int sb_store_flush(struct sb_store *store, sb_store_done *done, void *arg,
                   struct sb_store_op **op);

/* The store is gone for the caller at once; what is queued is committed, and
   then done says whether all of it was. done may be NULL. */
int sb_store_close(struct sb_store *store, sb_store_done *done, void *arg,
                   struct sb_store_op **op);

/* The same, here and now: blocks for the commit. Those who wait are told. Also
   for a store that was never started; NULL is fine. */
void sb_store_free(struct sb_store *store);

/* A cancelled intent is refused: nobody can have sent it. */
void sb_store_cancel(struct sb_store_op *op);

/*
** Calls. Texts are copied; only a meta may be NULL, all else is UV_EINVAL.
*/

/* Records that a call is about to be made; done says that it may. *id is known
   at once, and used for no other call, ever. */
int sb_store_intend(struct sb_store *store, struct sb_store_text key,
                    struct sb_store_text request, struct sb_store_text meta,
                    int64_t *id, sb_store_done *done, void *arg,
                    struct sb_store_op **op);

/* UV_ENOENT: there is no such call. UV_EINVAL: its state does not allow it:
   accept follows an intent, answer all but an answer, and see settle. */
int sb_store_accept(struct sb_store *store, int64_t id,
                    struct sb_store_text handle);
int sb_store_answer(struct sb_store *store, int64_t id,
                    struct sb_store_text answer, struct sb_store_text meta,
                    sb_store_done *done, void *arg, struct sb_store_op **op);

/* To REFUSED (from all that is not settled yet), DOUBT (from INTENT, ACCEPTED)
   or SETTLED (from DOUBT). */
int sb_store_settle(struct sb_store *store, int64_t id,
                    enum sb_store_state state, struct sb_store_text reason);

/*
** Reads: 1 and *call, 0 when there is none, or a negative UV_E*. The texts of
** *call live until the next read.
*/

int sb_store_call(struct sb_store *store, int64_t id,
                  struct sb_store_call *call);

/* The newest answered call of that key, without its key, request and
   intent_meta. */
int sb_store_answered(struct sb_store *store, struct sb_store_text key,
                      struct sb_store_call *call);

/* The first call after that id which is in INTENT, ACCEPTED or DOUBT and not in
   flight here. In a store that is readonly, the calls that another process has
   in flight are among them. */
int sb_store_next_doubt(struct sb_store *store, int64_t after,
                        struct sb_store_call *call);

/*
** Records: a text for each (kind, name).
*/

/* done NULL: nobody waits, and op is not set. */
int sb_store_put(struct sb_store *store, struct sb_store_text kind,
                 struct sb_store_text name, struct sb_store_text text,
                 sb_store_done *done, void *arg, struct sb_store_op **op);
int sb_store_remove(struct sb_store *store, struct sb_store_text kind,
                    struct sb_store_text name);

/* 1 and *text, which lives until the next read; 0; or a negative UV_E*. */
int sb_store_get(struct sb_store *store, struct sb_store_text kind,
                 struct sb_store_text name, struct sb_store_text *text);

/* All records of a kind: begin, next until it does not return 1, end. Of two
   with the same name the later one counts, and one without text means that
   there is none. Texts live until next or end. No other read may come between,
   nor the loop. */
void sb_store_scan_begin(struct sb_store *store, struct sb_store_text kind);
int sb_store_scan_next(struct sb_store *store, struct sb_store_text *name,
                       struct sb_store_text *text);
void sb_store_scan_end(struct sb_store *store);

#endif
