/* host/store/store_db.c -- see store_db.h. */
#include "host/store/store_db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <uv.h>

enum {
  APPLICATION_ID = 0x7362686f, /* "sbho" */
  VERSION = 1,
  BUSY_TIMEOUT = 5000 /* milliseconds */
};

/* States are those of enum sb_store_state; up to 2 a call is open. The long
   texts of a call have tables of their own, which only grow at their end: so a
   change of its state writes a page that it shares with many. */
static const char schema[] =
    "CREATE TABLE run ("
    "  id INTEGER PRIMARY KEY,"
    "  pid INTEGER NOT NULL,"
    "  began_at REAL NOT NULL,"
    "  ended_at REAL"
    ") STRICT;"
    "CREATE TABLE call ("
    "  id INTEGER PRIMARY KEY,"
    "  run INTEGER NOT NULL REFERENCES run,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),"
    "  at REAL NOT NULL,"
    "  key TEXT NOT NULL,"
    "  handle TEXT,"
    "  reason TEXT"
    ") STRICT;"
    "CREATE TABLE request ("
    "  call INTEGER PRIMARY KEY REFERENCES call,"
    "  meta TEXT,"
    "  text TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE answer ("
    "  call INTEGER PRIMARY KEY REFERENCES call,"
    "  meta TEXT,"
    "  text TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX answered_call ON call (key, id) WHERE state = 3;"
    "CREATE INDEX open_call ON call (id) WHERE state <= 2;"
    "CREATE TABLE record ("
    "  id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL,"
    "  name TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  UNIQUE (kind, name)"
    ") STRICT;";

static int fail(struct sb_store_error *error, int code, const char *format,
                ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(error->message, sizeof error->message, format, args);
  va_end(args);
  return code;
}

static int open_error(sqlite3 *connection) {
  int rc = uv_translate_sys_error(sqlite3_system_errno(connection));
  return rc < 0 ? rc : UV_EACCES;
}

/* SQLite calls a disk full only when the write says so, not the flush. */
static int io_error(sqlite3 *connection) {
  int code = sqlite3_system_errno(connection);
  return code == ENOSPC || code == EDQUOT ? UV_ENOSPC : UV_EIO;
}

int sb_store_db_error(sqlite3 *connection) {
  switch (sqlite3_errcode(connection) & 0xff) {
  case SQLITE_NOMEM:
    return UV_ENOMEM;
  case SQLITE_FULL:
    return UV_ENOSPC;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return UV_EBUSY;
  case SQLITE_READONLY:
    return UV_EROFS;
  case SQLITE_TOOBIG:
    return UV_E2BIG;
  case SQLITE_NOTADB:
  case SQLITE_CORRUPT:
    return UV_EFTYPE;
  case SQLITE_CANTOPEN:
    return open_error(connection);
  case SQLITE_IOERR:
    return io_error(connection);
  default:
    return UV_EIO;
  }
}

static int fail_damaged(struct sb_store_error *error, const char *path,
                        const char *found) {
  return fail(error, UV_EFTYPE, "%s is damaged (%s)", path, found);
}

static int fail_sql(struct sb_store_error *error, sqlite3 *connection,
                    const char *path) {
  const char *words = sqlite3_errmsg(connection);
  int code = sb_store_db_error(connection);
  switch (sqlite3_errcode(connection) & 0xff) {
  case SQLITE_NOTADB:
    return fail(error, code, "%s is not a database", path);
  case SQLITE_CORRUPT:
    return fail_damaged(error, path, words);
  case SQLITE_CANTOPEN:
    words = uv_strerror(code);
    break;
  default:
    break;
  }
  return fail(error, code, "%s: %s", path, words);
}

static int execute(sqlite3 *connection, const char *sql) {
  return sqlite3_exec(connection, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

/* The first value that a query gives, or otherwise when it gives no row. */
static int query(sqlite3 *connection, const char *sql, int64_t otherwise,
                 int64_t *value) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(connection, sql, -1, &statement, NULL) != SQLITE_OK)
    return -1;
  int rc = sqlite3_step(statement);
  *value = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : otherwise;
  sqlite3_finalize(statement);
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

/* WAL needs memory that all processes share; over a network there is none, and
   the file would be damaged. */
static int is_on_network(const char *path) {
  static const uint32_t kinds[] = {
      0x6969,     /* NFS */
      0x517b,     /* SMB */
      0xff534d42, /* CIFS */
      0xfe534d42, /* SMB2 */
      0x5346414f, /* AFS */
      0x00c36400, /* Ceph */
  };
  struct statfs fs;
  if (statfs(path, &fs) != 0) return 0;
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if ((uint32_t)fs.f_type == kinds[i]) return 1;
  return 0;
}

static int take_lock(struct sb_store_db *db, const char *path,
                     struct sb_store_error *error) {
  char name[4096];
  pid_t owner;
  int n = snprintf(name, sizeof name, "%s-lock", path);
  if (n < 0 || (size_t)n >= sizeof name)
    return fail(error, UV_ENAMETOOLONG, "the path of the store is too long");
  int rc = sb_lock_take(name, &db->lock, &owner);
  if (rc == UV_EBUSY && owner > 0)
    return fail(error, rc, "%s is in use by process %ld", path, (long)owner);
  if (rc == UV_EBUSY)
    return fail(error, rc, "%s is in use by another process", path);
  if (rc < 0) return fail(error, rc, "%s: %s", name, uv_strerror(rc));
  if (is_on_network(name))
    return fail(error, UV_ENOTSUP,
                "%s is on a network file system, where a store cannot be "
                "safe: move it to a local disk",
                path);
  return 0;
}

static int open_connection(sqlite3 **connection, const char *path, int flags,
                           struct sb_store_error *error) {
  int rc = sqlite3_open_v2(path, connection,
                           flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                           NULL);
  if (rc != SQLITE_OK) return fail_sql(error, *connection, path);
  sqlite3_busy_timeout(*connection, BUSY_TIMEOUT);
  sqlite3_db_config(*connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(*connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(*connection, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  if (execute(*connection, "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;"
                           "PRAGMA synchronous = FULL") < 0)
    return fail_sql(error, *connection, path);
  return 0;
}

/* *fresh: it is an empty database, whoever made it. */
static int check_format(sqlite3 *connection, const char *path, int *fresh,
                        struct sb_store_error *error) {
  int64_t id, version, tables;
  if (query(connection, "PRAGMA application_id", 0, &id) < 0 ||
      query(connection, "PRAGMA user_version", 0, &version) < 0 ||
      query(connection, "SELECT count(*) FROM sqlite_schema", 0, &tables) < 0)
    return fail_sql(error, connection, path);
  *fresh = id == 0 && version == 0 && tables == 0;
  if (*fresh) return 0;
  if (id != APPLICATION_ID)
    return fail(error, UV_EFTYPE, "%s is a database of another program", path);
  if (version > VERSION)
    return fail(error, UV_ENOTSUP,
                "%s was written by a newer version of this program (format "
                "%d, this one knows %d): use that version, or move the file "
                "away to start anew",
                path, (int)version, VERSION);
  return 0;
}

/* Into the log, which is flushed with the first commit that follows: what has
   reached the disk of it by then, or not, is an empty database. */
static int make_schema(sqlite3 *connection, const char *path,
                       struct sb_store_error *error) {
  char *sql = sqlite3_mprintf("PRAGMA synchronous = OFF;"
                              "BEGIN IMMEDIATE; PRAGMA application_id = %d;"
                              "PRAGMA user_version = %d; %s COMMIT;"
                              "PRAGMA synchronous = FULL",
                              APPLICATION_ID, VERSION, schema);
  if (sql == NULL)
    return fail(error, UV_ENOMEM, "%s: %s", path, uv_strerror(UV_ENOMEM));
  int rc = execute(connection, sql);
  sqlite3_free(sql);
  return rc < 0 ? fail_sql(error, connection, path) : 0;
}

static int check_integrity(sqlite3 *connection, const char *path,
                           struct sb_store_error *error) {
  sqlite3_stmt *statement;
  int rc = 0;
  if (sqlite3_prepare_v2(connection, "PRAGMA quick_check(1)", -1, &statement,
                         NULL) != SQLITE_OK)
    return fail_sql(error, connection, path);
  if (sqlite3_step(statement) != SQLITE_ROW) {
    rc = fail_sql(error, connection, path);
  } else {
    const char *found = (const char *)sqlite3_column_text(statement, 0);
    if (found == NULL || strcmp(found, "ok") != 0)
      rc = fail_damaged(error, path, found == NULL ? "no result" : found);
  }
  sqlite3_finalize(statement);
  return rc;
}

/* The lock says that no process lives which could still bring their answers. */
static const char doubt_what_is_open[] =
    "UPDATE call SET state = 2, reason = 'the process ended before an answer "
    "was recorded' WHERE state <= 2 AND state < 2"; /* the index knows <= 2 */

/* After a stop that was not clean, or was with calls in flight. */
static int recover(sqlite3 *connection, const char *path,
                   struct sb_store_error *error) {
  int64_t unclean;
  if (query(connection,
            "SELECT ended_at IS NULL FROM run ORDER BY id DESC LIMIT 1", 0,
            &unclean) < 0)
    return fail_sql(error, connection, path);
  if (unclean) {
    int rc = check_integrity(connection, path, error);
    if (rc < 0) return rc;
  }
  if (execute(connection, doubt_what_is_open) < 0)
    return fail_sql(error, connection, path);
  return 0;
}

static int open_writer(struct sb_store_db *db, const char *path,
                       struct sb_store_error *error) {
  int fresh = 0;
  int rc = take_lock(db, path, error);
  if (rc < 0) return rc;
  rc = open_connection(&db->writer, path,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  if (rc == 0) rc = check_format(db->writer, path, &fresh, error);
  if (rc < 0) return rc;
  if (execute(db->writer, "PRAGMA journal_mode = WAL") < 0)
    return fail_sql(error, db->writer, path);
  rc = fresh ? make_schema(db->writer, path, error) : 0;
  if (rc == 0) rc = recover(db->writer, path, error);
  if (rc < 0) return rc;
  if (query(db->writer, "SELECT max(id) + 1 FROM call", 1, &db->next_id) < 0)
    return fail_sql(error, db->writer, path);
  if (db->next_id == 0) db->next_id = 1; /* the maximum of nothing is NULL */
  return 0;
}

static int open_reader(struct sb_store_db *db, const char *path,
                       struct sb_store_error *error) {
  int fresh = 0;
  int rc = open_connection(&db->reader, path, SQLITE_OPEN_READONLY, error);
  if (rc < 0) return rc;
  sqlite3_db_config(db->reader, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  rc = check_format(db->reader, path, &fresh, error);
  if (rc == 0 && fresh)
    rc = fail(error, UV_EFTYPE, "%s is an empty database", path);
  return rc;
}

int sb_store_db_open(struct sb_store_db *db, const char *path, int readonly,
                     struct sb_store_error *error) {
  int rc = readonly ? 0 : open_writer(db, path, error);
  if (rc == 0) rc = open_reader(db, path, error);
  if (rc < 0) sb_store_db_close(db);
  return rc;
}

void sb_store_db_close(struct sb_store_db *db) {
  sqlite3_close(db->reader);
  sqlite3_close(db->writer);
  sb_lock_release(db->lock);
  db->reader = db->writer = NULL;
  db->lock = NULL;
}
