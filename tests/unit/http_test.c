/* tests/unit/http_test.c -- host/net/http.h, against a server that does as
   badly as each test asks of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "host/net/http.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

enum then { KEEP, CLOSE };

struct server {
  uv_loop_t loop;
  uv_tcp_t listener;
  char url[64];
  const char *reply; /* to every request; NULL for none */
  size_t reply_len;  /* 0: as long as a string */
  enum then then;
  int connections, requests;
  int events;         /* of the client's calls */
  char request[4096]; /* the last one */
  struct sb_http *http;
};

struct connection {
  uv_tcp_t tcp;
  struct server *server;
  char in[65536];
  size_t len;
};

static void free_connection(uv_handle_t *handle) { free(handle->data); }

static void end_connection(struct connection *c) {
  if (!uv_is_closing((uv_handle_t *)&c->tcp))
    uv_close((uv_handle_t *)&c->tcp, free_connection);
}

static void on_written(uv_write_t *req, int status) {
  struct connection *c = req->data;
  (void)status;
  free(req);
  if (c->server->then == CLOSE) end_connection(c);
}

static void answer(struct connection *c) {
  struct server *s = c->server;
  if (s->reply == NULL) {
    if (s->then == CLOSE) end_connection(c);
    return;
  }
  size_t len = s->reply_len > 0 ? s->reply_len : strlen(s->reply);
  uv_buf_t buf = uv_buf_init((char *)(uintptr_t)s->reply, (unsigned)len);
  uv_write_t *req = malloc(sizeof *req);
  req->data = c;
  uv_write(req, (uv_stream_t *)&c->tcp, &buf, 1, on_written);
}

/* How long the first request in the buffer is, or 0 when it is not whole. */
static size_t whole_request(struct connection *c) {
  c->in[c->len] = '\0';
  const char *end = strstr(c->in, "\r\n\r\n");
  if (end == NULL) return 0;
  const char *field = strstr(c->in, "Content-Length: ");
  size_t body =
      field == NULL || field > end ? 0 : strtoul(field + 16, NULL, 10);
  size_t size = (size_t)(end + 4 - c->in) + body;
  return size <= c->len ? size : 0;
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  struct connection *c = handle->data;
  (void)size;
  *buf = uv_buf_init(c->in + c->len, (unsigned)(sizeof c->in - 1 - c->len));
}

static void on_data(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct connection *c = stream->data;
  size_t size;
  (void)buf;
  if (n < 0) end_connection(c);
  if (n <= 0) return;
  c->len += (size_t)n;
  while ((size = whole_request(c)) > 0) {
    struct server *s = c->server;
    s->requests++;
    snprintf(s->request, sizeof s->request, "%.*s", (int)size, c->in);
    c->len -= size;
    memmove(c->in, c->in + size, c->len);
    answer(c);
  }
}

static void on_connection(uv_stream_t *listener, int status) {
  struct server *s = listener->data;
  struct connection *c = calloc(1, sizeof *c);
  (void)status;
  s->connections++;
  c->server = s;
  c->tcp.data = c;
  uv_tcp_init(&s->loop, &c->tcp);
  uv_accept(listener, (uv_stream_t *)&c->tcp);
  uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_data);
}

static int setup(void **state) {
  struct server *s = calloc(1, sizeof *s);
  struct sockaddr_in address;
  int len = sizeof address;
  *state = s;
  s->reply = OK;
  uv_loop_init(&s->loop);
  uv_tcp_init(&s->loop, &s->listener);
  s->listener.data = s;
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0);
  uv_listen((uv_stream_t *)&s->listener, 128, on_connection);
  uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &len);
  unsigned port =
      (unsigned)(address.sin_port >> 8 | (address.sin_port & 255) << 8);
  snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/path", port);
  return sb_http_open(&s->loop, &s->http);
}

static void close_all(uv_handle_t *handle, void *arg) {
  struct server *s = arg;
  if (handle->type != UV_TCP || uv_is_closing(handle)) return;
  uv_close(handle,
           handle == (uv_handle_t *)&s->listener ? NULL : free_connection);
}

/* Fails when a test has left a handle of the client open. */
static int teardown(void **state) {
  struct server *s = *state;
  sb_http_close(s->http);
  uv_walk(&s->loop, close_all, s);
  uv_run(&s->loop, UV_RUN_DEFAULT);
  int rc = uv_loop_close(&s->loop);
  free(s);
  return rc;
}

/* Lets uv_run return, which would wait for more. */
static void on_event(void *arg) {
  struct server *s = arg;
  s->events++;
  uv_stop(&s->loop);
}

static struct sb_body *text(const char *words) {
  struct sb_body *body = sb_body_new();
  assert_int_equal(sb_body_add_text(body, words, strlen(words)), 0);
  return body;
}

static struct sb_http_request request(struct server *s, const char *method) {
  return (struct sb_http_request){
      .method = method, .url = s->url, .max_bytes = 1 << 20};
}

static struct sb_http_op *start(struct server *s,
                                const struct sb_http_request *req) {
  struct sb_http_op *op;
  s->events = 0;
  assert_int_equal(sb_http_start(s->http, req, on_event, s, &op), 0);
  assert_int_equal(s->events, 0);
  return op;
}

static const struct sb_http_result *wait(struct server *s,
                                         struct sb_http_op *op) {
  while (sb_http_result(op) == NULL) uv_run(&s->loop, UV_RUN_ONCE);
  return sb_http_result(op);
}

/* One call from start to end. */
static void expect_answer(struct server *s, const struct sb_http_request *req,
                          int status, const char *body) {
  struct sb_http_head head;
  struct sb_http_op *op = start(s, req);
  const struct sb_http_result *result = wait(s, op);
  assert_null(result->message);
  assert_int_equal(s->events, 2);
  sb_http_head(op, &head);
  assert_int_equal(head.status, status);
  assert_int_equal(result->body_len, strlen(body));
  if (result->body_len > 0)
    assert_memory_equal(result->body, body, result->body_len);
  sb_http_free(op);
}

/* Returns whether anything was sent. */
static int try_in_vain(struct server *s, const struct sb_http_request *req,
                       const char *code) {
  struct sb_http_op *op = start(s, req);
  const struct sb_http_result *result = wait(s, op);
  int sent = result->sent;
  assert_non_null(result->message);
  assert_string_equal(result->code, code);
  assert_non_null(strstr(result->message, "127.0.0.1"));
  assert_int_equal(strstr(result->message, "nothing was sent") == NULL, sent);
  sb_http_free(op);
  return sent;
}

static void expect_failure(struct server *s, const struct sb_http_request *req,
                           const char *code, int sent) {
  assert_int_equal(try_in_vain(s, req, code), sent);
}

static void sends_a_request_and_takes_the_answer(void **state) {
  struct server *s = *state;
  const char *const headers[] = {"X-Title: sbhost", NULL};
  struct sb_http_request req = request(s, "POST");
  req.headers = headers;
  req.bearer = "sk-1";
  req.body = text("{\"a\":1}");
  expect_answer(s, &req, 200, "ok");
  assert_int_equal(s->requests, 1);
  assert_int_equal(strncmp(s->request, "POST /path HTTP/1.1\r\n", 21), 0);
  assert_non_null(strstr(s->request, "\r\nX-Title: sbhost\r\n"));
  assert_non_null(strstr(s->request, "\r\nAuthorization: Bearer sk-1\r\n"));
  assert_non_null(strstr(s->request, "\r\nContent-Length: 7\r\n"));
  assert_non_null(strstr(s->request, "\r\n\r\n{\"a\":1}"));
  assert_null(strstr(s->request, "Expect"));
  assert_null(strstr(s->request, "Content-Type"));
}

static void knows_other_methods(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "DELETE");
  expect_answer(s, &req, 200, "ok");
  assert_int_equal(strncmp(s->request, "DELETE /path ", 13), 0);
  assert_non_null(strstr(s->request, "\r\nContent-Length: 0\r\n"));
  req = request(s, "PUT");
  req.body = text("x");
  expect_answer(s, &req, 200, "ok");
  assert_int_equal(strncmp(s->request, "PUT /path ", 10), 0);
  s->reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
  req = request(s, "HEAD");
  expect_answer(s, &req, 200, "");
}

static void keeps_connections_for_the_next_request(void **state) {
  struct server *s = *state;
  for (int i = 0; i < 5; i++) {
    struct sb_http_request req = request(s, "POST");
    req.body = text("x");
    expect_answer(s, &req, 200, "ok");
  }
  assert_int_equal(s->requests, 5);
  assert_int_equal(s->connections, 1);
}

/* Makes the client hold so many idle connections. */
static void warm(struct server *s, int connections) {
  struct sb_http_op *ops[16];
  for (int i = 0; i < connections; i++) {
    struct sb_http_request req = request(s, "GET");
    ops[i] = start(s, &req);
  }
  for (int i = 0; i < connections; i++) {
    assert_null(wait(s, ops[i])->message);
    sb_http_free(ops[i]);
  }
  assert_int_equal(s->connections, connections);
  s->requests = 0;
}

/* Of six idle connections each would do for another try. */
static void expect_sent_once(struct server *s, struct sb_body *body) {
  warm(s, 6);
  s->reply = NULL;
  s->then = CLOSE;
  struct sb_http_request req = request(s, "POST");
  req.body = body;
  expect_failure(s, &req, "ECONNRESET", 1);
  assert_int_equal(s->requests, 1);
}

static void never_sends_a_paid_request_twice(void **state) {
  expect_sent_once(*state, text("pay once"));
}

static void never_sends_an_empty_one_twice(void **state) {
  expect_sent_once(*state, NULL);
}

static void never_sends_a_long_one_twice(void **state) {
  static char words[40000];
  memset(words, 'x', sizeof words - 1);
  expect_sent_once(*state, text(words));
}

static void takes_up_a_new_connection_for_one_that_was_closed(void **state) {
  struct server *s = *state;
  s->then = CLOSE;
  for (int i = 0; i < 3; i++) {
    struct sb_http_request req = request(s, "POST");
    req.body = text("x");
    expect_answer(s, &req, 200, "ok");
    while (uv_run(&s->loop, UV_RUN_NOWAIT) != 0 && s->connections < i) continue;
  }
  assert_int_equal(s->requests, 3);
}

static void says_that_nothing_was_sent(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "POST");
  req.url = "http://127.0.0.1:1/";
  req.body = text("x");
  expect_failure(s, &req, "ECONNREFUSED", 0);
  req = request(s, "GET");
  req.url = "http://127.0.0.1:99999/";
  expect_failure(s, &req, "EINVAL", 0);
}

static void fails_an_answer_that_is_cut_off(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  s->then = CLOSE;
  s->reply = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"half\":";
  expect_failure(s, &req, "ECONNRESET", 1);
  s->reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"h";
  expect_failure(s, &req, "ECONNRESET", 1);
  s->reply = "HTTP/1.1 200 OK\r\nContent-";
  expect_failure(s, &req, "ECONNRESET", 1);
}

static void follows_no_redirect(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  s->reply = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
  expect_answer(s, &req, 302, "");
  assert_int_equal(s->requests, 1);
}

static void passes_over_interim_answers(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  s->reply = "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" OK;
  struct sb_http_head head;
  struct sb_http_op *op = start(s, &req);
  assert_null(wait(s, op)->message);
  assert_int_equal(s->events, 2);
  sb_http_head(op, &head);
  assert_int_equal(head.status, 200);
  assert_int_equal(head.len, strlen(OK) - 2);
  assert_memory_equal(head.lines, OK, head.len);
  sb_http_free(op);
}

static void limits_heads_and_bodies(void **state) {
  static char flood[100000];
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  size_t len = (size_t)sprintf(flood, "HTTP/1.1 200 OK\r\n");
  while (len < sizeof flood - 64)
    len += (size_t)sprintf(flood + len, "X-%zu: and so on and so on\r\n", len);
  s->reply = flood;
  expect_failure(s, &req, "E2BIG", 1);
  req.max_bytes = 1;
  s->reply = OK;
  expect_failure(s, &req, "E2BIG", 1);
  req.max_bytes = 2;
  expect_answer(s, &req, 200, "ok");
  req.max_bytes = 1;
  s->then = CLOSE;
  s->reply = "HTTP/1.1 200 OK\r\n\r\nof no known length";
  expect_failure(s, &req, "E2BIG", 1);
}

/* On a busy machine a short time may be over before the request has left. */
static void expect_timeout(struct server *s, const struct sb_http_request *req,
                           uint64_t *limit_ms) {
  for (*limit_ms = 30; !try_in_vain(s, req, "ETIMEDOUT"); *limit_ms *= 4)
    assert_true(*limit_ms < 60000);
}

static void gives_up_on_a_server_that_says_nothing(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  s->reply = NULL;
  expect_timeout(s, &req, &req.timeout_ms);
  req.timeout_ms = 0;
  expect_timeout(s, &req, &req.idle_timeout_ms);
  s->reply = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok";
  expect_timeout(s, &req, &req.idle_timeout_ms);
}

/* A client without connections, which asks for memory for all that it needs. */
static void renew_client(struct server *s) {
  sb_http_close(s->http);
  assert_int_equal(sb_http_open(&s->loop, &s->http), 0);
}

/* A listener that takes nobody in, with its queue full: who connects waits. */
struct deaf {
  int fds[4]; /* the listener, and who has filled its queue */
  char url[64];
};

static void open_deaf(struct deaf *deaf) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t len = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  deaf->fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(deaf->fds[0], (struct sockaddr *)&address, len), 0);
  assert_int_equal(listen(deaf->fds[0], 0), 0);
  getsockname(deaf->fds[0], (struct sockaddr *)&address, &len);
  for (int i = 1; i < 4; i++) {
    deaf->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    (void)connect(deaf->fds[i], (struct sockaddr *)&address, len);
  }
  snprintf(deaf->url, sizeof deaf->url, "http://127.0.0.1:%d/",
           ntohs(address.sin_port));
}

/* Not all sockets that it closes does libcurl tell of. */
static void connects_again_after_it_could_not(void **state) {
  struct server *s = *state;
  struct deaf deaf;
  open_deaf(&deaf);
  for (int i = 0; i < 3; i++) {
    struct sb_http_request req = request(s, "POST");
    req.url = deaf.url;
    req.connect_timeout_ms = 20;
    expect_failure(s, &req, "ETIMEDOUT", 0);
    req.connect_timeout_ms = 0;
    req.timeout_ms = 20;
    expect_failure(s, &req, "ETIMEDOUT", 0);
    req.timeout_ms = 0;
    struct sb_http_op *op = start(s, &req);
    uv_run(&s->loop, UV_RUN_NOWAIT);
    uv_run(&s->loop, UV_RUN_NOWAIT);
    sb_http_free(op);
    req = request(s, "POST");
    expect_answer(s, &req, 200, "ok");
    renew_client(s);
  }
  for (int i = 0; i < 4; i++) close(deaf.fds[i]);
}

static void stays_silent_once_freed(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  s->reply = NULL;
  sb_http_free(start(s, &req)); /* before a byte has left */
  struct sb_http_op *op = start(s, &req);
  while (s->requests == 0) uv_run(&s->loop, UV_RUN_ONCE);
  sb_http_free(op); /* while its answer is awaited */
  while (s->connections == 0) uv_run(&s->loop, UV_RUN_ONCE);
  assert_int_equal(s->events, 0);
  s->reply = OK;
  expect_answer(s, &req, 200, "ok");
}

static void takes_no_proxy_from_the_environment(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  setenv("http_proxy", "http://127.0.0.1:1/", 1);
  setenv("all_proxy", "http://127.0.0.1:1/", 1);
  expect_answer(s, &req, 200, "ok");
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  req.url = "http://elsewhere.invalid/x";
  req.proxy = s->url;
  expect_answer(s, &req, 200, "ok");
  assert_int_equal(strncmp(s->request, "GET http://elsewhere.invalid/x ", 31),
                   0);
}

static void fails_when_an_attached_file_changed(void **state) {
  struct server *s = *state;
  char path[] = "/tmp/sb-http-XXXXXX";
  int fd = mkstemp(path);
  assert_int_equal(write(fd, "0123456789", 10), 10);
  struct sb_http_request req = request(s, "POST");
  req.body = text("{");
  assert_int_equal(sb_body_add_file(req.body, path, SB_BODY_BASE64), 0);
  struct sb_http_op *op = start(s, &req);
  assert_int_equal(ftruncate(fd, 3), 0);
  close(fd);
  const struct sb_http_result *result = wait(s, op);
  assert_string_equal(result->code, "ECHANGED");
  assert_non_null(strstr(result->message, path));
  assert_int_equal(s->requests, 0);
  sb_http_free(op);
  unlink(path);
}

static void covers_a_key_that_comes_back(void **state) {
  struct server *s = *state;
  struct sb_http_request req = request(s, "GET");
  req.bearer = "sk-12345";
  s->reply = "HTTP/1.1 401 sk-12345\r\nContent-Length: 20\r\n\r\n"
             "sk-1sk-12345sk-12345";
  expect_answer(s, &req, 401, "sk-1****************");
}

static void expect_origin(const char *url, const char *expected) {
  char *origin = NULL;
  int rc = sb_http_origin(url, &origin);
  assert_int_equal(rc, expected == NULL ? UV_EINVAL : 0);
  if (expected != NULL) assert_string_equal(origin, expected);
  free(origin);
}

static void tells_the_origin_of_a_url(void **state) {
  (void)state;
  expect_origin("https://Example.com/a?b#c", "https://example.com");
  expect_origin("HTTPS://example.com:443", "https://example.com");
  expect_origin("http://example.com:8080/", "http://example.com:8080");
  expect_origin("http://[::1]:80/", "http://[::1]");
  expect_origin("https://user@example.com/", NULL);
  expect_origin("ftp://example.com/", NULL);
  expect_origin("example.com", NULL);
  expect_origin("", NULL);
}

/* What libcurl allocates with. */
static int denied_in; /* so many allocations; 0: none is denied */

static int is_denied(void) { return denied_in > 0 && --denied_in == 0; }

static void *get(size_t size) { return is_denied() ? NULL : malloc(size); }

static void *resize(void *block, size_t size) {
  return is_denied() ? NULL : realloc(block, size);
}

static void *get_zeroed(size_t count, size_t size) {
  return is_denied() ? NULL : calloc(count, size);
}

static char *copy_text(const char *words) {
  return is_denied() ? NULL : strdup(words);
}

static void ends_a_transfer_wherever_memory_is_denied(void **state) {
  struct server *s = *state;
  int failures = 0, left = 0;
  for (int nth = 1; left == 0; nth++) {
    struct sb_http_op *op;
    struct sb_http_request req = request(s, "POST");
    renew_client(s);
    req.body = text("x");
    denied_in = nth;
    int rc = sb_http_start(s->http, &req, on_event, s, &op);
    if (rc < 0) assert_int_equal(rc, UV_ENOMEM);
    if (rc == 0) failures += wait(s, op)->message != NULL;
    left = denied_in;
    denied_in = 0;
    if (rc == 0) sb_http_free(op);
    req.body = text("y");
    expect_answer(s, &req, 200, "ok");
  }
  assert_true(failures > 0);
}

/* What libcurl still knows of a socket that did not come to be a connection is
   not what the next one of that number meets. */
static void forgets_a_socket_for_which_memory_was_denied(void **state) {
  struct server *s = *state;
  struct deaf deaf;
  int failures = 0, left = 0;
  open_deaf(&deaf);
  for (int nth = 1; left == 0; nth++) {
    struct sb_http_op *op;
    struct sb_http_request req = request(s, "GET");
    renew_client(s);
    req.url = deaf.url;
    req.connect_timeout_ms = 20;
    denied_in = nth;
    if (sb_http_start(s->http, &req, on_event, s, &op) == 0) {
      failures += strcmp(wait(s, op)->code, "ENOMEM") == 0;
      sb_http_free(op);
    }
    left = denied_in;
    denied_in = 0;
    req = request(s, "GET");
    expect_answer(s, &req, 200, "ok");
  }
  assert_true(failures > 0);
  for (int i = 0; i < 4; i++) close(deaf.fds[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(sends_a_request_and_takes_the_answer),
      TEST(knows_other_methods),
      TEST(keeps_connections_for_the_next_request),
      TEST(never_sends_a_paid_request_twice),
      TEST(never_sends_an_empty_one_twice),
      TEST(never_sends_a_long_one_twice),
      TEST(takes_up_a_new_connection_for_one_that_was_closed),
      TEST(says_that_nothing_was_sent),
      TEST(fails_an_answer_that_is_cut_off),
      TEST(follows_no_redirect),
      TEST(passes_over_interim_answers),
      TEST(limits_heads_and_bodies),
      TEST(gives_up_on_a_server_that_says_nothing),
      TEST(connects_again_after_it_could_not),
      TEST(stays_silent_once_freed),
      TEST(takes_no_proxy_from_the_environment),
      TEST(fails_when_an_attached_file_changed),
      TEST(covers_a_key_that_comes_back),
      TEST(ends_a_transfer_wherever_memory_is_denied),
      TEST(forgets_a_socket_for_which_memory_was_denied),
      cmocka_unit_test(tells_the_origin_of_a_url),
  };
  curl_global_init_mem(CURL_GLOBAL_DEFAULT, get, free, resize, copy_text,
                       get_zeroed);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
