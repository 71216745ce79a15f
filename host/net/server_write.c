/* host/net/server_write.c -- answers written by hand; see server.h. The
   connection stays suspended meanwhile, so libmicrohttpd leaves its socket
   alone. */
#include "host/net/server_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Who waits for room in a socket. */
struct room {
  uv_poll_t poll;
  struct sb_exchange *exchange;
  sb_exchange_ready *ready;
  void *arg;
};

static int socket_of(const struct sb_exchange *x) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info->connect_fd;
}

ssize_t sb_exchange_write(struct sb_exchange *x, const char *data, size_t len) {
  int on = 1;
  if (x->server == NULL) return UV_ECONNRESET;
  int fd = socket_of(x);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ssize_t n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
  return n >= 0 ? n : uv_translate_sys_error(errno);
}

static void on_room_closed(uv_handle_t *handle) { free(handle->data); }

/* The exchange waits no more. */
static void end_wait(struct sb_exchange *x) {
  struct room *room = x->room;
  x->room = NULL;
  uv_close((uv_handle_t *)&room->poll, on_room_closed);
}

static void on_room(uv_poll_t *poll, int status, int events) {
  struct room *room = poll->data;
  (void)status, (void)events; /* the next write tells */
  sb_server_forsake(room->exchange);
}

void sb_server_forsake(struct sb_exchange *x) {
  struct room *room = x->room;
  if (room == NULL) return;
  end_wait(x);
  room->ready(room->arg);
}

int sb_exchange_await(struct sb_exchange *x, sb_exchange_ready *ready,
                      void *arg) {
  if (x->room != NULL) end_wait(x);
  if (ready == NULL) return 0;
  if (x->server == NULL) return UV_ECONNRESET;
  struct room *room = malloc(sizeof *room);
  if (room == NULL) return UV_ENOMEM;
  int rc = uv_poll_init(x->server->loop, &room->poll, socket_of(x));
  if (rc < 0) {
    free(room);
    return rc;
  }
  room->poll.data = room;
  room->exchange = x;
  room->ready = ready;
  room->arg = arg;
  x->room = room;
  uv_poll_start(&room->poll, UV_WRITABLE, on_room);
  return 0;
}

/* To connect a socket to nowhere is how Linux is told to reset it; by
   SO_LINGER it would be sent only with a close that is libmicrohttpd's. */
void sb_exchange_abort(struct sb_exchange *x) {
  static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  if (x->server != NULL) (void)connect(socket_of(x), &nowhere, sizeof nowhere);
  sb_exchange_close(x);
}
