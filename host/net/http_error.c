/* host/net/http_error.c -- what made a transfer fail, in a code and a
   sentence. */
#include "host/net/http_internal.h"

#include <stdio.h>
#include <string.h>

/* The socket's own word for it, else the UV_E* given. */
static int from_socket(const struct sb_http_op *op, int otherwise) {
  long number = 0;
  curl_easy_getinfo(op->easy, CURLINFO_OS_ERRNO, &number);
  return number > 0 ? uv_translate_sys_error((int)number) : otherwise;
}

/* A UV_E* for what libcurl says, or 0 where there is none. */
static int error_of(const struct sb_http_op *op, CURLcode curl) {
  switch (curl) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
    return UV_EAI_NONAME;
  case CURLE_COULDNT_CONNECT:
    return from_socket(op, UV_ECONNREFUSED);
  case CURLE_OPERATION_TIMEDOUT:
    return UV_ETIMEDOUT;
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
    return from_socket(op, UV_ECONNRESET);
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE:
  case CURLE_SEND_FAIL_REWIND:
  case CURLE_ABORTED_BY_CALLBACK: /* on_sending's */
    return UV_ECONNRESET;
  case CURLE_OUT_OF_MEMORY:
    return UV_ENOMEM;
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
    return UV_EINVAL;
  default:
    return 0;
  }
}

static const char *own_reason(int fault) {
  switch (fault) {
  case UV_E2BIG:
    return "the answer is larger than allowed";
  case UV_EFBIG:
    return "the files in the answer are larger than allowed";
  default:
    return uv_strerror(fault);
  }
}

static const char *curl_reason(CURLcode curl, int error) {
  switch (curl) {
  case CURLE_OPERATION_TIMEDOUT:
    return "it took too long";
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_FAIL_REWIND:
  case CURLE_ABORTED_BY_CALLBACK:
    return "the connection was closed without an answer";
  case CURLE_PARTIAL_FILE:
    return "the answer was cut off";
  default:
    return error == 0 ? "the transfer failed" : uv_strerror(error);
  }
}

/* "POST https://host/path: reason (nothing was sent; curl: detail)". Of the URL
   only what it is about: a query may hold what is nobody's business. */
static void compose(struct sb_http_op *op, const char *reason,
                    const char *detail) {
  char *at = op->message, *end = at + sizeof op->message;
  const char *method = "", *url = "";
  curl_easy_getinfo(op->easy, CURLINFO_EFFECTIVE_METHOD, &method);
  curl_easy_getinfo(op->easy, CURLINFO_EFFECTIVE_URL, &url);
  int url_len = (int)strcspn(url, "?#");
  at += snprintf(at, (size_t)(end - at), "%.32s %.*s: %.200s", method,
                 url_len < 400 ? url_len : 400, url, reason);
  if (!op->result.sent && detail != NULL)
    snprintf(at, (size_t)(end - at), " (nothing was sent; curl: %s)", detail);
  else if (!op->result.sent)
    snprintf(at, (size_t)(end - at), " (nothing was sent)");
  else if (detail != NULL)
    snprintf(at, (size_t)(end - at), " (curl: %s)", detail);
  op->result.message = op->message;
}

/* libcurl's own words; NULL where they would tell of how it is kept from
   sending a request again on another connection, and not of what happened. */
static const char *detail_of(const struct sb_http_op *op, CURLcode curl) {
  if (curl == CURLE_SEND_FAIL_REWIND || curl == CURLE_ABORTED_BY_CALLBACK)
    return NULL;
  return op->curl_error[0] != '\0' ? op->curl_error : curl_easy_strerror(curl);
}

void sb_http_set_error(struct sb_http_op *op, CURLcode curl) {
  const char *reason = NULL, **code = &op->result.code;
  if (op->body != NULL) reason = sb_body_error(op->body, code);
  if (reason != NULL) {
    compose(op, reason, NULL);
  } else if (op->fault < 0) {
    *code = uv_err_name(op->fault);
    compose(op, own_reason(op->fault), NULL);
  } else {
    int error = error_of(op, curl);
    *code = error == 0 ? "ECURL" : uv_err_name(error);
    compose(op, curl_reason(curl, error), detail_of(op, curl));
  }
}
