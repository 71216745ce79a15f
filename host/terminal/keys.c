/* host/terminal/keys.c -- see keys.h. The terminal is read byte by byte, so
   that what is typed ahead is left for the next key. */
#include "host/terminal/keys.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/terminal/rescue.h"

enum { ESCAPE = 27, DELETE = 127 };

/* What follows an Escape later than this has been pressed by hand. */
#define SEQUENCE_MS 50

enum state { PLAIN, ESCAPED, SEQUENCE };

struct sb_key {
  uv_tty_t tty;
  sb_key_done *done;
  void *arg;
  enum state state;
  uint64_t escaped_at;
  char key[4]; /* what has come of the character */
  size_t len, wanted;
  char byte; /* where the next one is read to */
};

static void on_close(uv_handle_t *handle) { free(handle->data); }

/* Frees op, in a later turn. */
static void close_tty(struct sb_key *op) {
  uv_close((uv_handle_t *)&op->tty, on_close);
}

static void leave(struct sb_key *op) {
  sb_rescue_keys_off();
  close_tty(op);
}

static void finish(struct sb_key *op, int status) {
  leave(op);
  op->done(op->arg, status, op->key, op->len);
}

/* Bytes of the character that begins with this one; 0 when none does. */
static size_t length_of(unsigned char lead) {
  if (lead < 0x80) return lead == '\n' || (lead >= ' ' && lead != DELETE);
  if (lead < 0xC2 || lead > 0xF4) return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Whether the character is whole with this byte. */
static bool take_character(struct sb_key *op, unsigned char byte) {
  bool continues = (byte & 0xC0) == 0x80;
  if (op->len == 0 || !continues) {
    op->len = 0;
    op->wanted = length_of(byte);
  }
  if (op->wanted > 0) op->key[op->len++] = (char)byte;
  return op->wanted > 0 && op->len == op->wanted;
}

/* The same, with what is swallowed taken out. ESC [ and ESC O begin a sequence
   that ends with a letter or ~; ESC and anything else is a key held with Alt.
 */
static bool take(struct sb_key *op, unsigned char byte) {
  uint64_t now = uv_now(op->tty.loop);
  if (op->state == ESCAPED && now - op->escaped_at > SEQUENCE_MS)
    op->state = PLAIN;
  if (byte == ESCAPE) {
    op->state = ESCAPED;
    op->escaped_at = now;
    return false;
  }
  switch (op->state) {
  case ESCAPED:
    op->state = byte == '[' || byte == 'O' ? SEQUENCE : PLAIN;
    return false;
  case SEQUENCE:
    if (byte >= '@' && byte <= '~') op->state = PLAIN;
    return false;
  case PLAIN:
    break;
  }
  return take_character(op, byte);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
  struct sb_key *op = handle->data;
  (void)suggested;
  *buf = uv_buf_init(&op->byte, 1);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct sb_key *op = stream->data;
  (void)buf;
  if (n < 0)
    finish(op, (int)n);
  else if (n > 0 && take(op, (unsigned char)op->byte))
    finish(op, 0);
}

int sb_key_start(uv_loop_t *loop, int fd, sb_key_done *done, void *arg,
                 struct sb_key **op) {
  struct sb_key *key = calloc(1, sizeof *key);
  if (key == NULL) return UV_ENOMEM;
  int rc = uv_tty_init(loop, &key->tty, fd, 0);
  if (rc < 0) {
    free(key);
    return rc;
  }
  key->tty.data = key;
  key->done = done;
  key->arg = arg;
  rc = sb_rescue_keys_on(fd);
  if (rc < 0) {
    close_tty(key);
    return rc;
  }
  rc = uv_read_start((uv_stream_t *)&key->tty, on_alloc, on_read);
  if (rc < 0)
    leave(key);
  else
    *op = key;
  return rc;
}

void sb_key_cancel(struct sb_key *op) {
  if (op == NULL) return;
  leave(op);
}
