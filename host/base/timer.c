/* host/base/timer.c -- see timer.h. */
#include "host/base/timer.h"

#include <stdlib.h>

struct sb_timer {
  uv_timer_t handle;
  sb_timer_done *done;
  void *arg;
};

static void on_close(uv_handle_t *handle) { free(handle->data); }

static void on_timeout(uv_timer_t *handle) {
  struct sb_timer *op = handle->data;
  sb_timer_done *done = op->done;
  void *arg = op->arg;
  uv_close((uv_handle_t *)handle, on_close);
  done(arg);
}

int sb_timer_start(uv_loop_t *loop, uint64_t delay_ms, sb_timer_done *done,
                   void *arg, struct sb_timer **op) {
  struct sb_timer *t = malloc(sizeof *t);
  if (t == NULL) return UV_ENOMEM;
  int rc = uv_timer_init(loop, &t->handle);
  if (rc < 0) {
    free(t);
    return rc;
  }
  t->handle.data = t;
  t->done = done;
  t->arg = arg;
  /* The loop's idea of now is as old as its last turn; a script may have
     computed for a while since. */
  uv_update_time(loop);
  uv_timer_start(&t->handle, on_timeout, delay_ms, 0); /* fails on NULL only */
  *op = t;
  return 0;
}

void sb_timer_cancel(struct sb_timer *op) {
  if (op == NULL) return;
  uv_timer_stop(&op->handle);
  uv_close((uv_handle_t *)&op->handle, on_close);
}
