/*
** host/net/http_internal.h -- what the parts of host/net/http.h share: http.c
** (the life of a transfer), http_options.c (how libcurl is told of it),
** http_socket.c (libcurl's sockets and timer on the loop), http_events.c (a
** body that comes in events), http_error.c (what failed).
*/
#ifndef SB_HOST_HTTP_INTERNAL_H
#define SB_HOST_HTTP_INTERNAL_H

#include <curl/curl.h>

#include "host/base/buffer.h"
#include "host/net/http.h"
#include "host/net/sse.h"
#include "host/base/timer.h"

struct sb_http {
  uv_loop_t *loop;
  CURLM *multi;                   /* NULL after it has failed */
  uv_timer_t timer;               /* libcurl's */
  struct sb_http_watch **watches; /* by descriptor */
  size_t watches_room;
  struct sb_http_op *running; /* those that libcurl has */
  struct sb_http_op *idle;    /* to be used again */
  size_t idle_count;
};

struct sb_http_queued; /* an event */

struct sb_http_events {
  int wanted;
  int coming; /* the answer is a stream of them */
  int begun;  /* and something of it came */
  int skipped;
  int paused; /* libcurl keeps what it has read, and reads no more */
  struct sb_sse sse;
  struct sb_http_queued *first, *last;
  size_t bytes; /* in the queue */
};

struct sb_http_op {
  struct sb_http *http;
  CURL *easy;
  char *url;     /* that easy goes to, or NULL; kept when op is */
  CURLU *parsed; /* the same */
  struct curl_slist *headers;
  const char *secret; /* in one of them, or NULL */
  struct sb_body *body;
  struct sb_spill *spill;
  struct sb_buffer head, text; /* text: the body, or the event under way */
  struct sb_http_events events;
  int status;
  int head_done; /* and what comes now are trailers */
  int over;
  int repeatable; /* it asks and changes nothing */
  int attempts;   /* to send it, within libcurl */
  int fault;      /* a negative UV_E* of ours that ended the transfer */
  sb_http_event *event;
  void *arg;
  struct sb_timer *idle_timer;
  uint64_t idle_ms, active_at; /* of the last byte, by the loop's clock */
  struct sb_http_result result;
  char curl_error[CURL_ERROR_SIZE];
  char message[1024];
  struct sb_http_op *next, **link; /* among the running, or the idle */
};

/* http_options.c: what a new op->easy is told for good, and what it is told for
   each transfer. 0 or a negative UV_E*. */
int sb_http_set_handle(struct sb_http_op *op);
int sb_http_set_options(struct sb_http_op *op,
                        const struct sb_http_request *req);

/* http_error.c: fills the result of a transfer that failed. */
void sb_http_set_error(struct sb_http_op *op, CURLcode curl);

/* http.c */

/* Looks for transfers that are over. After each call of libcurl. */
void sb_http_drain(struct sb_http *http);

/* The transfer ends, with an event. Not from within libcurl. */
void sb_http_finish(struct sb_http_op *op, CURLcode curl);

/* Ends all transfers, and lets go of libcurl's multi handle: it has failed, for
   lack of memory, and what it still knows of sockets may be half of it (7.88
   divides by zero for the next of the same number). Not from within libcurl. */
void sb_http_give_up(struct sb_http *http);

/* Lays asterisks over the secret wherever the server sent it back. A shorter
   one ("x", "ollama", what one gives a server that wants none) keeps nothing
   from anybody, and may be part of any answer. */
enum { REDACTED_MIN = 8 };
void sb_http_redact(const struct sb_http_op *op, struct sb_buffer *buf);

/* http_events.c */

/* The head is there: looks whether events come. */
void sb_http_events_begin(struct sb_http_op *op);

/* Takes a part of the body, or its end: 0, or a negative UV_E*. */
int sb_http_body_feed(struct sb_http_op *op, const char *data, size_t len);
int sb_http_body_end(struct sb_http_op *op);

/* Whether libcurl is to wait with the next part. */
int sb_http_events_full(struct sb_http_op *op);

void sb_http_events_free(struct sb_http_op *op);

/* http_socket.c */
int sb_http_sockets_open(struct sb_http *http);
void sb_http_sockets_bind(struct sb_http *http); /* to a new multi handle */
void sb_http_sockets_drop(struct sb_http *http); /* after its end */
void sb_http_sockets_close(struct sb_http *http);
curl_socket_t sb_http_open_socket(void *http, curlsocktype purpose,
                                  struct curl_sockaddr *address);
int sb_http_close_socket(void *http, curl_socket_t fd);

#endif
