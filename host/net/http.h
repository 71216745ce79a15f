/*
** host/net/http.h -- HTTP transfers on the loop: one libcurl multi handle, its
** timer and its sockets. Loop thread only. Knows nothing of Lua.
**
** Made for calls that cost money: a request goes out once or not at all, but
** for GET and HEAD. libcurl sends any again when a kept connection dies before
** an answer; it is kept from that here where it is about to send, and by bodies
** that cannot be read twice. Nothing is redirected, no proxy is taken
** from the environment, TLS is always verified, and a failure says whether any
** byte of the request may have left.
*/
#ifndef SB_HOST_HTTP_H
#define SB_HOST_HTTP_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "host/net/body.h"
#include "host/net/spill.h"

struct sb_http;    /* one per loop */
struct sb_http_op; /* one transfer, until it is freed */

int sb_http_open(uv_loop_t *loop, struct sb_http **http);

/* Closes all connections. Every op has been freed before. The loop must be run
   afterwards. NULL is fine. */
void sb_http_close(struct sb_http *http);

/* Copied by start, but for the body. */
struct sb_http_request {
  const char *method, *url;
  const char *const *headers; /* "Name: value" lines, NULL-ended, or NULL */
  const char *bearer;         /* of an Authorization header, or NULL */
  const char *proxy;          /* its URL, or NULL for none */
  struct sb_body *body;       /* start takes it, even if it fails; or NULL */
  uint64_t timeout_ms;        /* of the whole; 0: none */
  uint64_t connect_timeout_ms;
  uint64_t idle_timeout_ms; /* without a byte in either direction; 0: none */
  size_t max_bytes;         /* of the answer's body, spilled parts left out */
  const char *spill_dir;    /* NULL: nothing is spilled */
  uint64_t spill_max_bytes;
  int spill_keep; /* sb_spill_keep */
  int events;     /* a text/event-stream is taken apart; see below */
};

/* Something new: the header has come, an event, or the transfer is over. Runs
   within the loop or inside shift or skip; it may look at op, and must not
   start or free one. */
typedef void sb_http_event(void *arg);

/* 0 and *op, or a negative UV_E*, and event is never called. */
int sb_http_start(struct sb_http *http, const struct sb_http_request *req,
                  sb_http_event *event, void *arg, struct sb_http_op **op);

/* Ends it where it is, without an event, or lets go of what it brought. NULL is
   fine. */
void sb_http_free(struct sb_http_op *op);

/* The status and header lines of the answer; status is 0 while there are none.
   Valid until op is freed, as is all of the following. */
struct sb_http_head {
  int status;
  const char *lines; /* each ended by CR LF; the status line comes first */
  size_t len;
};
void sb_http_head(const struct sb_http_op *op, struct sb_http_head *head);

struct sb_http_result {
  const char *message; /* NULL: all went well; else what failed, and where */
  const char *code;    /* the name of a UV_E*, "ECHANGED", or "ECURL" */
  int sent;            /* whether a byte of the request may have left */
  double seconds;      /* that it took */
  const char *body;    /* where the bearer came back, asterisks stand */
  size_t body_len;
  int events; /* it had none: it was an event stream, and taken apart */
  struct sb_spill *spill; /* NULL unless a folder was given */
};

/* NULL while the transfer is under way. */
const struct sb_http_result *sb_http_result(const struct sb_http_op *op);

/*
** Events: when the request asked for them and the answer says that it is a
** text/event-stream, its body is handed over as the data of one event after the
** other, each at most max_bytes long after spilling. They queue until they are
** taken; while too much is in the queue, nothing is read from the connection.
** A transfer that fails has the events that came whole before.
*/

/* The data of the first in the queue, which stays there, or NULL. */
const char *sb_http_peek(const struct sb_http_op *op, size_t *len);

/* Takes that one out. */
void sb_http_shift(struct sb_http_op *op);

/* Forgets what is in the queue, and what is still to come. */
void sb_http_skip(struct sb_http_op *op);

/* The origin of a URL, "https://host", in lower case and with a port unless it
   is the scheme's own, in a block that the caller frees. 0, UV_ENOMEM, or
   UV_EINVAL when it is no http or https URL, or one with a user's name. */
int sb_http_origin(const char *url, char **origin);

#endif
