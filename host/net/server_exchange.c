/* host/net/server_exchange.c -- one request and its answer; see server.h. */
#include "host/net/server_internal.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/net/body.h"
#include "host/net/spill.h"

enum { BLOCK = 64 * 1024 }; /* what is read from a body at a time */

static void free_exchange(struct sb_exchange *x) {
  sb_spill_free(x->spill);
  sb_buffer_free(&x->body);
  free(x->method);
  free(x->path);
  free(x);
}

static int append_body(void *arg, const char *text, size_t len) {
  return sb_buffer_append(&((struct sb_exchange *)arg)->body, text, len);
}

static struct sb_exchange *new_exchange(struct sb_server *server,
                                        struct MHD_Connection *connection,
                                        const char *method, const char *path) {
  struct sb_exchange *x = calloc(1, sizeof *x);
  if (x == NULL) return NULL;
  sb_buffer_init(&x->body, server->max_body);
  x->server = server;
  x->connection = connection;
  x->method = strdup(method);
  x->path = strdup(path);
  int rc = 0;
  if (server->spill_dir != NULL)
    rc = sb_spill_new(server->spill_dir, server->max_spill, append_body, x,
                      &x->spill);
  if (rc < 0 || x->method == NULL || x->path == NULL) {
    free_exchange(x);
    return NULL;
  }
  x->next = server->exchanges;
  x->link = &server->exchanges;
  if (x->next != NULL) x->next->link = &x->next;
  server->exchanges = x;
  return x;
}

static void unlink_exchange(struct sb_exchange *x) {
  *x->link = x->next;
  if (x->next != NULL) x->next->link = x->link;
  x->server = NULL;
  x->connection = NULL;
}

/* What does not fit is read and dropped: a client that still sends would see a
   reset connection instead of the answer that tells it why. */
static void receive(struct sb_exchange *x, const char *data, size_t len) {
  if (x->error < 0) return;
  x->error = x->spill != NULL ? sb_spill_feed(x->spill, data, len)
                              : append_body(x, data, len);
}

static int add_headers(struct MHD_Response *response,
                       const struct sb_server_header *headers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (MHD_add_response_header(response, headers[i].name, headers[i].value) ==
        MHD_NO)
      return UV_EINVAL;
  }
  return 0;
}

static ssize_t read_body(void *arg, uint64_t position, char *buf, size_t size) {
  (void)position; /* a response is sent once, from the first byte to the last */
  ssize_t n = sb_body_read(arg, buf, size);
  if (n < 0) return MHD_CONTENT_READER_END_WITH_ERROR;
  return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void free_body(void *body) { sb_body_free(body); }

/* A body that fits in one block goes out in one write with its headers. */
static int small_response(struct sb_body *body, size_t len,
                          struct MHD_Response **response) {
  ssize_t n = 0;
  char *text = malloc(len + 1); /* + 1: none of 0 bytes */
  if (text == NULL) return UV_ENOMEM;
  for (size_t done = 0; done < len; done += (size_t)n) {
    n = sb_body_read(body, text + done, len - done);
    if (n <= 0) break;
  }
  if (n >= 0)
    *response =
        MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
  if (*response == NULL) free(text);
  return n < 0 ? (int)n : *response == NULL ? UV_ENOMEM : 0;
}

static int new_response(struct sb_body *body, struct MHD_Response **response) {
  uint64_t len = body != NULL ? sb_body_length(body) : 0;
  *response = NULL;
  if (len <= BLOCK) {
    int rc = small_response(body, (size_t)len, response);
    sb_body_free(body);
    return rc;
  }
  *response =
      MHD_create_response_from_callback(len, BLOCK, read_body, body, free_body);
  if (*response != NULL) return 0;
  sb_body_free(body);
  return UV_ENOMEM;
}

/* Answers what the server refuses by itself. */
static void refuse(struct sb_exchange *x, unsigned status,
                   const char *message) {
  char text[256];
  int n = snprintf(text, sizeof text,
                   "{\"error\":{\"code\":%u,\"message\":\"%s\"}}\n", status,
                   message);
  x->status = status;
  x->response =
      MHD_create_response_from_buffer((size_t)n, text, MHD_RESPMEM_MUST_COPY);
  x->phase = x->response != NULL ? ANSWERED : CLOSING;
  if (x->response == NULL) return;
  MHD_add_response_header(x->response, "Content-Type", "application/json");
}

static void hand_over(struct sb_exchange *x) {
  if (x->error == 0 && x->spill != NULL) x->error = sb_spill_end(x->spill);
  if (x->error == UV_E2BIG || x->error == UV_EFBIG) {
    refuse(x, MHD_HTTP_CONTENT_TOO_LARGE, "the request body is too large");
  } else if (x->error < 0) {
    char message[160];
    snprintf(message, sizeof message, "the request body cannot be taken: %s",
             uv_strerror(x->error));
    refuse(x, MHD_HTTP_INTERNAL_SERVER_ERROR, message);
  } else {
    x->phase = HANDLING;
    x->server->handler(x->server->arg, x);
  }
}

/* What a read of the connection would give, the data left in place: 0 when the
   client has closed it. A suspended connection is not looked at by
   libmicrohttpd, and what is sent to a client that has gone seems to arrive. */
static ssize_t peek(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  char byte;
  ssize_t n = recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n >= 0 ? n : uv_translate_sys_error(errno);
}

/* Goes on with a request that is complete: it may have been answered at once,
   or wait, or have been resumed. */
static enum MHD_Result proceed(struct sb_exchange *x) {
  enum MHD_Result rc;
  ssize_t n;
  switch (x->phase) {
  case HANDLING:
    x->suspended = 1;
    MHD_suspend_connection(x->connection);
    return MHD_YES;
  case ANSWERED:
    x->phase = SENDING;
    n = peek(x->connection);
    x->deserted = n <= 0 && n != UV_EAGAIN;
    rc = MHD_queue_response(x->connection, x->status, x->response);
    MHD_destroy_response(x->response); /* the queue holds it */
    x->response = NULL;
    return rc;
  default:
    return MHD_NO;
  }
}

enum MHD_Result sb_server_request(void *arg, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *len, void **state) {
  struct sb_exchange *x = *state;
  (void)version;
  if (x == NULL) {
    *state = new_exchange(arg, connection, method, url);
    return *state != NULL ? MHD_YES : MHD_NO;
  }
  if (*len > 0) {
    receive(x, data, *len);
    *len = 0;
    return MHD_YES;
  }
  if (x->phase == RECEIVING) hand_over(x);
  return proceed(x);
}

static int is_whole(const struct sb_exchange *x,
                    struct MHD_Connection *connection,
                    enum MHD_RequestTerminationCode code) {
  if (x->phase != SENDING || x->deserted ||
      code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
    return 0;
  ssize_t n = peek(connection); /* 0: it has read all and closed */
  return n >= 0 || n == UV_EAGAIN;
}

void sb_server_completed(void *arg, struct MHD_Connection *connection,
                         void **state, enum MHD_RequestTerminationCode code) {
  struct sb_exchange *x = *state;
  (void)arg;
  if (x == NULL) return;
  *state = NULL;
  sb_server_forsake(x);
  unlink_exchange(x);
  if (x->phase == HANDLING) return; /* its handler still has it */
  if (x->response != NULL) MHD_destroy_response(x->response);
  if (x->sent != NULL) x->sent(x->sent_arg, is_whole(x, connection, code));
  free_exchange(x);
}

const char *sb_exchange_method(const struct sb_exchange *x) {
  return x->method;
}

const char *sb_exchange_path(const struct sb_exchange *x) { return x->path; }

const char *sb_exchange_body(const struct sb_exchange *x, size_t *len) {
  *len = x->body.len;
  return x->body.data != NULL ? x->body.data : "";
}

const char *sb_exchange_file(const struct sb_exchange *x, size_t index,
                             uint64_t *bytes) {
  if (x->spill == NULL || index >= sb_spill_count(x->spill)) return NULL;
  const struct sb_spill_file *file = sb_spill_file(x->spill, index);
  *bytes = file->bytes;
  return file->path != NULL ? file->path : "";
}

struct visit {
  sb_exchange_visit *visit;
  void *arg;
};

static enum MHD_Result on_value(void *arg, enum MHD_ValueKind kind,
                                const char *name, const char *value) {
  struct visit *visit = arg;
  (void)kind;
  visit->visit(visit->arg, name, value);
  return MHD_YES;
}

void sb_exchange_each(const struct sb_exchange *x, enum sb_exchange_part part,
                      sb_exchange_visit *visit, void *arg) {
  struct visit each = {visit, arg};
  if (x->connection == NULL) return;
  MHD_get_connection_values(x->connection,
                            part == SB_EXCHANGE_HEADERS ? MHD_HEADER_KIND
                                                        : MHD_GET_ARGUMENT_KIND,
                            on_value, &each);
}

int sb_exchange_answer(struct sb_exchange *x, unsigned status,
                       const struct sb_server_header *headers, size_t count,
                       struct sb_body *body, sb_exchange_sent *sent,
                       void *arg) {
  struct MHD_Response *response;
  int rc = new_response(body, &response);
  if (rc == 0) rc = add_headers(response, headers, count);
  if (x->server == NULL && rc == 0) rc = UV_ECONNRESET;
  if (rc != 0) {
    if (response != NULL) MHD_destroy_response(response);
    sb_exchange_close(x);
    return rc;
  }
  x->phase = ANSWERED;
  x->status = status;
  x->response = response;
  x->sent = sent;
  x->sent_arg = arg;
  sb_server_resume(x);
  return 0;
}

void sb_exchange_close(struct sb_exchange *x) {
  if (x->server == NULL) {
    free_exchange(x);
    return;
  }
  sb_exchange_await(x, NULL, NULL);
  x->phase = CLOSING;
  sb_server_resume(x);
}
