/* bench/http.c -- the peer of bench/http.lua: the same calls from C, with
   nothing around libcurl but a loop of curl_multi_perform and
   curl_multi_poll. usage: http URL CALLS IN-FLIGHT
   Prints microseconds of CPU for a call, and the seconds that all took. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { REQUEST = 2048, ANSWER_MAX = 65536, IN_FLIGHT_MAX = 1024 };

struct call {
  CURL *easy;
  char answer[ANSWER_MAX];
  size_t len;
};

static struct call calls[IN_FLIGHT_MAX];
static char request[REQUEST];

static size_t on_body(char *data, size_t size, size_t count, void *arg) {
  struct call *call = arg;
  size_t len = size * count;
  if (call->len + len > sizeof call->answer) return 0;
  memcpy(call->answer + call->len, data, len);
  call->len += len;
  return len;
}

static void start(CURLM *multi, struct call *call, struct curl_slist *headers,
                  const char *url) {
  if (call->easy == NULL) call->easy = curl_easy_init();
  curl_easy_reset(call->easy);
  call->len = 0;
  curl_easy_setopt(call->easy, CURLOPT_URL, url);
  curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, request);
  curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)sizeof request);
  curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
  curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
  curl_multi_add_handle(multi, call->easy);
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int count = atoi(argv[2]), in_flight = atoi(argv[3]);
  int started = 0, done = 0, running, left;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)in_flight);
  struct curl_slist *headers =
      curl_slist_append(NULL, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Authorization: Bearer sk-or-v1-0123");
  memset(request, 'x', sizeof request);
  double before = cpu_seconds(), began = seconds();
  while (started < in_flight && started < count)
    start(multi, &calls[started++], headers, argv[1]);
  while (done < count) {
    CURLMsg *message;
    curl_multi_perform(multi, &running);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
      struct call *call;
      long status = 0;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
      curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result != CURLE_OK || status != 200) return 1;
      curl_multi_remove_handle(multi, call->easy);
      done++;
      if (started++ < count) start(multi, call, headers, argv[1]);
    }
    if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  printf("%.2f %.3f\n", (cpu_seconds() - before) / count * 1e6,
         seconds() - began);
  return 0;
}
