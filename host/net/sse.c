/* host/net/sse.c -- see sse.h. */
#include "host/net/sse.h"

enum state {
  MARK,    /* at the start of the stream, where a byte order mark may be */
  NAME,    /* in what may be the name of the field "data", or an empty line */
  COLON,   /* after its colon: one space does not count */
  VALUE,   /* in the value of a data field */
  IGNORED, /* in any other line */
};

static const char mark[] = "\xEF\xBB\xBF";
static const char name[] = "data";

void sb_sse_init(struct sb_sse *sse, sb_sse_piece *piece, sb_sse_event *event,
                 void *arg) {
  *sse = (struct sb_sse){
      .piece = piece, .event = event, .arg = arg, .state = MARK};
}

static void begin_line(struct sb_sse *sse) {
  sse->state = NAME;
  sse->matched = 0;
}

static int begin_data(struct sb_sse *sse) {
  int rc = sse->has_data ? sse->piece(sse->arg, "\n", 1) : 0;
  sse->has_data = 1;
  return rc;
}

static int end_event(struct sb_sse *sse) {
  if (!sse->has_data) return 0;
  sse->has_data = 0;
  return sse->event(sse->arg);
}

static int end_line(struct sb_sse *sse) {
  int rc = 0;
  if (sse->state == NAME && sse->matched == 0)
    rc = end_event(sse);
  else if (sse->state == NAME && sse->matched == sizeof name - 1)
    rc = begin_data(sse); /* a name alone has an empty value */
  begin_line(sse);
  return rc;
}

static int match_name(struct sb_sse *sse, char c) {
  if (sse->matched < sizeof name - 1 && c == name[sse->matched]) {
    sse->matched++;
    return 0;
  }
  int is_data = sse->matched == sizeof name - 1 && c == ':';
  sse->state = is_data ? COLON : IGNORED;
  return is_data ? begin_data(sse) : 0;
}

/* Whether c belongs to the mark. If the mark stays half, no field's name can
   come of the line. */
static int match_mark(struct sb_sse *sse, char c) {
  if (c != mark[sse->matched]) {
    sse->state = sse->matched == 0 ? NAME : IGNORED;
    sse->matched = 0;
    return 0;
  }
  if (++sse->matched == sizeof mark - 1) begin_line(sse);
  return 1;
}

static const char *find_end(const char *p, const char *end) {
  while (p < end && *p != '\n' && *p != '\r') p++;
  return p;
}

/* Takes some of what is left of a line, up to its end, which is not at p. */
static const char *take(struct sb_sse *sse, const char *p, const char *end,
                        int *rc) {
  const char *stop;
  switch (sse->state) {
  case NAME:
    *rc = match_name(sse, *p);
    return p + 1;
  case COLON:
    sse->state = VALUE;
    return *p == ' ' ? p + 1 : p;
  case VALUE:
    stop = find_end(p, end);
    *rc = sse->piece(sse->arg, p, (size_t)(stop - p));
    return stop;
  default:
    return find_end(p, end);
  }
}

int sb_sse_feed(struct sb_sse *sse, const char *text, size_t len) {
  const char *p = text, *end = text + len;
  int rc = 0;
  while (p < end && rc == 0) {
    int ended_by_cr = sse->ended_by_cr;
    sse->ended_by_cr = 0;
    if (ended_by_cr && *p == '\n') {
      p++;
    } else if (sse->state == MARK && match_mark(sse, *p)) {
      p++;
    } else if (*p == '\n' || *p == '\r') {
      sse->ended_by_cr = *p++ == '\r';
      rc = end_line(sse);
    } else {
      p = take(sse, p, end, &rc);
    }
  }
  return rc;
}

int sb_sse_end(struct sb_sse *sse) {
  int rc = end_line(sse); /* of a line that lacks its end, or an empty one */
  return rc < 0 ? rc : end_event(sse);
}
