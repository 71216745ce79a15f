/*
** host/store/store_db.h -- the database of a store: its file, its schema, and
** its two connections. Part of host/store/store.h; nothing else includes it.
*/
#ifndef SB_HOST_STORE_DB_H
#define SB_HOST_STORE_DB_H

#include <sqlite3.h>
#include <stdint.h>

#include "host/files/lock.h"
#include "host/store/store.h"

struct sb_store_db {
  struct sb_lock *lock; /* NULL when readonly */
  sqlite3 *writer;      /* NULL when readonly */
  sqlite3 *reader;
  int64_t next_id; /* of a call */
};

/* Fills a zeroed *db, or fails and leaves it empty. Blocks. */
int sb_store_db_open(struct sb_store_db *db, const char *path, int readonly,
                     struct sb_store_error *error);

/* Closes what is open. Blocks: the last connection checkpoints. */
void sb_store_db_close(struct sb_store_db *db);

/* The UV_E* of what last went wrong on the connection; never 0. */
int sb_store_db_error(sqlite3 *connection);

#endif
