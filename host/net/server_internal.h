/*
** host/net/server_internal.h -- what the parts of host/net/server.h share:
** server.c (the daemon on the loop), server_exchange.c (a request and its
** answer), server_write.c (answers written by hand).
*/
#ifndef SB_HOST_SERVER_INTERNAL_H
#define SB_HOST_SERVER_INTERNAL_H

#include <microhttpd.h>

#include "host/base/buffer.h"
#include "host/net/server.h"

struct room;
struct sb_spill;

struct sb_server {
  uv_loop_t *loop;
  struct MHD_Daemon *daemon;
  uv_poll_t poll;   /* the daemon's epoll descriptor */
  uv_timer_t timer; /* the daemon's next time limit, or a run that is due */
  int open_handles;
  int resumed; /* a connection, since the last run */
  uint16_t port;
  size_t max_body;
  char *spill_dir;
  uint64_t max_spill;
  sb_server_handler *handler;
  void *arg;
  struct sb_exchange *exchanges; /* those that have a connection */
};

enum phase {
  RECEIVING, /* its body is arriving */
  HANDLING,  /* the handler has it */
  ANSWERED,  /* there is a response to be queued */
  SENDING,   /* libmicrohttpd has the response */
  CLOSING    /* the connection is to be closed */
};

struct sb_exchange {
  struct sb_server *server; /* NULL once the connection is gone */
  struct MHD_Connection *connection;
  struct sb_exchange *next, **link;
  enum phase phase;
  int suspended;
  int deserted; /* the client had closed before the answer was sent */
  char *method, *path;
  struct sb_buffer body;
  struct sb_spill *spill; /* NULL when nothing is to be spilled */
  int error;              /* of receiving the body: a negative UV_E* */
  unsigned status;
  struct MHD_Response *response; /* while ANSWERED */
  sb_exchange_sent *sent;
  void *sent_arg;
  struct room *room; /* for room to write, or NULL */
};

/* libmicrohttpd's callbacks; arg is the server. */
enum MHD_Result sb_server_request(void *arg, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *len, void **state);
void sb_server_completed(void *arg, struct MHD_Connection *connection,
                         void **state, enum MHD_RequestTerminationCode code);

/* Lets a suspended connection go on. */
void sb_server_resume(struct sb_exchange *exchange);

/* Its connection is about to be closed: whoever waits for room to write in it
   is told. */
void sb_server_forsake(struct sb_exchange *exchange);

#endif
