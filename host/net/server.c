/* host/net/server.c -- see server.h. */
#include "host/net/server_internal.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  HEADER_LIMIT = 64 * 1024, /* memory of a connection: request line, headers */
  /* Longer than any client of ours keeps a connection to use it again (libcurl:
     118 s): a POST must not meet a connection that is just being closed. */
  IDLE_SECONDS = 180,
  BACKLOG = 511
};

/*
** The daemon and the loop.
*/

/* The time limit moves with every run, and 0 means that sockets which are
   ready have been left for later: it is asked for anew each time. */
static void run_daemon(struct sb_server *server);

static void on_timer(uv_timer_t *timer) { run_daemon(timer->data); }

static void on_poll(uv_poll_t *poll, int status, int events) {
  (void)status, (void)events;
  run_daemon(poll->data);
}

static void run_daemon(struct sb_server *server) {
  MHD_UNSIGNED_LONG_LONG ms = 0;
  server->resumed = 0;
  MHD_run(server->daemon);
  if (server->resumed || MHD_get_timeout(server->daemon, &ms) == MHD_YES)
    uv_timer_start(&server->timer, on_timer, ms, 0);
  else
    uv_timer_stop(&server->timer);
}

/* A resumed connection stands still until the daemon runs; one run serves all
   that are resumed in a turn of the loop. */
void sb_server_resume(struct sb_exchange *exchange) {
  if (!exchange->suspended) return;
  exchange->suspended = 0;
  MHD_resume_connection(exchange->connection);
  exchange->server->resumed = 1;
  uv_timer_start(&exchange->server->timer, on_timer, 0, 0);
}

/*
** Opening and closing.
*/

static void free_server(struct sb_server *server) {
  free(server->spill_dir);
  free(server);
}

static void on_close(uv_handle_t *handle) {
  struct sb_server *server = handle->data;
  if (--server->open_handles == 0) free_server(server);
}

static int parse_address(const char *host, uint16_t port,
                         struct sockaddr_storage *address) {
  if (uv_ip4_addr(host, port, (struct sockaddr_in *)address) == 0) return 0;
  return uv_ip6_addr(host, port, (struct sockaddr_in6 *)address);
}

/* A listening socket or a negative UV_E*. It is made here and not by
   libmicrohttpd, which would not tell why it could not. */
static int open_listener(const char *host, uint16_t port) {
  struct sockaddr_storage address;
  int on = 1;
  memset(&address, 0, sizeof address);
  int rc = parse_address(host, port, &address);
  if (rc < 0) return rc;
  int fd =
      socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return uv_translate_sys_error(errno);
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      listen(fd, BACKLOG) == 0)
    return fd;
  rc = uv_translate_sys_error(errno);
  close(fd);
  return rc;
}

static uint16_t port_of(int listener) {
  struct sockaddr_storage address = {0};
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  /* The port lies at the same place in both families. */
  return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static int start_daemon(struct sb_server *server, int listener,
                        unsigned max_connections) {
  server->daemon = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
      sb_server_request, server, MHD_OPTION_LISTEN_SOCKET, listener,
      MHD_OPTION_NOTIFY_COMPLETED, sb_server_completed, server,
      MHD_OPTION_CONNECTION_LIMIT, max_connections,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_LIMIT, MHD_OPTION_END);
  return server->daemon != NULL ? 0 : UV_ENOMEM;
}

static void watch_daemon(struct sb_server *server) {
  const union MHD_DaemonInfo *info =
      MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  /* None of these can fail: the descriptor is an epoll's own. */
  uv_poll_init(server->loop, &server->poll, info->epoll_fd);
  uv_timer_init(server->loop, &server->timer);
  server->poll.data = server->timer.data = server;
  server->open_handles = 2;
  uv_poll_start(&server->poll, UV_READABLE, on_poll);
}

int sb_server_open(uv_loop_t *loop, const struct sb_server_options *options,
                   sb_server_handler *handler, void *arg,
                   struct sb_server **result) {
  struct sb_server *server = calloc(1, sizeof *server);
  if (server == NULL) return UV_ENOMEM;
  server->loop = loop;
  server->max_body = options->max_body;
  server->max_spill = options->max_spill;
  server->handler = handler;
  server->arg = arg;
  if (options->spill_dir != NULL) {
    server->spill_dir = strdup(options->spill_dir);
    if (server->spill_dir == NULL) {
      free_server(server);
      return UV_ENOMEM;
    }
  }
  int listener = open_listener(options->host, options->port);
  if (listener < 0) {
    free_server(server);
    return listener;
  }
  int rc = start_daemon(server, listener, options->max_connections);
  if (rc < 0) {
    close(listener);
    free_server(server);
    return rc;
  }
  server->port = port_of(listener);
  watch_daemon(server);
  *result = server;
  return 0;
}

uint16_t sb_server_port(const struct sb_server *server) { return server->port; }

void sb_server_close(struct sb_server *server) {
  if (server == NULL) return;
  uv_close((uv_handle_t *)&server->poll, on_close);
  uv_close((uv_handle_t *)&server->timer, on_close);
  /* To stop a daemon with a suspended connection is a misuse of it. */
  for (struct sb_exchange *x = server->exchanges; x != NULL; x = x->next) {
    if (x->suspended) MHD_resume_connection(x->connection);
    x->suspended = 0;
  }
  MHD_stop_daemon(server->daemon);
}
