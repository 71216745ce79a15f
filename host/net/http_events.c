/* host/net/http_events.c -- an answer's body, and those that come in events:
   each event is JSON, and so it is what the spill scans; what is between them
   never gets there. */
#include "host/net/http_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUEUE_MAX = 65536 }; /* bytes of events that let libcurl wait */

struct sb_http_queued {
  struct sb_http_queued *next;
  size_t len;
  char data[];
};

static int is_event_stream(const char *line, size_t len) {
  static const char name[] = "content-type:", type[] = "text/event-stream";
  const char *end = line + len;
  if (len < sizeof name - 1 || strncasecmp(line, name, sizeof name - 1) != 0)
    return 0;
  line += sizeof name - 1;
  while (line < end && (*line == ' ' || *line == '\t')) line++;
  if ((size_t)(end - line) < sizeof type - 1) return 0;
  if (strncasecmp(line, type, sizeof type - 1) != 0) return 0;
  line += sizeof type - 1;
  return line == end || strchr(" \t\r;", *line) != NULL;
}

static int on_piece(void *arg, const char *data, size_t len) {
  struct sb_http_op *op = arg;
  return op->spill != NULL ? sb_spill_feed(op->spill, data, len)
                           : sb_buffer_append(&op->text, data, len);
}

static int enqueue(struct sb_http_events *events,
                   const struct sb_buffer *text) {
  struct sb_http_queued *queued = malloc(sizeof *queued + text->len);
  if (queued == NULL) return UV_ENOMEM;
  queued->next = NULL;
  queued->len = text->len;
  if (text->len > 0) memcpy(queued->data, text->data, text->len);
  if (events->first == NULL)
    events->first = queued;
  else
    events->last->next = queued;
  events->last = queued;
  events->bytes += sizeof *queued + queued->len;
  return 0;
}

static int on_whole(void *arg) {
  struct sb_http_op *op = arg;
  int rc = op->spill != NULL ? sb_spill_end(op->spill) : 0;
  sb_http_redact(op, &op->text);
  if (rc == 0 && !op->events.skipped) rc = enqueue(&op->events, &op->text);
  sb_buffer_clear(&op->text);
  if (rc == 0) op->event(op->arg);
  return rc;
}

void sb_http_events_begin(struct sb_http_op *op) {
  const char *line = op->head.data, *end = line + op->head.len;
  while (op->events.wanted && line < end) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    if (stop == NULL) stop = end;
    if (is_event_stream(line, (size_t)(stop - line))) op->events.coming = 1;
    line = stop < end ? stop + 1 : end;
  }
  sb_sse_init(&op->events.sse, on_piece, on_whole, op);
}

/* Errors are JSON, or pages, whatever their label says: no line of an event
   begins so. */
static int is_no_stream(struct sb_http_op *op, const char *data, size_t len) {
  for (; len > 0 && !op->events.begun; data++, len--) {
    if (strchr(" \t\r\n", *data) != NULL && *data != '\0') continue;
    op->events.begun = 1;
    return *data == '{' || *data == '[' || *data == '<';
  }
  return 0;
}

int sb_http_body_feed(struct sb_http_op *op, const char *data, size_t len) {
  if (op->events.coming && is_no_stream(op, data, len)) op->events.coming = 0;
  if (op->events.coming) return sb_sse_feed(&op->events.sse, data, len);
  return on_piece(op, data, len);
}

int sb_http_body_end(struct sb_http_op *op) {
  if (op->events.coming) return sb_sse_end(&op->events.sse);
  return op->spill != NULL ? sb_spill_end(op->spill) : 0;
}

int sb_http_events_full(struct sb_http_op *op) {
  op->events.paused = op->events.bytes > QUEUE_MAX;
  return op->events.paused;
}

/* What libcurl kept may come from within; when it makes the transfer fail,
   libcurl tells nobody else. */
static void resume(struct sb_http_op *op) {
  if (!op->events.paused || op->over) return;
  op->events.paused = 0;
  CURLcode curl = curl_easy_pause(op->easy, CURLPAUSE_CONT);
  if (curl != CURLE_OK) sb_http_finish(op, curl);
}

const char *sb_http_peek(const struct sb_http_op *op, size_t *len) {
  const struct sb_http_queued *first = op->events.first;
  if (first == NULL) return NULL;
  *len = first->len;
  return first->data;
}

static void drop_first(struct sb_http_events *events) {
  struct sb_http_queued *first = events->first;
  if (first == NULL) return;
  events->first = first->next;
  events->bytes -= sizeof *first + first->len;
  free(first);
}

void sb_http_shift(struct sb_http_op *op) {
  drop_first(&op->events);
  if (op->events.bytes <= QUEUE_MAX / 2) resume(op);
}

void sb_http_skip(struct sb_http_op *op) {
  op->events.skipped = 1;
  sb_http_events_free(op);
  resume(op);
}

void sb_http_events_free(struct sb_http_op *op) {
  while (op->events.first != NULL) drop_first(&op->events);
}
