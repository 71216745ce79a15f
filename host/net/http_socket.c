/* host/net/http_socket.c -- libcurl's sockets and its timer on the loop. */
#include "host/net/http_internal.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* One descriptor that libcurl has asked about. Those that it opened through us
   stay with their connection, polled as they were last: between two requests
   on one connection the kernel is told nothing. One that did not come to be a
   connection libcurl closes without a word (7.88: cf_socket_close). */
struct sb_http_watch {
  uv_poll_t poll;
  struct sb_http *http;
  curl_socket_t fd;
  ino_t inode; /* which tells that fd is another's by now */
  int ours;    /* opened by sb_http_open_socket, closed by ..._close_socket */
  int rested;  /* it is of a connection: libcurl has kept it */
  int wanted;  /* UV_READABLE | UV_WRITABLE, as libcurl wants it now */
  int active;  /* as the loop polls it */
};

static void free_handle(uv_handle_t *handle) { free(handle->data); }

static struct sb_http_watch *find_watch(const struct sb_http *http,
                                        curl_socket_t fd) {
  size_t at = (size_t)fd;
  return at < http->watches_room ? http->watches[at] : NULL;
}

static int make_room(struct sb_http *http, curl_socket_t fd) {
  size_t room = (size_t)fd + 1;
  if (room <= http->watches_room) return 0;
  if (room < 2 * http->watches_room) room = 2 * http->watches_room;
  struct sb_http_watch **watches =
      realloc(http->watches, room * sizeof(struct sb_http_watch *));
  if (watches == NULL) return UV_ENOMEM;
  for (size_t i = http->watches_room; i < room; i++) watches[i] = NULL;
  http->watches = watches;
  http->watches_room = room;
  return 0;
}

static struct sb_http_watch *new_watch(struct sb_http *http, curl_socket_t fd,
                                       int ours) {
  if (make_room(http, fd) < 0) return NULL;
  struct sb_http_watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL) return NULL;
  if (uv_poll_init_socket(http->loop, &watch->poll, fd) < 0) {
    free(watch);
    return NULL;
  }
  watch->poll.data = watch;
  watch->http = http;
  watch->fd = fd;
  watch->ours = ours;
  uv_unref((uv_handle_t *)&watch->poll);
  http->watches[fd] = watch;
  return watch;
}

static void drop_watch(struct sb_http_watch *watch) {
  watch->http->watches[watch->fd] = NULL;
  uv_close((uv_handle_t *)&watch->poll, free_handle);
}

static void act(struct sb_http *http, curl_socket_t fd, int flags) {
  int running;
  CURLMcode rc = curl_multi_socket_action(http->multi, fd, flags, &running);
  sb_http_drain(http);
  if (rc != CURLM_OK) sb_http_give_up(http);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  struct sb_http_watch *watch = poll->data;
  int flags = 0;
  if (status < 0) watch->active = 0; /* the loop has stopped it */
  if (watch->wanted == 0) { /* an idle connection was closed: curl will see */
    uv_poll_stop(poll);
    watch->active = 0;
    return;
  }
  if (status < 0) flags |= CURL_CSELECT_ERR;
  if (events & UV_READABLE) flags |= CURL_CSELECT_IN;
  if (events & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
  act(watch->http, watch->fd, flags);
}

static int poll_for(struct sb_http_watch *watch, int wanted) {
  watch->wanted = wanted;
  uv_ref((uv_handle_t *)&watch->poll);
  if (watch->active == wanted) return 0;
  watch->active = wanted;
  return uv_poll_start(&watch->poll, wanted, on_poll) < 0 ? -1 : 0;
}

static ino_t inode_of(curl_socket_t fd) {
  struct stat st;
  return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static void rest(struct sb_http_watch *watch) {
  watch->wanted = 0;
  uv_unref((uv_handle_t *)&watch->poll); /* nobody waits for it */
  if (watch->ours && !watch->rested)
    watch->rested = inode_of(watch->fd) == watch->inode;
  if (!watch->rested) drop_watch(watch);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *assigned) {
  struct sb_http *http = arg;
  struct sb_http_watch *watch = find_watch(http, fd);
  (void)easy, (void)assigned;
  if (what == CURL_POLL_REMOVE) {
    if (watch != NULL) rest(watch);
    return 0;
  }
  /* A descriptor that libcurl opened itself: a resolver thread's. */
  if (watch == NULL) watch = new_watch(http, fd, 0);
  if (watch == NULL) return -1;
  int in = what & CURL_POLL_IN ? UV_READABLE : 0;
  int out = what & CURL_POLL_OUT ? UV_WRITABLE : 0;
  return poll_for(watch, in | out);
}

curl_socket_t sb_http_open_socket(void *arg, curlsocktype purpose,
                                  struct curl_sockaddr *address) {
  struct sb_http *http = arg;
  (void)purpose;
  curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                            address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  struct sb_http_watch *watch = find_watch(http, fd);
  int wanted = watch != NULL ? watch->wanted : 0;
  if (watch != NULL) drop_watch(watch); /* the kernel knows that it is closed */
  watch = new_watch(http, fd, 1);
  if (watch != NULL) {
    watch->inode = inode_of(fd);
    /* libcurl thinks that a descriptor of that number is watched already. */
    if (wanted == 0 || poll_for(watch, wanted) == 0) return fd;
    drop_watch(watch);
  }
  close(fd);
  return CURL_SOCKET_BAD;
}

int sb_http_close_socket(void *arg, curl_socket_t fd) {
  struct sb_http_watch *watch = find_watch(arg, fd);
  if (watch != NULL) drop_watch(watch); /* stops before the descriptor goes */
  return close(fd);
}

static void on_timeout(uv_timer_t *timer) {
  act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl wants no call back from within this, even for 0 ms: so it is armed,
   always. */
static int on_timer(CURLM *multi, long timeout_ms, void *arg) {
  struct sb_http *http = arg;
  (void)multi;
  if (timeout_ms < 0) {
    uv_timer_stop(&http->timer);
    return 0;
  }
  if (timeout_ms > 0) uv_update_time(http->loop); /* at once is at once */
  uv_timer_start(&http->timer, on_timeout, (uint64_t)timeout_ms, 0);
  return 0;
}

int sb_http_sockets_open(struct sb_http *http) {
  http->timer.data = http;
  return uv_timer_init(http->loop, &http->timer);
}

void sb_http_sockets_bind(struct sb_http *http) {
  curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
  curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
}

static void free_http(uv_handle_t *timer) {
  struct sb_http *http = timer->data;
  free(http->watches);
  free(http);
}

void sb_http_sockets_drop(struct sb_http *http) {
  for (size_t i = 0; i < http->watches_room; i++)
    if (http->watches[i] != NULL) drop_watch(http->watches[i]);
  uv_timer_stop(&http->timer);
}

void sb_http_sockets_close(struct sb_http *http) {
  uv_close((uv_handle_t *)&http->timer, free_http);
}
