/*
** tests/durability/deny.c -- a library to preload that denies memory. A place
** is where malloc, calloc or realloc was called from, some calls deep.
**
** DENY_LOG     a file that gets the number of each place, as soon as it is seen
** DENY_PLACE   the number of the place that is given nothing
** DENY_ALWAYS  set: not once, but whenever it asks
** DENY_TELLS   set: who was given nothing is told on standard error
** DENY_FROM    nothing for anyone from that call on, counted from 1
*/
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 7, OWN = 2, MODULES = 128, PLACES = 1 << 16 };

/* Who has memory: a sanitizer, where the program has one, or else glibc; both
   by names that no preloaded library takes. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
__attribute__((weak)) void *__interceptor_malloc(size_t size);
__attribute__((weak)) void *__interceptor_calloc(size_t count, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *block, size_t size);
#define HAVING(name)                                                           \
  (__interceptor_##name != NULL ? __interceptor_##name : __libc_##name)
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct {
  struct {
    uintptr_t base, end;
  } modules[MODULES];
  size_t module_count;
  uint32_t seen[PLACES];
  uint32_t place;
  unsigned long from;
  int log, always, tells, over, ready;
} deny;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_ulong calls;
static _Thread_local int within;

static int add_module(struct dl_phdr_info *info, size_t size, void *arg) {
  (void)size, (void)arg;
  uintptr_t end = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD)
      end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr +
            info->dlpi_phdr[i].p_memsz;
  deny.modules[deny.module_count].base = info->dlpi_addr;
  deny.modules[deny.module_count].end = end;
  return ++deny.module_count == MODULES;
}

__attribute__((constructor)) static void begin(void) {
  void *frames[DEPTH];
  const char *log = getenv("DENY_LOG"), *place = getenv("DENY_PLACE");
  const char *from = getenv("DENY_FROM");
  backtrace(frames, DEPTH); /* which loads what it needs */
  dl_iterate_phdr(add_module, NULL);
  deny.log = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  deny.place = place == NULL ? 0 : (uint32_t)strtoul(place, NULL, 10);
  deny.always = getenv("DENY_ALWAYS") != NULL;
  deny.tells = getenv("DENY_TELLS") != NULL;
  deny.from = from == NULL ? 0 : strtoul(from, NULL, 10);
  unsetenv("LD_PRELOAD");
  deny.ready = 1;
}

__attribute__((destructor)) static void finish(void) {
  deny.ready = 0;
  if (deny.log >= 0) dprintf(deny.log, "calls %lu\n", atomic_load(&calls));
}

/* The address within its module, which is the same in every process; within its
   page, for a module that was loaded later. */
static uintptr_t relative(uintptr_t address) {
  enum { PAGE = 4096 };
  for (size_t i = 0; i < deny.module_count; i++)
    if (address >= deny.modules[i].base && address < deny.modules[i].end)
      return address - deny.modules[i].base + (i << 40);
  return address % PAGE;
}

static uint32_t place_of(void) {
  void *frames[DEPTH];
  uint64_t hash = 14695981039346656037U;
  int n = backtrace(frames, DEPTH);
  for (int i = OWN; i < n; i++)
    hash = (hash ^ relative((uintptr_t)frames[i])) * 1099511628211U;
  return (uint32_t)(hash >> 32) | 1;
}

static void note(uint32_t place) {
  for (uint32_t i = place % PLACES;; i = (i + 1) % PLACES) {
    if (deny.seen[i] == place) return;
    if (deny.seen[i] != 0) continue;
    deny.seen[i] = place;
    dprintf(deny.log, "%u\n", place);
    return;
  }
}

static int denies(void) {
  int denied = 0;
  if (!deny.ready || within) return 0;
  within = 1;
  unsigned long n = atomic_fetch_add(&calls, 1) + 1;
  if (deny.from > 0) {
    denied = n >= deny.from;
  } else if (deny.log >= 0 || deny.place != 0) {
    uint32_t place = place_of();
    pthread_mutex_lock(&mutex);
    if (deny.log >= 0) note(place);
    denied = place == deny.place && (deny.always || !deny.over);
    deny.over |= denied;
    pthread_mutex_unlock(&mutex);
  }
  if (denied && deny.tells) {
    void *frames[4 * DEPTH];
    backtrace_symbols_fd(frames, backtrace(frames, 4 * DEPTH), STDERR_FILENO);
  }
  within = 0;
  if (denied) errno = ENOMEM;
  return denied;
}

void *malloc(size_t size) { return denies() ? NULL : HAVING(malloc)(size); }

void *calloc(size_t count, size_t size) {
  return denies() ? NULL : HAVING(calloc)(count, size);
}

void *realloc(void *block, size_t size) {
  return denies() ? NULL : HAVING(realloc)(block, size);
}
