/*
** host/net/server.h -- a small HTTP/1.1 server on the loop: libmicrohttpd,
** whose epoll descriptor the loop polls. Loop thread only. Knows nothing of
** Lua.
**
** A request is handed to the handler when its body is complete. Until it is
** answered its connection is suspended and costs no time; libmicrohttpd does
** not notice meanwhile that a client has gone, the answer then just fails to
** be sent. What the server itself refuses is answered in JSON:
** {"error":{"code":413,"message":"..."}}.
*/
#ifndef SB_HOST_SERVER_H
#define SB_HOST_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

struct sb_body;
struct sb_server;
struct sb_exchange; /* one request and its answer */

struct sb_server_options { /* copied */
  const char *host;        /* a numeric IPv4 or IPv6 address */
  uint16_t port;           /* 0: the system chooses one */
  unsigned max_connections;
  size_t max_body;       /* bytes of a request's body after spilling */
  const char *spill_dir; /* NULL: long base64 stays in the body */
  uint64_t max_spill;    /* bytes of all spilled files of one request */
};

/* Called by the loop. The exchange is the handler's until it calls
   sb_exchange_answer or sb_exchange_close, once, now or at any later time. */
typedef void sb_server_handler(void *arg, struct sb_exchange *exchange);

/* 0, or a negative UV_E* (UV_EADDRINUSE, UV_EACCES, UV_EINVAL for an address
   that is not numeric, ...). */
int sb_server_open(uv_loop_t *loop, const struct sb_server_options *options,
                   sb_server_handler *handler, void *arg,
                   struct sb_server **server);
uint16_t sb_server_port(const struct sb_server *server);

/* Cuts every connection and frees the server; NULL is fine. Exchanges that are
   not answered yet live on until they are. Not to be called by a handler or a
   sent callback. */
void sb_server_close(struct sb_server *server);

/*
** The request. What these return is valid until the exchange is answered or
** closed, or the server closed.
*/

const char *sb_exchange_method(const struct sb_exchange *exchange);
const char *sb_exchange_path(const struct sb_exchange *exchange);
const char *sb_exchange_body(const struct sb_exchange *exchange, size_t *len);

/* Headers and query arguments in the order in which they came; value is NULL
   for an argument without one. */
enum sb_exchange_part { SB_EXCHANGE_HEADERS, SB_EXCHANGE_QUERY };
typedef void sb_exchange_visit(void *arg, const char *name, const char *value);
void sb_exchange_each(const struct sb_exchange *exchange,
                      enum sb_exchange_part part, sb_exchange_visit *visit,
                      void *arg);

/* The files that base64 of the body was spilled to, in the order of their
   {spill:N}; "" for what turned out not to be base64. They are removed with
   the exchange. NULL past the last. */
const char *sb_exchange_file(const struct sb_exchange *exchange, size_t index,
                             uint64_t *bytes);

/*
** The answer.
*/

struct sb_server_header {
  const char *name, *value;
};

/* Called by the loop, once: whole tells whether the last byte of the answer
   was handed to the system for a client that was still there. */
typedef void sb_exchange_sent(void *arg, int whole);

/* Answers with the body (NULL: none), which is taken over whatever comes back.
   sent may be NULL. 0, or a negative UV_E*: the client got no answer and sent
   will not be called (UV_ECONNRESET: the server was closed meanwhile). */
int sb_exchange_answer(struct sb_exchange *exchange, unsigned status,
                       const struct sb_server_header *headers, size_t count,
                       struct sb_body *body, sb_exchange_sent *sent, void *arg);

/* Closes the connection without an answer, or after what was written. */
void sb_exchange_close(struct sb_exchange *exchange);

/*
** An answer written by hand, from the status line to the last byte: one that
** drips, ends early or is no HTTP at all. The connection is closed after it.
*/

/* How many bytes the system took, or a negative UV_E*: UV_EAGAIN when it takes
   none at the moment, UV_EPIPE or UV_ECONNRESET when the client has gone. */
ssize_t sb_exchange_write(struct sb_exchange *exchange, const char *data,
                          size_t len);

/* Calls ready once, when there is room to write or the connection has ended.
   One at a time; NULL takes the wish back. 0, or a negative UV_E*. */
typedef void sb_exchange_ready(void *arg);
int sb_exchange_await(struct sb_exchange *exchange, sb_exchange_ready *ready,
                      void *arg);

/* As sb_exchange_close, by a reset (RST): what the client has not read yet may
   be lost. */
void sb_exchange_abort(struct sb_exchange *exchange);

#endif
