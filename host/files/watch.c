/* host/files/watch.c -- see watch.h.
**
** Events of folders are hints: each sets when its file is due to be looked at,
** and the last hint counts. After one that says that a file is whole this is
** soon; after one that says that it is being written or gone, later, for a
** better one is likely to follow. What is due is looked at together, in the
** thread pool: a look reads the content and compares. A sweep is a look at all
** files that compares what stat tells; a difference there is a hint.
*/
#include "host/files/watch.h"

#include <stdlib.h>
#include <string.h>

#include "host/files/file.h"
#include "host/files/folders.h"
#include "host/files/places.h"

/* Milliseconds. A writer that pauses with the file open for longer than
   UNFINISHED is taken to leave it so. TOGETHER is how long a file that is due
   waits for others that are not yet. */
enum { SETTLED = 3, UNFINISHED = 200, TOGETHER = 50, SWEEP = 2000 };

struct file {
  struct file *next;
  uint64_t id; /* for looks, which it may not outlive */
  struct sb_places *places;
  uint64_t due; /* on the loop's clock; 0: not hinted at */
  bool is_known;
  bool is_doubted; /* it was empty or gone, once */
  bool is_news;    /* to be taken */
  struct sb_content known;
  int rc; /* of the last look's stat */
  struct sb_file_stat stat;
  char path[];
};

/* One file in a look. */
struct glance {
  uint64_t id;
  char *path;
  bool reads;   /* its content, too */
  bool differs; /* by what stat tells */
  int rc;
  struct sb_file_stat stat;
  struct sb_content content;
};

struct look {
  uv_work_t work;
  struct sb_watcher *watcher;
  size_t count;
  struct glance glances[];
};

struct sb_watcher {
  uv_timer_t due, sweep;
  struct sb_folders *folders;
  struct file *first, **end;
  uint64_t last_id;
  struct look *look; /* under way, or NULL */
  bool missed;       /* a sweep is to follow it */
  sb_watcher_told *told;
  void *arg;
  bool is_closed;
  int handles; /* not closed yet */
};

/*
** The set.
*/

static struct file *find(const struct sb_watcher *w, const char *path) {
  for (struct file *it = w->first; it != NULL; it = it->next)
    if (strcmp(it->path, path) == 0) return it;
  return NULL;
}

static bool same_content(const struct sb_content *a,
                         const struct sb_content *b) {
  if (!a->is_there || !b->is_there) return a->is_there == b->is_there;
  return memcmp(a->sha256, b->sha256, sizeof a->sha256) == 0;
}

/*
** When to look.
*/

static void start_look(struct sb_watcher *w, bool sweeps);

static void on_due(uv_timer_t *timer) {
  start_look((struct sb_watcher *)timer->data, false);
}

/* Sets the timer for what is due next. */
static void plan(struct sb_watcher *w) {
  uint64_t first = UINT64_MAX, last = 0;
  if (w->is_closed || w->look != NULL) return; /* the look plans at its end */
  for (const struct file *it = w->first; it != NULL; it = it->next) {
    if (it->due == 0) continue;
    if (it->due < first) first = it->due;
    if (it->due > last) last = it->due;
  }
  if (last == 0) {
    uv_timer_stop(&w->due);
    return;
  }
  uint64_t at = last < first + TOGETHER ? last : first + TOGETHER;
  uint64_t now = uv_now(w->due.loop);
  uv_timer_start(&w->due, on_due, at > now ? at - now : 0, 0);
}

static void hint(struct sb_watcher *w, struct file *file, uint64_t delay) {
  file->due = uv_now(w->due.loop) + delay;
}

static void on_change(void *arg, const struct sb_folder *folder,
                      const char *name, enum sb_folder_change change) {
  struct sb_watcher *w = arg;
  for (struct file *file = w->first; file != NULL; file = file->next)
    if (sb_places_include(file->places, folder, name))
      hint(w, file, change == SB_FOLDER_WRITTEN ? SETTLED : UNFINISHED);
  plan(w);
}

static void on_missed(void *arg) {
  struct sb_watcher *w = arg;
  w->missed = w->look != NULL;
  start_look(w, true);
}

static void on_sweep(uv_timer_t *timer) {
  struct sb_watcher *w = timer->data;
  sb_folders_refresh(w->folders);
  start_look(w, true);
}

/*
** Looks.
*/

static bool same_stat(const struct glance *glance, int rc,
                      const struct sb_file_stat *stat) {
  if (rc < 0 || glance->rc < 0) return rc == glance->rc;
  const struct sb_file_stat *was = &glance->stat;
  return was->device == stat->device && was->inode == stat->inode &&
         was->size == stat->size && was->mtime == stat->mtime &&
         was->ctime == stat->ctime;
}

static bool is_folder(const char *path) {
  return path[strlen(path) - 1] == '/';
}

static void add_entry(struct sb_sha256 *hash,
                      const struct sb_file_entry *entry) {
  const struct sb_file_stat *st = &entry->stat;
  uint64_t what[] = {st->device, st->inode, st->size, (uint64_t)st->mtime};
  if (entry->name[0] == '.') return;
  sb_sha256_update(hash, entry->name, strlen(entry->name) + 1);
  sb_sha256_update(hash, what, sizeof what);
}

/* The content of a folder: which files are in it. */
static int hash_folder(const char *path, uint8_t digest[SB_SHA256_SIZE],
                       struct sb_file_stat *stat) {
  struct sb_file_entry *entries = NULL;
  struct sb_sha256 hash;
  size_t count = 0;
  int rc = sb_file_stat(path, stat);
  if (rc == 0) rc = sb_file_scan(path, &entries, &count);
  if (rc < 0) return rc;
  sb_sha256_init(&hash);
  for (size_t i = 0; i < count; i++) add_entry(&hash, &entries[i]);
  sb_sha256_final(&hash, digest);
  sb_file_scan_free(entries, count);
  return 0;
}

static int look_at(struct glance *glance, struct sb_file_stat *stat) {
  if (!glance->reads) return sb_file_stat(glance->path, stat);
  if (is_folder(glance->path))
    return hash_folder(glance->path, glance->content.sha256, stat);
  return sb_file_hash(glance->path, glance->content.sha256, stat);
}

/* In the thread pool. */
static void look_run(uv_work_t *work) {
  struct look *look = work->data;
  for (size_t i = 0; i < look->count; i++) {
    struct glance *glance = &look->glances[i];
    struct sb_file_stat stat = {0};
    int rc = look_at(glance, &stat);
    glance->differs = !same_stat(glance, rc, &stat);
    glance->content.is_there = rc == 0;
    glance->rc = rc;
    glance->stat = stat;
  }
}

static void free_look(struct look *look) {
  for (size_t i = 0; i < look->count; i++) free(look->glances[i].path);
  free(look);
}

/* What has been read of a settled file. An absence, and an empty file, are
   often just the beginning of a save, and are looked at twice. */
static void take_content(struct sb_watcher *w, struct file *file,
                         const struct glance *glance) {
  bool in_folder = is_folder(file->path);
  bool is_odd = glance->rc < 0 || (glance->stat.size == 0 && !in_folder);
  if (file->is_known ? same_content(&file->known, &glance->content)
                     : !glance->differs && !in_folder) { /* as when added */
    file->is_known = true;
    file->known = glance->content;
    file->is_doubted = false;
    return;
  }
  if (is_odd && !file->is_doubted) {
    file->is_doubted = true;
    hint(w, file, UNFINISHED);
    return;
  }
  file->is_doubted = false;
  file->is_known = true;
  file->is_news = true;
  file->known = glance->content;
}

static void take_glance(struct sb_watcher *w, const struct glance *glance) {
  struct file *file = w->first;
  while (file != NULL && file->id != glance->id) file = file->next;
  if (file == NULL || file->due != 0) return; /* removed, or hinted at since */
  if (glance->rc == UV_EAGAIN) {
    hint(w, file, UNFINISHED);
    return;
  }
  file->rc = glance->rc;
  file->stat = glance->stat;
  if (glance->reads) {
    /* Links may lead elsewhere now; without memory, the old places will do. */
    (void)sb_places_find(w->folders, file->path, &file->places);
    take_content(w, file, glance);
  } else if (glance->differs) {
    hint(w, file, UNFINISHED);
  }
}

static void unhandle(struct sb_watcher *w) {
  if (--w->handles == 0) free(w);
}

static bool has_news(const struct sb_watcher *w) {
  const struct file *file = w->first;
  while (file != NULL && !file->is_news) file = file->next;
  return file != NULL;
}

static void look_done(uv_work_t *work, int status) {
  struct look *look = work->data;
  struct sb_watcher *w = look->watcher;
  (void)status; /* it is never cancelled */
  w->look = NULL;
  for (size_t i = 0; i < look->count && !w->is_closed; i++)
    take_glance(w, &look->glances[i]);
  free_look(look);
  if (w->missed && !w->is_closed) on_missed(w);
  plan(w);
  if (has_news(w)) w->told(w->arg);
  unhandle(w);
}

static bool wants_look(const struct file *file, bool sweeps, uint64_t now) {
  return sweeps ? file->due == 0 : file->due != 0 && file->due <= now;
}

/* Notes a file in a look; UV_ENOMEM. */
static int add_glance(struct look *look, struct file *file, bool sweeps) {
  struct glance *glance = &look->glances[look->count];
  glance->path = strdup(file->path);
  if (glance->path == NULL) return UV_ENOMEM;
  glance->id = file->id;
  glance->reads = !sweeps || is_folder(file->path); /* whose stat says little */
  glance->rc = file->rc;
  glance->stat = file->stat;
  look->count++;
  file->due = 0;
  return 0;
}

/* Looks at what is due, or sweeps. What memory does not suffice for is found by
   a later sweep. */
static void start_look(struct sb_watcher *w, bool sweeps) {
  uint64_t now = uv_now(w->due.loop);
  size_t count = 0;
  if (w->look != NULL) return;
  for (const struct file *it = w->first; it != NULL; it = it->next)
    count += wants_look(it, sweeps, now);
  if (count == 0) return;
  struct look *look = calloc(1, sizeof *look + count * sizeof look->glances[0]);
  if (look == NULL) return;
  look->watcher = w;
  look->work.data = look;
  for (struct file *it = w->first; it != NULL; it = it->next)
    if (wants_look(it, sweeps, now) && add_glance(look, it, sweeps) < 0) break;
  w->look = look;
  w->handles++;
  uv_queue_work(w->due.loop, &look->work, look_run, look_done); /* NULL only */
}

/*
** Open, add, remove, close.
*/

int sb_watcher_open(uv_loop_t *loop, sb_watcher_told *told, void *arg,
                    struct sb_watcher **watcher) {
  struct sb_watcher *w = calloc(1, sizeof *w);
  if (w == NULL) return UV_ENOMEM;
  struct sb_folders_listener listener = {
      .changed = on_change, .missed = on_missed, .arg = w};
  int rc = sb_folders_open(loop, &listener, &w->folders);
  if (rc < 0) {
    free(w);
    return rc;
  }
  w->told = told;
  w->arg = arg;
  w->end = &w->first;
  uv_timer_init(loop, &w->due); /* timers fail on NULL only */
  uv_timer_init(loop, &w->sweep);
  w->due.data = w->sweep.data = w;
  w->handles = 2;
  uv_timer_start(&w->sweep, on_sweep, SWEEP, SWEEP);
  *watcher = w;
  return 0;
}

static void free_file(struct sb_watcher *w, struct file *file) {
  sb_places_free(w->folders, file->places);
  free(file);
}

/* Whatever is known of it, it is to be looked at. */
static void set_known(struct sb_watcher *w, struct file *file,
                      const struct sb_content *known) {
  file->is_known = true;
  file->is_doubted = false;
  file->is_news = false;
  file->known = *known;
  if (file->due == 0) hint(w, file, 0);
}

int sb_watcher_add(struct sb_watcher *watcher, const char *path,
                   const struct sb_content *known) {
  struct file *file = find(watcher, path);
  uv_update_time(watcher->due.loop);
  if (file == NULL) {
    size_t size = strlen(path) + 1;
    file = calloc(1, sizeof *file + size);
    if (file == NULL) return UV_ENOMEM;
    memcpy(file->path, path, size);
    file->id = ++watcher->last_id;
    file->rc = UV_EAGAIN; /* of no stat yet */
    int rc = sb_places_find(watcher->folders, path, &file->places);
    if (rc < 0) {
      free_file(watcher, file);
      return rc;
    }
    *watcher->end = file;
    watcher->end = &file->next;
    if (known == NULL) file->rc = sb_file_stat(path, &file->stat);
    if (is_folder(path)) hint(watcher, file, 0);
  }
  if (known != NULL) {
    set_known(watcher, file, known);
  }
  plan(watcher);
  return 0;
}

bool sb_watcher_take(struct sb_watcher *watcher, const char **path,
                     struct sb_content *content) {
  for (struct file *it = watcher->first; it != NULL; it = it->next) {
    if (!it->is_news) continue;
    it->is_news = false;
    *path = it->path;
    *content = it->known;
    return true;
  }
  return false;
}

void sb_watcher_remove(struct sb_watcher *watcher, const char *path) {
  struct file **link = &watcher->first;
  while (*link != NULL && strcmp((*link)->path, path) != 0)
    link = &(*link)->next;
  struct file *file = *link;
  if (file == NULL) return;
  *link = file->next;
  if (*link == NULL) watcher->end = link;
  free_file(watcher, file);
}

static void on_close(uv_handle_t *handle) { unhandle(handle->data); }

void sb_watcher_close(struct sb_watcher *watcher) {
  if (watcher == NULL) return;
  watcher->is_closed = true;
  while (watcher->first != NULL) {
    struct file *next = watcher->first->next;
    free_file(watcher, watcher->first);
    watcher->first = next;
  }
  sb_folders_close(watcher->folders);
  uv_close((uv_handle_t *)&watcher->due, on_close);
  uv_close((uv_handle_t *)&watcher->sweep, on_close);
}
