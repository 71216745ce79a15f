/* host/store/store_writer.c -- see store_writer.h. */
#include "host/store/store_writer.h"

#include <unistd.h>

#include "host/store/store_db.h"

static const uint64_t company_wait = UINT64_C(20000000); /* nanoseconds */

/* ?1 id, ?2 at, ?3 state, ?4 to ?6 the texts, ?7 the run. */
static const char *const statements[SB_CHANGE_TYPES][SB_CHANGE_PARTS] = {
    [SB_CHANGE_INTEND] =
        {"INSERT INTO call (id, at, state, key, run) "
         "VALUES (?1, ?2, ?3, ?4, ?7)",
         "INSERT INTO request (call, meta, text) VALUES (?1, ?5, ?6)"},
    [SB_CHANGE_ACCEPT] =
        {"UPDATE call SET at = ?2, state = ?3, handle = ?4 WHERE id = ?1"},
    [SB_CHANGE_ANSWER] =
        {"UPDATE call SET at = ?2, state = ?3 WHERE id = ?1",
         "INSERT INTO answer (call, meta, text) VALUES (?1, ?5, ?6)"},
    [SB_CHANGE_SETTLE] =
        {"UPDATE call SET at = ?2, state = ?3, reason = ?4 WHERE id = ?1"},
    [SB_CHANGE_PUT] =
        {"INSERT INTO record (kind, name, text) VALUES (?4, ?5, ?6) "
         "ON CONFLICT (kind, name) DO UPDATE SET text = excluded.text"},
    [SB_CHANGE_REMOVE] = {"DELETE FROM record WHERE kind = ?4 AND name = ?5"},
};

void sb_change_queue_add(struct sb_change_queue *queue,
                         struct sb_change *change) {
  change->next = NULL;
  *(queue->last != NULL ? &queue->last->next : &queue->first) = change;
  queue->last = change;
}

/* Puts front before queue, and leaves it empty. */
static void prepend(struct sb_change_queue *queue,
                    struct sb_change_queue *front) {
  if (front->first == NULL) return;
  front->last->next = queue->first;
  if (queue->last == NULL) queue->last = front->last;
  queue->first = front->first;
  front->first = front->last = NULL;
}

/*
** In the thread.
*/

static int run(struct sb_writer *writer, sqlite3_stmt *statement) {
  int rc = sqlite3_step(statement);
  sqlite3_reset(statement);
  return rc == SQLITE_DONE ? 0 : sb_store_db_error(writer->connection);
}

/* A run has a row from its first commit on: one that reads only leaves none. */
static int begin_run(struct sb_writer *writer) {
  if (writer->run != 0) return 0;
  sqlite3_bind_int64(writer->begin_run, 1, getpid());
  sqlite3_bind_double(writer->begin_run, 2, sb_store_now());
  int rc = run(writer, writer->begin_run);
  if (rc == 0) writer->run = sqlite3_last_insert_rowid(writer->connection);
  return rc;
}

static int write_part(struct sb_writer *writer, sqlite3_stmt *statement,
                      const struct sb_change *change) {
  sqlite3_bind_int64(statement, 1, change->call != NULL ? change->call->id : 0);
  sqlite3_bind_double(statement, 2, change->at);
  sqlite3_bind_int(statement, 3, (int)change->state);
  int count = sqlite3_bind_parameter_count(statement);
  for (int i = 0; i < 3 && 4 + i <= count; i++)
    sqlite3_bind_text(statement, 4 + i, change->text[i].data,
                      (int)change->text[i].len, SQLITE_STATIC);
  if (count == 7) sqlite3_bind_int64(statement, 7, writer->run);
  return run(writer, statement);
}

static int write_change(struct sb_writer *writer,
                        const struct sb_change *change) {
  sqlite3_stmt *const *parts = writer->statements[change->type];
  int rc = 0;
  for (int i = 0; i < SB_CHANGE_PARTS && parts[i] != NULL && rc == 0; i++)
    rc = write_part(writer, parts[i], change);
  return rc;
}

/* That it ended well spares the next one the check of the file. */
static int end_run(struct sb_writer *writer) {
  if (writer->run == 0 || writer->ended) return 0;
  sqlite3_bind_int64(writer->end_run, 1, writer->run);
  sqlite3_bind_double(writer->end_run, 2, sb_store_now());
  int rc = run(writer, writer->end_run);
  writer->ended = rc == 0;
  return rc;
}

/* With the last changes, also that the run has ended. */
static int commit(struct sb_writer *writer, const struct sb_change *change,
                  int last) {
  int64_t run_before = writer->run;
  int rc = run(writer, writer->begin);
  if (rc < 0) return rc;
  rc = begin_run(writer);
  for (; rc == 0 && change != NULL; change = change->next)
    rc = write_change(writer, change);
  if (rc == 0 && last) rc = end_run(writer);
  if (rc == 0) rc = run(writer, writer->commit);
  if (rc == 0) return 0;
  writer->run = run_before;
  writer->ended = 0;
  if (!sqlite3_get_autocommit(writer->connection)) /* some errors roll back */
    sqlite3_exec(writer->connection, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}

static void end(struct sb_writer *writer, int rc) {
  if (rc == 0) end_run(writer);
  sqlite3_wal_checkpoint_v2(writer->connection, NULL,
                            SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

/* Waits for something to commit, and then for what may come with it. */
static int has_work(struct sb_writer *writer) {
  while (writer->stalled ||
         (!writer->closing && (writer->resting || writer->queue.first == NULL)))
    uv_cond_wait(&writer->wake, &writer->mutex);
  while (!writer->urgent && !writer->closing)
    if (uv_cond_timedwait(&writer->wake, &writer->mutex, company_wait) != 0)
      break;
  writer->urgent = 0;
  return writer->queue.first != NULL;
}

static void tell(struct sb_writer *writer) {
  uv_cond_signal(&writer->told);
  uv_async_send(writer->async);
}

static void give_back(struct sb_writer *writer, struct sb_change_queue batch,
                      int rc, int last) {
  for (struct sb_change *change = batch.first; change != NULL;
       change = change->next)
    change->rc = rc;
  prepend(&batch, &writer->finished);
  writer->finished = batch;
  if (rc < 0 && last)
    writer->state = SB_WRITER_GAVE_UP;
  else
    writer->stalled = rc < 0;
  tell(writer);
}

static void on_thread(void *arg) {
  struct sb_writer *writer = arg;
  int rc = 0;
  uv_mutex_lock(&writer->mutex);
  while (writer->state == SB_WRITER_RUNS && has_work(writer)) {
    struct sb_change_queue batch = writer->queue;
    writer->queue.first = writer->queue.last = NULL;
    int last = writer->closing;
    uv_mutex_unlock(&writer->mutex);
    rc = commit(writer, batch.first, last);
    uv_mutex_lock(&writer->mutex);
    give_back(writer, batch, rc, last);
  }
  uv_mutex_unlock(&writer->mutex);
  end(writer, rc);
  sb_writer_free(writer);
  uv_mutex_lock(&writer->mutex);
  writer->state = SB_WRITER_ENDED;
  tell(writer);
  uv_mutex_unlock(&writer->mutex);
}

/*
** In the loop's thread.
*/

static int prepare(struct sb_writer *writer, const char *sql,
                   sqlite3_stmt **statement) {
  int rc = sqlite3_prepare_v3(writer->connection, sql, -1,
                              SQLITE_PREPARE_PERSISTENT, statement, NULL);
  return rc == SQLITE_OK ? 0 : sb_store_db_error(writer->connection);
}

int sb_writer_init(struct sb_writer *writer, sqlite3 *connection) {
  writer->connection = connection;
  int rc = prepare(writer, "BEGIN IMMEDIATE", &writer->begin);
  if (rc == 0) rc = prepare(writer, "COMMIT", &writer->commit);
  if (rc == 0)
    rc = prepare(writer, "INSERT INTO run (pid, began_at) VALUES (?1, ?2)",
                 &writer->begin_run);
  if (rc == 0)
    rc = prepare(writer, "UPDATE run SET ended_at = ?2 WHERE id = ?1",
                 &writer->end_run);
  for (int i = 0; i < SB_CHANGE_TYPES; i++)
    for (int j = 0; j < SB_CHANGE_PARTS && rc == 0; j++)
      if (statements[i][j] != NULL)
        rc = prepare(writer, statements[i][j], &writer->statements[i][j]);
  if (rc < 0) sb_writer_free(writer);
  return rc;
}

void sb_writer_free(struct sb_writer *writer) {
  sqlite3_stmt *statement;
  if (writer->connection == NULL) return;
  while ((statement = sqlite3_next_stmt(writer->connection, NULL)) != NULL)
    sqlite3_finalize(statement);
  sqlite3_close(writer->connection);
  writer->connection = NULL;
}

int sb_writer_start(struct sb_writer *writer, uv_async_t *async) {
  writer->async = async;
  int rc = uv_mutex_init(&writer->mutex);
  if (rc < 0) return rc;
  if ((rc = uv_cond_init(&writer->wake)) == 0) {
    if ((rc = uv_cond_init(&writer->told)) == 0) {
      rc = uv_thread_create(&writer->thread, on_thread, writer);
      if (rc == 0) return 0;
      uv_cond_destroy(&writer->told);
    }
    uv_cond_destroy(&writer->wake);
  }
  uv_mutex_destroy(&writer->mutex);
  return rc;
}

void sb_writer_add(struct sb_writer *writer, struct sb_change *change,
                   int urgent) {
  uv_mutex_lock(&writer->mutex);
  int first = writer->resting || writer->queue.first == NULL;
  sb_change_queue_add(&writer->queue, change);
  writer->resting = 0;
  writer->urgent |= urgent;
  if (first || urgent) uv_cond_signal(&writer->wake);
  uv_mutex_unlock(&writer->mutex);
}

enum sb_writer_state sb_writer_take(struct sb_writer *writer,
                                    struct sb_change_queue *finished) {
  uv_mutex_lock(&writer->mutex);
  *finished = writer->finished;
  writer->finished.first = writer->finished.last = NULL;
  enum sb_writer_state state = writer->state;
  uv_mutex_unlock(&writer->mutex);
  return state;
}

void sb_writer_resume(struct sb_writer *writer, struct sb_change_queue again) {
  uv_mutex_lock(&writer->mutex);
  writer->stalled = 0;
  writer->resting = writer->queue.first == NULL;
  prepend(&writer->queue, &again);
  uv_cond_signal(&writer->wake);
  uv_mutex_unlock(&writer->mutex);
}

void sb_writer_close(struct sb_writer *writer) {
  uv_mutex_lock(&writer->mutex);
  writer->closing = 1;
  uv_cond_signal(&writer->wake);
  uv_mutex_unlock(&writer->mutex);
}

void sb_writer_wait(struct sb_writer *writer) {
  uv_mutex_lock(&writer->mutex);
  while (writer->finished.first == NULL && writer->state != SB_WRITER_ENDED)
    uv_cond_wait(&writer->told, &writer->mutex);
  uv_mutex_unlock(&writer->mutex);
}

void sb_writer_join(struct sb_writer *writer) {
  uv_thread_join(&writer->thread);
  uv_cond_destroy(&writer->told);
  uv_cond_destroy(&writer->wake);
  uv_mutex_destroy(&writer->mutex);
}
