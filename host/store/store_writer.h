/*
** host/store/store_writer.h -- the thread that commits. Part of
** host/store/store.h.
**
** It takes all that is queued, commits it at once and gives it back, each
** change with the result. What nobody waits for may wait some milliseconds for
** company, so that it does not hold up the commit that somebody will wait for
** next. After a failure it takes nothing more until the loop
** has sorted out what to try again, so that changes keep their order.
*/
#ifndef SB_HOST_STORE_WRITER_H
#define SB_HOST_STORE_WRITER_H

#include <sqlite3.h>
#include <uv.h>

#include "host/store/store_change.h"

enum { SB_CHANGE_PARTS = 2 }; /* statements for a change, at most */

struct sb_change_queue {
  struct sb_change *first, *last;
};

void sb_change_queue_add(struct sb_change_queue *queue,
                         struct sb_change *change);

enum sb_writer_state {
  SB_WRITER_RUNS,
  SB_WRITER_GAVE_UP, /* closing, and the last commit failed: ends by itself */
  SB_WRITER_ENDED
};

struct sb_writer {
  sqlite3 *connection; /* the thread's from start on */
  sqlite3_stmt *statements[SB_CHANGE_TYPES][SB_CHANGE_PARTS];
  sqlite3_stmt *begin, *commit, *begin_run, *end_run;
  int64_t run; /* 0: nothing was written yet */
  int ended;   /* its end was written */
  uv_async_t *async;
  uv_thread_t thread;
  uv_mutex_t mutex; /* guards what follows */
  uv_cond_t wake;   /* the thread has something to do */
  uv_cond_t told;   /* the loop has */
  struct sb_change_queue queue, finished;
  int urgent;  /* somebody waits for some of what is queued */
  int stalled; /* a commit failed: waits for sb_writer_resume */
  int resting; /* all that is queued has failed: waits for more */
  int closing;
  enum sb_writer_state state;
};

/* Takes the connection over. Blocks on the disk. 0 or UV_E*; after a failure it
   needs no free. */
int sb_writer_init(struct sb_writer *writer, sqlite3 *connection);

/* Closes the connection of a writer that has not started; any number of times.
   One that has started does it by itself. */
void sb_writer_free(struct sb_writer *writer);

/* async is sent whenever something has finished. */
int sb_writer_start(struct sb_writer *writer, uv_async_t *async);

/* From the loop thread. What is urgent is committed at once, with all that was
   queued before. */
void sb_writer_add(struct sb_writer *writer, struct sb_change *change,
                   int urgent);

/* What has finished since, in order. */
enum sb_writer_state sb_writer_take(struct sb_writer *writer,
                                    struct sb_change_queue *finished);

/* After a failure was taken: puts first what is to be tried again. */
void sb_writer_resume(struct sb_writer *writer, struct sb_change_queue again);

/* Commits what is queued, checkpoints, closes the connection and ends. A commit
   that fails then is the last. */
void sb_writer_close(struct sb_writer *writer);

/* Blocks until there is something to take. */
void sb_writer_wait(struct sb_writer *writer);
void sb_writer_join(struct sb_writer *writer);

#endif
