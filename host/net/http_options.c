/* host/net/http_options.c -- how libcurl is told of a transfer. What keeps all
   calls safe is said once for each handle, and never unsaid: handles are not
   reset, which with saying it again would take a tenth of our own time for a
   call. So what differs between calls is said for each one, whatever it is. */
#include "host/net/http_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  HEAD_MAX = 65536,
  SMALL_UPLOAD =
      16384, /* libcurl's least buffer for sending; enough for text */
  LARGE_UPLOAD = 65536,
  CONNECTION_AGE = 10 /* seconds a connection may rest: servers drop them too */
};

/*
** What libcurl calls. A function that returns less than it was given ends the
** transfer; op->fault says why.
*/

static void touch(struct sb_http_op *op) {
  if (op->idle_ms > 0) op->active_at = uv_now(op->http->loop);
}

static int on_text(void *arg, const char *text, size_t len) {
  struct sb_http_op *op = arg;
  return sb_buffer_append(&op->text, text, len);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg) {
  struct sb_http_op *op = arg;
  size_t len = size * count;
  touch(op);
  if (sb_http_events_full(op)) return CURL_WRITEFUNC_PAUSE;
  op->fault = sb_http_body_feed(op, data, len);
  return op->fault < 0 ? 0 : len;
}

/* One line at a time, the empty one that ends it too. A head of 1xx is
   followed by another. */
static size_t on_header(char *data, size_t size, size_t count, void *arg) {
  struct sb_http_op *op = arg;
  size_t len = size * count;
  touch(op);
  if (op->head_done) return len;
  if (len > 5 && memcmp(data, "HTTP/", 5) == 0) sb_buffer_clear(&op->head);
  op->fault = sb_buffer_append(&op->head, data, len);
  if (op->fault < 0) return 0;
  if (len > 2 || (data[0] != '\r' && data[0] != '\n')) return len;
  long status = 0;
  curl_easy_getinfo(op->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return len;
  op->head_done = 1;
  op->status = (int)status;
  sb_http_redact(op, &op->head);
  sb_http_events_begin(op);
  op->event(op->arg);
  return len;
}

static size_t on_read(char *buf, size_t size, size_t count, void *arg) {
  struct sb_http_op *op = arg;
  touch(op);
  ssize_t n = sb_body_read(op->body, buf, size * count);
  if (n >= 0) return (size_t)n;
  op->fault = (int)n;
  return CURL_READFUNC_ABORT;
}

static int on_seek(void *arg, curl_off_t offset, int origin) {
  (void)arg, (void)offset, (void)origin;
  return CURL_SEEKFUNC_FAIL;
}

/* Called when a connection is there and the request about to leave. When one
   that was kept dies without an answer, libcurl would do all that again. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's */
static int on_sending(void *arg, char *ip, char *local_ip, int port,
                      int local_port) {
  struct sb_http_op *op = arg;
  (void)ip, (void)local_ip, (void)port, (void)local_port;
  if (op->attempts++ == 0 || op->repeatable) return CURL_PREREQFUNC_OK;
  return CURL_PREREQFUNC_ABORT;
}

/*
** Options. They add up what libcurl returns: out of memory, if not 0.
*/

#define SET(option, value) (int)curl_easy_setopt(op->easy, option, value)

static int set_callbacks(struct sb_http_op *op) {
  int rc = 0;
  rc |= SET(CURLOPT_PRIVATE, op);
  rc |= SET(CURLOPT_ERRORBUFFER, op->curl_error);
  rc |= SET(CURLOPT_WRITEFUNCTION, on_body);
  rc |= SET(CURLOPT_WRITEDATA, op);
  rc |= SET(CURLOPT_HEADERFUNCTION, on_header);
  rc |= SET(CURLOPT_HEADERDATA, op);
  rc |= SET(CURLOPT_READFUNCTION, on_read);
  rc |= SET(CURLOPT_READDATA, op);
  /* A request that libcurl cannot rewind is one that it cannot send twice. */
  rc |= SET(CURLOPT_SEEKFUNCTION, on_seek);
  rc |= SET(CURLOPT_PREREQFUNCTION, on_sending);
  rc |= SET(CURLOPT_PREREQDATA, op);
  rc |= SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  rc |= SET(CURLOPT_OPENSOCKETFUNCTION, sb_http_open_socket);
  rc |= SET(CURLOPT_OPENSOCKETDATA, op->http);
  rc |= SET(CURLOPT_CLOSESOCKETFUNCTION, sb_http_close_socket);
  rc |= SET(CURLOPT_CLOSESOCKETDATA, op->http);
  return rc;
}

static int set_safety(struct sb_http_op *op) {
  int rc = 0;
  rc |= SET(CURLOPT_PROTOCOLS_STR, "http,https");
  rc |= SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  rc |= SET(CURLOPT_FOLLOWLOCATION, 0L);
  /* Proxies compress what nobody asked them to (set_headers keeps libcurl from
     asking). What is limited is what comes out of it. */
  rc |= SET(CURLOPT_ACCEPT_ENCODING, "");
  rc |= SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  rc |= SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  rc |= SET(CURLOPT_NOPROXY, ""); /* not that of the environment */
  rc |= SET(CURLOPT_SSL_VERIFYPEER, 1L);
  rc |= SET(CURLOPT_SSL_VERIFYHOST, 2L);
  rc |= SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  /* libcurl reads the authorities once, not for each connection, only if they
     come from a single file. */
  rc |= SET(CURLOPT_CAPATH, NULL);
  rc |= SET(CURLOPT_NOSIGNAL, 1L);
  rc |= SET(CURLOPT_QUICK_EXIT, 1L); /* do not wait for a stuck resolver */
  rc |= SET(CURLOPT_TCP_KEEPALIVE, 1L);
  rc |= SET(CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE);
  return rc;
}

int sb_http_set_handle(struct sb_http_op *op) {
  return (set_callbacks(op) | set_safety(op)) == 0 ? 0 : UV_ENOMEM;
}

/* A short text leaves in one piece with the head, which libcurl does only if it
   has the text; the rest of them it reads. */
static int set_body(struct sb_http_op *op) {
  curl_off_t length = 0;
  const char *text = "";
  if (op->body != NULL) {
    length = (curl_off_t)sb_body_length(op->body);
    text = sb_body_text(op->body);
  }
  int is_short = length <= SMALL_UPLOAD;
  int rc = SET(CURLOPT_POSTFIELDSIZE_LARGE, length);
  rc |= SET(CURLOPT_POSTFIELDS, is_short ? text : NULL);
  return rc | SET(CURLOPT_UPLOAD_BUFFERSIZE,
                  is_short ? (long)SMALL_UPLOAD : (long)LARGE_UPLOAD);
}

static int set_method(struct sb_http_op *op, const char *method) {
  int is_post = strcmp(method, "POST") == 0;
  int is_head = strcmp(method, "HEAD") == 0;
  op->repeatable = is_head || strcmp(method, "GET") == 0;
  if (op->repeatable) {
    int rc = SET(CURLOPT_CUSTOMREQUEST, NULL) | SET(CURLOPT_HTTPGET, 1L);
    return is_head ? rc | SET(CURLOPT_NOBODY, 1L) : rc;
  }
  /* This order: what is posted makes a request a POST. */
  int rc = set_body(op) | SET(CURLOPT_POST, 1L);
  return rc | SET(CURLOPT_CUSTOMREQUEST, is_post ? NULL : method);
}

static int add_header(struct sb_http_op *op, const char *line) {
  struct curl_slist *list = curl_slist_append(op->headers, line);
  if (list == NULL) return -1;
  op->headers = list;
  return 0;
}

static int add_bearer(struct sb_http_op *op, const char *bearer) {
  static const char start[] = "Authorization: Bearer ";
  size_t len = strlen(bearer), size = sizeof start + len;
  char *line = malloc(size);
  if (line == NULL) return -1;
  memcpy(line, start, sizeof start - 1);
  memcpy(line + sizeof start - 1, bearer, len + 1);
  int rc = add_header(op, line);
  memset(line, 0, size);
  free(line);
  if (rc < 0) return rc;
  const struct curl_slist *last = op->headers;
  while (last->next != NULL) last = last->next;
  op->secret = last->data + sizeof start - 1;
  return 0;
}

/* "Name:" alone keeps libcurl from sending a header of its own accord. */
static int set_headers(struct sb_http_op *op,
                       const struct sb_http_request *req) {
  int typed = 0;
  int rc = add_header(op, "Expect:") | add_header(op, "Accept-Encoding:");
  for (const char *const *line = req->headers;
       line != NULL && *line != NULL && rc == 0; line++) {
    if (strncasecmp(*line, "Content-Type:", 13) == 0) typed = 1;
    rc = add_header(op, *line);
  }
  if (rc == 0 && !typed) rc = add_header(op, "Content-Type:");
  if (rc == 0 && req->bearer != NULL) rc = add_bearer(op, req->bearer);
  return rc < 0 ? rc : SET(CURLOPT_HTTPHEADER, op->headers);
}

static int set_limits(struct sb_http_op *op,
                      const struct sb_http_request *req) {
  sb_buffer_reuse(&op->head, HEAD_MAX);
  sb_buffer_reuse(&op->text, req->max_bytes);
  op->events.wanted = req->events;
  int rc = SET(CURLOPT_TIMEOUT_MS, (long)req->timeout_ms);
  rc |= SET(CURLOPT_CONNECTTIMEOUT_MS, (long)req->connect_timeout_ms);
  if (rc != 0 || req->spill_dir == NULL) return rc;
  rc = sb_spill_new(req->spill_dir, req->spill_max_bytes, on_text, op,
                    &op->spill);
  if (rc == 0 && req->spill_keep) sb_spill_keep(op->spill);
  return rc;
}

/* Says where it goes, if not where the handle's last one went: libcurl takes a
   tenth of its time for a call to parse a URL. One that cannot be parsed is
   left to libcurl, which says why. */
static int set_url(struct sb_http_op *op, const char *url) {
  if (op->url != NULL && strcmp(op->url, url) == 0) return 0;
  char *copy = strdup(url);
  if (copy == NULL) return -1;
  free(op->url);
  op->url = copy;
  curl_url_cleanup(op->parsed); /* one without a scheme is relative to it */
  op->parsed = curl_url();
  int good =
      op->parsed != NULL &&
      curl_url_set(op->parsed, CURLUPART_URL, url,
                   CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  int rc = SET(CURLOPT_CURLU, good ? op->parsed : NULL);
  return rc | SET(CURLOPT_URL, good ? NULL : url);
}

int sb_http_set_options(struct sb_http_op *op,
                        const struct sb_http_request *req) {
  int rc = set_url(op, req->url);
  if (rc == 0) rc = SET(CURLOPT_PROXY, req->proxy == NULL ? "" : req->proxy);
  if (rc == 0) rc = set_method(op, req->method);
  if (rc == 0) rc = set_headers(op, req);
  if (rc == 0) rc = set_limits(op, req);
  return rc == 0 ? 0 : UV_ENOMEM;
}
