/*
** host/net/sse.h -- reads text/event-stream, cut anywhere, as it arrives. One
** thread at a time.
**
** As the WHATWG describes it (HTML, "Server-sent events", 9.2.6): lines end
** with LF, CR LF or CR, a byte order mark at the start is passed over, and of
** fields only `data` counts; comments and others are ignored. But at the end of
** the stream an event that lacks its empty line, or the end of its last line,
** counts: servers forget them.
**
** Nothing is kept: the data of an event is passed on in pieces. So a line may
** be of any length, and limits are the receiver's.
*/
#ifndef SB_HOST_SSE_H
#define SB_HOST_SSE_H

#include <stddef.h>

/* Takes a piece of an event's data, with LF between its lines. 0, or a negative
   UV_E* which feed returns. */
typedef int sb_sse_piece(void *arg, const char *data, size_t len);

/* The event is whole; it may have had no piece, and its data is empty then. */
typedef int sb_sse_event(void *arg);

struct sb_sse { /* private */
  sb_sse_piece *piece;
  sb_sse_event *event;
  void *arg;
  int state;
  size_t matched;  /* characters of the mark, or of the field's name */
  int has_data;    /* the event has had a data line */
  int ended_by_cr; /* an LF is part of that end */
};

void sb_sse_init(struct sb_sse *sse, sb_sse_piece *piece, sb_sse_event *event,
                 void *arg);

/* The next part of the stream. 0, or what piece or event returned, after which
   nothing more is to be fed. */
int sb_sse_feed(struct sb_sse *sse, const char *text, size_t len);

/* The stream is over. Same results as feed. */
int sb_sse_end(struct sb_sse *sse);

#endif
