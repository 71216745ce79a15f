/* host/store/store_read.c -- the reads of store.h: what is committed, and over
   it what is pending. No statement is left open: that would hold the log
   back. */
#include <stdlib.h>
#include <string.h>

#include "host/store/store_private.h"

static const char *const statements[SB_READ_TYPES] = {
    [SB_READ_CALL] = "SELECT id, state, at, key, handle, reason, request.meta, "
                     "request.text, answer.meta, answer.text FROM call "
                     "LEFT JOIN request ON request.call = id "
                     "LEFT JOIN answer ON answer.call = id WHERE id = ?1",
    [SB_READ_ANSWERED] =
        "SELECT id, state, at, NULL, handle, NULL, NULL, NULL, meta, text "
        "FROM call JOIN answer ON answer.call = id "
        "WHERE key = ?1 AND state = 3 ORDER BY id DESC LIMIT 1",
    [SB_READ_NEXT_OPEN] =
        "SELECT id FROM call WHERE state <= 2 AND id > ?1 ORDER BY id LIMIT 1",
    [SB_READ_RECORD] = "SELECT text FROM record WHERE kind = ?1 AND name = ?2",
    [SB_READ_RECORDS] = "SELECT name, text FROM record WHERE kind = ?1",
};

int sb_reads_init(struct sb_store *store) {
  for (int i = 0; i < SB_READ_TYPES; i++) {
    int rc = sqlite3_prepare_v3(store->db.reader, statements[i], -1,
                                SQLITE_PREPARE_PERSISTENT,
                                &store->reads.statements[i], NULL);
    if (rc != SQLITE_OK) return sb_store_db_error(store->db.reader);
  }
  return 0;
}

void sb_reads_free(struct sb_store *store) {
  struct sb_reads *reads = &store->reads;
  for (int i = 0; i < SB_READ_TYPES; i++)
    sqlite3_finalize(reads->statements[i]);
  free(reads->texts);
  memset(reads, 0, sizeof *reads);
  sqlite3_close(store->db.reader);
  store->db.reader = NULL;
}

/* A text that is longer than any in the store is bound as NULL, which equals
   none. */
static void bind_text(sqlite3_stmt *statement, int index,
                      struct sb_store_text text) {
  sqlite3_bind_text64(statement, index, text.data, text.len, SQLITE_STATIC,
                      SQLITE_UTF8);
}

static struct sb_store_text column(sqlite3_stmt *statement, int index) {
  struct sb_store_text text = {0};
  text.data = (const char *)sqlite3_column_text(statement, index);
  if (text.data != NULL)
    text.len = (size_t)sqlite3_column_bytes(statement, index);
  return text;
}

/* 1, 0 or UV_E*; after 1 the statement stands on a row. */
static int step(struct sb_store *store, sqlite3_stmt *statement) {
  int rc = sqlite3_step(statement);
  if (rc == SQLITE_ROW) return 1;
  if (rc == SQLITE_DONE) return 0;
  return sb_store_db_error(store->db.reader);
}

/* Moves the texts to where they outlive the statement. */
static int keep_texts(struct sb_store *store,
                      struct sb_store_text *const *texts, int count) {
  struct sb_reads *reads = &store->reads;
  size_t size = 1; /* so that an empty text is not NULL */
  for (int i = 0; i < count; i++) size += texts[i]->len;
  if (size > reads->size) {
    char *grown = malloc(size);
    if (grown == NULL) return UV_ENOMEM;
    free(reads->texts);
    reads->texts = grown;
    reads->size = size;
  }
  char *bytes = reads->texts;
  for (int i = 0; i < count; i++) {
    if (texts[i]->data == NULL) continue;
    memcpy(bytes, texts[i]->data, texts[i]->len);
    texts[i]->data = bytes;
    bytes += texts[i]->len;
  }
  return 0;
}

/*
** Calls.
*/

static void read_row(sqlite3_stmt *statement, struct sb_store_call *call) {
  call->id = sqlite3_column_int64(statement, 0);
  call->state = (enum sb_store_state)sqlite3_column_int(statement, 1);
  call->at = sqlite3_column_double(statement, 2);
  call->key = column(statement, 3);
  call->handle = column(statement, 4);
  call->reason = column(statement, 5);
  call->intent_meta = column(statement, 6);
  call->request = column(statement, 7);
  call->meta = column(statement, 8);
  call->answer = column(statement, 9);
}

static int keep_call(struct sb_store *store, struct sb_store_call *call) {
  struct sb_store_text *const texts[] = {
      &call->key,     &call->handle, &call->reason, &call->intent_meta,
      &call->request, &call->meta,   &call->answer};
  int rc = keep_texts(store, texts, sizeof texts / sizeof texts[0]);
  return rc < 0 ? rc : 1;
}

int sb_store_call(struct sb_store *store, int64_t id,
                  struct sb_store_call *call) {
  sqlite3_stmt *statement = store->reads.statements[SB_READ_CALL];
  const struct sb_call *pending = sb_pending_call(&store->pending, id);
  const struct sb_change *change = pending != NULL ? pending->first : NULL;
  int rc = 1;
  memset(call, 0, sizeof *call);
  call->id = id;
  if (change == NULL || change->type != SB_CHANGE_INTEND) {
    sqlite3_bind_int64(statement, 1, id);
    rc = step(store, statement);
    if (rc > 0) read_row(statement, call);
  }
  if (rc > 0) {
    for (; change != NULL; change = change->next_of_call)
      sb_change_apply(change, call);
    rc = keep_call(store, call);
  }
  sqlite3_reset(statement);
  return rc;
}

int sb_store_answered(struct sb_store *store, struct sb_store_text key,
                      struct sb_store_call *call) {
  sqlite3_stmt *statement = store->reads.statements[SB_READ_ANSWERED];
  const struct sb_call *pending = sb_pending_answer(&store->pending, key);
  memset(call, 0, sizeof *call);
  bind_text(statement, 1, key);
  int rc = step(store, statement);
  if (rc > 0) {
    read_row(statement, call);
    if (pending == NULL || pending->id <= call->id) pending = NULL;
    if (pending == NULL) rc = keep_call(store, call);
  }
  sqlite3_reset(statement);
  if (rc < 0 || pending == NULL) return rc;
  return sb_store_call(store, pending->id, call);
}

int sb_store_next_doubt(struct sb_store *store, int64_t after,
                        struct sb_store_call *call) {
  sqlite3_stmt *statement = store->reads.statements[SB_READ_NEXT_OPEN];
  for (;;) {
    sqlite3_bind_int64(statement, 1, after);
    int rc = step(store, statement);
    if (rc > 0) after = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (rc <= 0) return rc;
    const struct sb_call *pending = sb_pending_call(&store->pending, after);
    if (pending == NULL || pending->state == SB_STORE_DOUBT)
      return sb_store_call(store, after, call);
  }
}

/*
** Records.
*/

int sb_store_get(struct sb_store *store, struct sb_store_text kind,
                 struct sb_store_text name, struct sb_store_text *text) {
  struct sb_store_text *const texts[] = {text};
  const struct sb_change *change =
      sb_pending_record(&store->pending, kind, name);
  if (change != NULL) {
    *text = change->text[2];
    if (change->type == SB_CHANGE_REMOVE) return 0;
    int rc = keep_texts(store, texts, 1);
    return rc < 0 ? rc : 1;
  }
  sqlite3_stmt *statement = store->reads.statements[SB_READ_RECORD];
  bind_text(statement, 1, kind);
  bind_text(statement, 2, name);
  int rc = step(store, statement);
  if (rc > 0) {
    *text = column(statement, 0);
    int kept = keep_texts(store, texts, 1);
    if (kept < 0) rc = kept;
  }
  sqlite3_reset(statement);
  return rc;
}

void sb_store_scan_begin(struct sb_store *store, struct sb_store_text kind) {
  struct sb_reads *reads = &store->reads;
  sb_store_scan_end(store);
  bind_text(reads->statements[SB_READ_RECORDS], 1, kind);
  reads->scan_kind = kind;
  reads->scan_next = store->pending.oldest;
  reads->scan_in_rows = 1;
}

int sb_store_scan_next(struct sb_store *store, struct sb_store_text *name,
                       struct sb_store_text *text) {
  struct sb_reads *reads = &store->reads;
  sqlite3_stmt *statement = reads->statements[SB_READ_RECORDS];
  if (reads->scan_in_rows) {
    int rc = step(store, statement);
    if (rc > 0) {
      *name = column(statement, 0);
      *text = column(statement, 1);
    }
    if (rc != 0) return rc;
    reads->scan_in_rows = 0;
  }
  const struct sb_change *change = reads->scan_next;
  while (change != NULL &&
         (change->call != NULL ||
          sb_store_text_compare(&change->text[0], &reads->scan_kind) != 0))
    change = change->newer;
  if (change == NULL) return 0;
  *name = change->text[1];
  *text = change->text[2];
  reads->scan_next = change->newer;
  return 1;
}

void sb_store_scan_end(struct sb_store *store) {
  sqlite3_reset(store->reads.statements[SB_READ_RECORDS]);
}
