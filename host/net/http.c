/* host/net/http.c -- see http.h: the life of a transfer. */
#include "host/net/http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  CONNECTIONS_MAX = 1024, /* kept; more than are ever in flight at once */
  IDLE_MAX = 64,          /* ops kept to be used again, with their handles */
  KEPT_MAX = 8192         /* bytes of a buffer that are kept with them */
};

/* 0, also when there is one, or UV_ENOMEM. */
static int open_multi(struct sb_http *http) {
  if (http->multi != NULL) return 0;
  http->multi = curl_multi_init();
  if (http->multi == NULL) return UV_ENOMEM;
  curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
  curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  sb_http_sockets_bind(http);
  return 0;
}

int sb_http_open(uv_loop_t *loop, struct sb_http **http) {
  static int initialized;
  if (!initialized && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return UV_ENOMEM;
  initialized = 1;
  struct sb_http *h = calloc(1, sizeof *h);
  if (h == NULL) return UV_ENOMEM;
  h->loop = loop;
  int rc = open_multi(h);
  if (rc == 0) rc = sb_http_sockets_open(h);
  if (rc < 0) {
    curl_multi_cleanup(h->multi);
    free(h);
    return rc;
  }
  *http = h;
  return 0;
}

static void destroy(struct sb_http_op *op) {
  curl_easy_cleanup(op->easy);
  curl_url_cleanup(op->parsed);
  free(op->url);
  sb_buffer_free(&op->head);
  sb_buffer_free(&op->text);
  free(op);
}

void sb_http_close(struct sb_http *http) {
  if (http == NULL) return;
  while (http->idle != NULL) {
    struct sb_http_op *op = http->idle;
    http->idle = op->next;
    destroy(op);
  }
  curl_multi_cleanup(http->multi);
  sb_http_sockets_drop(http);
  sb_http_sockets_close(http);
}

/* An op without a transfer: a used one, or a new one. */
static struct sb_http_op *make(struct sb_http *http) {
  struct sb_http_op *op = http->idle;
  if (op != NULL) {
    http->idle = op->next;
    http->idle_count--;
    return op;
  }
  op = calloc(1, sizeof *op);
  if (op == NULL) return NULL;
  op->http = http;
  op->easy = curl_easy_init();
  if (op->easy != NULL && sb_http_set_handle(op) == 0) return op;
  destroy(op);
  return NULL;
}

static void recycle(struct sb_http_op *op) {
  struct sb_http *http = op->http;
  if (http->idle_count == IDLE_MAX) {
    destroy(op);
    return;
  }
  *op = (struct sb_http_op){.http = http,
                            .easy = op->easy,
                            .url = op->url,
                            .parsed = op->parsed,
                            .head = op->head,
                            .text = op->text,
                            .next = http->idle};
  http->idle = op;
  http->idle_count++;
}

static void on_idle(void *arg);

static int watch_idle(struct sb_http_op *op, uint64_t delay_ms) {
  return sb_timer_start(op->http->loop, delay_ms, on_idle, op, &op->idle_timer);
}

static void add_running(struct sb_http_op *op) {
  struct sb_http *http = op->http;
  op->next = http->running;
  op->link = &http->running;
  if (op->next != NULL) op->next->link = &op->next;
  http->running = op;
  op->over = 0;
}

/* libcurl lets go of it. */
static void end_running(struct sb_http_op *op) {
  if (op->over) return;
  curl_multi_remove_handle(op->http->multi, op->easy);
  *op->link = op->next;
  if (op->next != NULL) op->next->link = op->link;
  op->over = 1;
}

int sb_http_start(struct sb_http *http, const struct sb_http_request *req,
                  sb_http_event *event, void *arg, struct sb_http_op **op) {
  struct sb_http_op *made = make(http);
  if (made == NULL) {
    sb_body_free(req->body);
    return UV_ENOMEM;
  }
  made->body = req->body;
  made->event = event;
  made->arg = arg;
  made->idle_ms = req->idle_timeout_ms;
  made->over = 1; /* until libcurl has it */
  int rc = open_multi(http);
  if (rc == 0) rc = sb_http_set_options(made, req);
  if (rc == 0 && made->idle_ms > 0) {
    rc = watch_idle(made, made->idle_ms);
    made->active_at = uv_now(http->loop);
  }
  if (rc == 0 && curl_multi_add_handle(http->multi, made->easy) != CURLM_OK)
    rc = UV_ENOMEM;
  if (rc < 0) {
    sb_http_free(made);
    return rc;
  }
  add_running(made);
  *op = made;
  return 0;
}

void sb_http_free(struct sb_http_op *op) {
  if (op == NULL) return;
  end_running(op);
  sb_timer_cancel(op->idle_timer);
  sb_body_free(op->body);
  sb_spill_free(op->spill);
  sb_buffer_reuse(&op->head, KEPT_MAX);
  sb_buffer_reuse(&op->text, KEPT_MAX);
  sb_http_events_free(op);
  curl_slist_free_all(op->headers);
  recycle(op);
}

void sb_http_redact(const struct sb_http_op *op, struct sb_buffer *buf) {
  size_t len = op->secret == NULL ? 0 : strlen(op->secret);
  if (len < REDACTED_MIN || buf->len < len) return;
  char *at = buf->data, *last = buf->data + (buf->len - len);
  while (at <= last &&
         (at = memchr(at, op->secret[0], (size_t)(last - at) + 1)) != NULL) {
    if (memcmp(at, op->secret, len) == 0) memset(at, '*', len);
    at++;
  }
}

void sb_http_finish(struct sb_http_op *op, CURLcode curl) {
  struct sb_http_result *result = &op->result;
  curl_off_t microseconds = 0;
  long sent = 0;
  curl_easy_getinfo(op->easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  curl_easy_getinfo(op->easy, CURLINFO_REQUEST_SIZE, &sent);
  /* libcurl is content with a connection that ends within the head. */
  if (curl == CURLE_OK && !op->head_done) curl = CURLE_PARTIAL_FILE;
  if (curl == CURLE_OK) op->fault = sb_http_body_end(op);
  if (op->events.coming) sb_buffer_clear(&op->text); /* half an event */
  sb_http_redact(op, &op->text);
  result->sent = sent > 0;
  result->seconds = (double)microseconds / 1e6;
  result->body = op->text.data;
  result->body_len = op->text.len;
  result->events = op->events.coming;
  result->spill = op->spill;
  if (curl != CURLE_OK || op->fault < 0) sb_http_set_error(op, curl);
  end_running(op);
  sb_timer_cancel(op->idle_timer);
  op->idle_timer = NULL;
  op->event(op->arg);
}

void sb_http_give_up(struct sb_http *http) {
  for (struct sb_http_op *op = http->running; op != NULL; op = op->next)
    curl_multi_remove_handle(http->multi, op->easy);
  curl_multi_cleanup(http->multi);
  http->multi = NULL;
  sb_http_sockets_drop(http);
  while (http->running != NULL)
    sb_http_finish(http->running, CURLE_OUT_OF_MEMORY);
}

/* Looked at once in a while instead of armed anew for each byte. */
static void on_idle(void *arg) {
  struct sb_http_op *op = arg;
  if (op->events.paused) op->active_at = uv_now(op->http->loop);
  uint64_t since = uv_now(op->http->loop) - op->active_at;
  op->idle_timer = NULL;
  if (since < op->idle_ms && watch_idle(op, op->idle_ms - since) == 0) return;
  sb_http_finish(op, CURLE_OPERATION_TIMEDOUT);
}

void sb_http_drain(struct sb_http *http) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
    struct sb_http_op *op;
    if (message->msg != CURLMSG_DONE) continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&op);
    sb_http_finish(op, message->data.result); /* the message dies in it */
  }
}

void sb_http_head(const struct sb_http_op *op, struct sb_http_head *head) {
  head->status = op->status;
  head->lines = op->head.data;
  head->len = op->head.len;
}

const struct sb_http_result *sb_http_result(const struct sb_http_op *op) {
  return op->over ? &op->result : NULL;
}

/* The part, to be freed by curl_free; NULL with CURLUE_OK: there is none. */
static CURLUcode get_part(CURLU *parsed, CURLUPart part, char **text) {
  *text = NULL;
  CURLUcode rc = curl_url_get(parsed, part, text, CURLU_NO_DEFAULT_PORT);
  return rc == CURLUE_NO_PORT ? CURLUE_OK : rc;
}

static int join_origin(const char *scheme, const char *host, const char *port,
                       char **origin) {
  if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
    return UV_EINVAL;
  size_t size = strlen(scheme) + strlen(host) + sizeof "://:65535";
  char *joined = malloc(size);
  if (joined == NULL) return UV_ENOMEM;
  snprintf(joined, size, "%s://%s%s%s", scheme, host, port == NULL ? "" : ":",
           port == NULL ? "" : port);
  for (char *c = joined; *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
  *origin = joined;
  return 0;
}

int sb_http_origin(const char *url, char **origin) {
  char *scheme = NULL, *host = NULL, *port = NULL;
  CURLU *parsed = curl_url();
  if (parsed == NULL) return UV_ENOMEM;
  CURLUcode curl =
      curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER);
  if (curl == CURLUE_OK) curl = get_part(parsed, CURLUPART_SCHEME, &scheme);
  if (curl == CURLUE_OK) curl = get_part(parsed, CURLUPART_HOST, &host);
  if (curl == CURLUE_OK) curl = get_part(parsed, CURLUPART_PORT, &port);
  int rc = curl == CURLUE_OUT_OF_MEMORY ? UV_ENOMEM : UV_EINVAL;
  if (curl == CURLUE_OK) rc = join_origin(scheme, host, port, origin);
  curl_free(scheme);
  curl_free(host);
  curl_free(port);
  curl_url_cleanup(parsed);
  return rc;
}
