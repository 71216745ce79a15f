/* host/lua/work.c -- see work.h. */
#include "host/lua/work.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/task.h"

struct job {
  struct sb_wait base;
  union header *header; /* owned, unless the pool has it */
  int running;
  sb_work_finish *finish;
};

/* In front of every block, aligned as malloc aligns. */
union header {
  struct {
    uv_work_t req;
    struct job *job; /* who sleeps on it; NULL when nobody does */
  } of;
  max_align_t align;
};

static struct sb_work *work_of(union header *header) {
  return (struct sb_work *)(header + 1);
}

static void free_header(union header *header) {
  struct sb_work *work = work_of(header);
  if (work->release != NULL) work->release(work);
  free(header);
}

static void job_drop(struct sb_wait *wait) {
  struct job *job = (struct job *)wait;
  union header *header = job->header;
  job->header = NULL;
  if (header == NULL) return;
  if (job->running)
    header->of.job = NULL; /* on_after frees it */
  else
    free_header(header);
}

static void on_pool(uv_work_t *req) {
  struct sb_work *work = work_of(req->data);
  work->run(work);
}

static void on_after(uv_work_t *req, int status) {
  union header *header = req->data;
  struct job *job = header->of.job;
  (void)status; /* never cancelled: uv_cancel is not used */
  if (job == NULL) {
    free_header(header);
    return;
  }
  job->running = 0;
  sb_wait_wake(&job->base);
}

void *sb_work_push(lua_State *L, size_t size, void (*run)(struct sb_work *work),
                   void (*release)(struct sb_work *work)) {
  struct job *job = sb_wait_push(L, sizeof *job, job_drop);
  union header *header = calloc(1, sizeof *header + size);
  if (header == NULL) luaL_error(L, "not enough memory");
  struct sb_work *work = work_of(header);
  work->run = run;
  work->release = release;
  header->of.job = job;
  job->header = header;
  return work;
}

char *sb_work_copy(lua_State *L, const char *text, size_t len) {
  char *bytes = malloc(len + 1);
  if (bytes != NULL) {
    memcpy(bytes, text, len);
    bytes[len] = '\0';
    return bytes;
  }
  luaL_error(L, "not enough memory");
  return NULL;
}

static int work_k(lua_State *L, int status, lua_KContext ctx) {
  struct job *job = (struct job *)ctx;
  (void)status;
  return job->finish(L, work_of(job->header));
}

int sb_work_yield(lua_State *L, struct sb_work *work, sb_work_finish *finish) {
  union header *header = (union header *)work - 1;
  struct job *job = header->of.job;
  job->finish = finish;
  header->of.req.data = header;
  int rc = uv_queue_work(sb_host_loop(L), &header->of.req, on_pool, on_after);
  if (rc < 0) return sb_fail(L, rc, NULL);
  job->running = 1;
  return sb_wait_yield(L, &job->base, work_k);
}
