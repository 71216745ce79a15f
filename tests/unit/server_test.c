/* tests/unit/server_test.c -- host/net/server.h, with a client on the same loop
   that writes its requests by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/net/body.h"
#include "host/net/server.h"

struct client {
  uv_tcp_t tcp;
  uv_connect_t connect;
  const char *request;
  char answer[1 << 16];
  size_t len;
  int ended, closed; /* the server has closed; so have we */
};

struct test {
  uv_loop_t loop;
  struct sb_server *server;
  struct client client;
  struct sb_exchange *waiting; /* kept by the handler `keep` */
  char seen[256];              /* what a handler saw */
  int sent, whole;
};

/*
** The client.
*/

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf) {
  struct client *c = handle->data;
  (void)size;
  *buf = uv_buf_init(c->answer + c->len,
                     (unsigned)(sizeof c->answer - 1 - c->len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  struct client *c = stream->data;
  (void)buf;
  if (n < 0) c->ended = 1;
  if (n > 0) c->len += (size_t)n;
  c->answer[c->len] = '\0';
}

static void send_text(struct client *c, const char *text, size_t len) {
  while (len > 0) {
    uv_buf_t buf = uv_buf_init((char *)text, (unsigned)len);
    int n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    if (n == UV_EAGAIN) {
      uv_run(c->tcp.loop, UV_RUN_ONCE);
      continue;
    }
    assert_true(n > 0);
    text += n;
    len -= (size_t)n;
  }
}

static void on_connect(uv_connect_t *connect, int status) {
  struct client *c = connect->data;
  assert_int_equal(status, 0);
  uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
  if (c->request != NULL) send_text(c, c->request, strlen(c->request));
}

/* Connects and sends the request (NULL: nothing yet). */
static void client_open(struct test *t, const char *request) {
  struct client *c = &t->client;
  struct sockaddr_in address;
  memset(c, 0, sizeof *c);
  c->request = request;
  c->tcp.data = c->connect.data = c;
  uv_ip4_addr("127.0.0.1", sb_server_port(t->server), &address);
  uv_tcp_init(&t->loop, &c->tcp);
  assert_int_equal(uv_tcp_connect(&c->connect, &c->tcp,
                                  (const struct sockaddr *)&address,
                                  on_connect),
                   0);
}

static void client_close(struct test *t) {
  if (!t->client.closed) uv_close((uv_handle_t *)&t->client.tcp, NULL);
  t->client.closed = 1;
}

/* Runs the loop until the answer holds the text, or the server has closed. */
static void await_answer(struct test *t, const char *text) {
  while (strstr(t->client.answer, text) == NULL && !t->client.ended)
    uv_run(&t->loop, UV_RUN_ONCE);
  assert_non_null(strstr(t->client.answer, text));
}

/*
** Handlers.
*/

static struct sb_body *text_body(const char *text) {
  struct sb_body *body = sb_body_new();
  assert_non_null(body);
  assert_int_equal(sb_body_add_text(body, text, strlen(text)), 0);
  return body;
}

static void on_sent(void *arg, int whole) {
  struct test *t = arg;
  t->sent++;
  t->whole = whole;
  uv_stop(&t->loop); /* uv_run would go on to wait for a descriptor */
}

static void note(void *arg, const char *name, const char *value) {
  struct test *t = arg;
  size_t len = strlen(t->seen);
  if (strcmp(name, "Host") == 0) return;
  snprintf(t->seen + len, sizeof t->seen - len, " %s=%s", name,
           value != NULL ? value : "-");
}

static void hello(void *arg, struct sb_exchange *x) {
  static const struct sb_server_header header = {"X-Greeting", "yes"};
  struct test *t = arg;
  size_t len;
  const char *body = sb_exchange_body(x, &len);
  snprintf(t->seen, sizeof t->seen, "%s %s [%.*s]", sb_exchange_method(x),
           sb_exchange_path(x), (int)len, body);
  sb_exchange_each(x, SB_EXCHANGE_HEADERS, note, t);
  sb_exchange_each(x, SB_EXCHANGE_QUERY, note, t);
  assert_int_equal(
      sb_exchange_answer(x, 201, &header, 1, text_body("hello"), on_sent, t),
      0);
}

static void keep(void *arg, struct sb_exchange *x) {
  struct test *t = arg;
  t->waiting = x;
  uv_stop(&t->loop);
}

static void open_server(struct test *t, sb_server_handler *handler,
                        const char *spill_dir) {
  struct sb_server_options options = {.host = "127.0.0.1",
                                      .max_connections = 16,
                                      .max_body = 1000,
                                      .spill_dir = spill_dir,
                                      .max_spill = 100000};
  assert_int_equal(sb_server_open(&t->loop, &options, handler, t, &t->server),
                   0);
}

static void close_server(struct test *t) {
  sb_server_close(t->server);
  t->server = NULL;
}

static void await_waiting(struct test *t) {
  while (t->waiting == NULL) uv_run(&t->loop, UV_RUN_ONCE);
}

static int setup(void **state) {
  struct test *t = calloc(1, sizeof *t);
  *state = t;
  if (t == NULL) return -1;
  t->client.closed = 1; /* until a test opens it */
  return uv_loop_init(&t->loop);
}

/* Fails when a test has left a handle open. */
static int teardown(void **state) {
  struct test *t = *state;
  client_close(t);
  sb_server_close(t->server);
  uv_run(&t->loop, UV_RUN_DEFAULT);
  int rc = uv_loop_close(&t->loop);
  free(t);
  return rc;
}

/*
** Tests.
*/

static void answers_from_inside_the_handler(void **state) {
  struct test *t = *state;
  open_server(t, hello, NULL);
  client_open(t, "GET /a%20b?q=1&bare HTTP/1.1\r\nHost: x\r\nX-A: b\r\n\r\n");
  await_answer(t, "hello");
  assert_string_equal(t->seen, "GET /a b [] X-A=b q=1 bare=-");
  assert_non_null(strstr(t->client.answer, "HTTP/1.1 201 "));
  assert_non_null(strstr(t->client.answer, "X-Greeting: yes\r\n"));
  assert_non_null(strstr(t->client.answer, "Content-Length: 5\r\n"));
}

static void serves_a_connection_again(void **state) {
  struct test *t = *state;
  static const char request[] = "POST /2 HTTP/1.1\r\nHost: x\r\n"
                                "Content-Length: 3\r\n\r\nabc";
  open_server(t, hello, NULL);
  client_open(t, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  await_answer(t, "hello");
  t->client.len = 0;
  t->client.answer[0] = '\0';
  send_text(&t->client, request, sizeof request - 1);
  await_answer(t, "hello");
  assert_string_equal(t->seen, "POST /2 [abc] Content-Length=3");
  assert_int_equal(t->client.ended, 0);
}

static void answers_at_any_later_time(void **state) {
  struct test *t = *state;
  open_server(t, keep, NULL);
  client_open(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await_waiting(t);
  for (int i = 0; i < 5; i++) uv_run(&t->loop, UV_RUN_NOWAIT);
  assert_int_equal(t->client.len, 0);
  assert_int_equal(sb_exchange_answer(t->waiting, 200, NULL, 0,
                                      text_body("at last"), on_sent, t),
                   0);
  await_answer(t, "at last");
  while (t->sent == 0) uv_run(&t->loop, UV_RUN_ONCE);
  assert_int_equal(t->whole, 1);
}

static void tells_when_an_answer_was_not_sent(void **state) {
  struct test *t = *state;
  open_server(t, keep, NULL);
  client_open(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await_waiting(t);
  uv_tcp_close_reset(&t->client.tcp, NULL);
  t->client.closed = 1;
  uv_run(&t->loop, UV_RUN_NOWAIT);
  assert_int_equal(sb_exchange_answer(t->waiting, 200, NULL, 0,
                                      text_body("too late"), on_sent, t),
                   0);
  while (t->sent == 0) uv_run(&t->loop, UV_RUN_ONCE);
  assert_int_equal(t->sent, 1);
  assert_int_equal(t->whole, 0);
}

static void resets_without_an_answer(void **state) {
  struct test *t = *state;
  open_server(t, keep, NULL);
  client_open(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await_waiting(t);
  sb_exchange_close(t->waiting);
  while (!t->client.ended) uv_run(&t->loop, UV_RUN_ONCE);
  assert_int_equal(t->client.len, 0);
}

static void refuses_a_body_beyond_the_limit(void **state) {
  struct test *t = *state;
  char body[2000];
  memset(body, 'x', sizeof body);
  open_server(t, hello, NULL);
  client_open(t, NULL);
  while (!uv_is_readable((uv_stream_t *)&t->client.tcp))
    uv_run(&t->loop, UV_RUN_ONCE);
  static const char head[] =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n";
  send_text(&t->client, head, sizeof head - 1);
  send_text(&t->client, body, sizeof body);
  await_answer(t, "{\"error\":{\"code\":413,");
  assert_string_equal(t->seen, "");
}

static void lets_an_exchange_outlive_it(void **state) {
  struct test *t = *state;
  open_server(t, keep, NULL);
  client_open(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await_waiting(t);
  close_server(t);
  while (!t->client.ended) uv_run(&t->loop, UV_RUN_ONCE);
  assert_int_equal(sb_exchange_answer(t->waiting, 200, NULL, 0,
                                      text_body("nobody"), on_sent, t),
                   UV_ECONNRESET);
  assert_int_equal(t->sent, 0);
}

static void says_that_a_port_is_taken(void **state) {
  struct test *t = *state;
  open_server(t, hello, NULL);
  struct sb_server_options options = {.host = "127.0.0.1",
                                      .port = sb_server_port(t->server),
                                      .max_connections = 1};
  struct sb_server *other;
  assert_int_equal(sb_server_open(&t->loop, &options, hello, t, &other),
                   UV_EADDRINUSE);
  options.host = "localhost";
  assert_int_equal(sb_server_open(&t->loop, &options, hello, t, &other),
                   UV_EINVAL);
}

/* Writes size bytes of 'A' to a new file. */
static void write_file(char *path, size_t size) {
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  FILE *file = fdopen(fd, "w");
  for (size_t i = 0; i < size; i++) fputc('A', file);
  fclose(file);
}

static void sends_an_attached_file(void **state) {
  struct test *t = *state;
  char path[] = "/tmp/server_test_XXXXXX";
  write_file(path, 30000);
  open_server(t, keep, NULL);
  client_open(t, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await_waiting(t);
  struct sb_body *body = text_body("<");
  assert_int_equal(sb_body_add_file(body, path, SB_BODY_BASE64), 0);
  assert_int_equal(sb_body_add_text(body, ">", 1), 0);
  assert_int_equal(
      sb_exchange_answer(t->waiting, 200, NULL, 0, body, on_sent, t), 0);
  await_answer(t, ">");
  unlink(path);
  assert_non_null(strstr(t->client.answer, "Content-Length: 40002\r\n"));
  assert_non_null(strstr(t->client.answer, "<QUFB"));
}

static void spill(void *arg, struct sb_exchange *x) {
  struct test *t = arg;
  uint64_t bytes = 0;
  size_t len;
  const char *text = sb_exchange_body(x, &len);
  const char *path = sb_exchange_file(x, 0, &bytes);
  assert_non_null(path);
  assert_null(sb_exchange_file(x, 1, &bytes));
  snprintf(t->seen, sizeof t->seen, "%.*s", (int)len, text);
  assert_int_equal(access(path, R_OK), 0);
  assert_int_equal(bytes, 6000);
  memcpy(t->client.answer, path, strlen(path) + 1);
  keep(t, x);
}

static void spills_a_picture_and_removes_it_afterwards(void **state) {
  struct test *t = *state;
  char dir[] = "/tmp/server_test_XXXXXX";
  char path[sizeof t->client.answer];
  static char request[9000];
  assert_non_null(mkdtemp(dir));
  int n = snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8012\r\n\r\n"
                   "{\"image\":\"");
  memset(request + n, 'Q', 8000);
  strcpy(request + n + 8000, "\"}");
  open_server(t, spill, dir);
  client_open(t, request);
  await_waiting(t);
  assert_string_equal(t->seen, "{\"image\":\"{spill:1}\"}");
  strcpy(path, t->client.answer);
  sb_exchange_close(t->waiting);
  while (!t->client.ended) uv_run(&t->loop, UV_RUN_ONCE);
  assert_int_not_equal(access(path, F_OK), 0);
  assert_int_equal(rmdir(dir), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(answers_from_inside_the_handler),
      TEST(serves_a_connection_again),
      TEST(answers_at_any_later_time),
      TEST(tells_when_an_answer_was_not_sent),
      TEST(resets_without_an_answer),
      TEST(refuses_a_body_beyond_the_limit),
      TEST(lets_an_exchange_outlive_it),
      TEST(says_that_a_port_is_taken),
      TEST(sends_an_attached_file),
      TEST(spills_a_picture_and_removes_it_afterwards),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
