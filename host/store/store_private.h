/*
** host/store/store_private.h -- a store, as store.c and store_read.c share it.
** Part of host/store/store.h.
*/
#ifndef SB_HOST_STORE_PRIVATE_H
#define SB_HOST_STORE_PRIVATE_H

#include "host/store/store_change.h"
#include "host/store/store_db.h"
#include "host/store/store_writer.h"

enum sb_read_type {
  SB_READ_CALL,
  SB_READ_ANSWERED,
  SB_READ_NEXT_OPEN,
  SB_READ_RECORD,
  SB_READ_RECORDS,
  SB_READ_TYPES
};

struct sb_reads {
  sqlite3_stmt *statements[SB_READ_TYPES];
  char *texts; /* those of the last read */
  size_t size;
  struct sb_store_text scan_kind;
  const struct sb_change *scan_next; /* pending, once the rows are through */
  int scan_in_rows;
};

struct sb_store {
  struct sb_store_db db; /* its writer connection is the writer's */
  struct sb_writer writer;
  struct sb_pending pending;
  struct sb_reads reads;
  uv_async_t async; /* keeps the loop alive while somebody waits */
  int waiting;
  int readonly;
  int started;
  int closing;
  int lost; /* 0, or why the last commit left changes behind */
  struct sb_store_op closed;
};

/* Prepares what is read with. Blocks. 0 or UV_E*. */
int sb_reads_init(struct sb_store *store);

/* Closes the reader connection. Any number of times. */
void sb_reads_free(struct sb_store *store);

#endif
