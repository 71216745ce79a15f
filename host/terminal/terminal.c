/* host/terminal/terminal.c -- see terminal.h. The escape sequences are those of
   ECMA-48 and, for the cursor, DEC's; every terminal of today knows them. */
#include "host/terminal/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>
#include <uv.h>

#include "host/base/buffer.h"
#include "host/terminal/rescue.h"

#define LINES_MOST 200
#define TEXT_MOST ((size_t)4 << 20)

#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define ERASE_LINE "\033[K"  /* from the cursor on */
#define ERASE_BELOW "\033[J" /* the same, and all lines below */
#define PLAIN "\033[0m"
#define LEAVE "\r\n" SHOW_CURSOR

struct sb_terminal {
  int fd;
  struct sb_buffer block; /* the lines to show, each ended by a newline */
  struct sb_buffer out;   /* what is about to be written */
  bool shown;
  int painted;            /* lines on the screen; the cursor is in the last */
  int widths[LINES_MOST]; /* theirs, in columns */
};

bool sb_terminal_is(int fd) { return isatty(fd) == 1; }

/* Whether the variable is set to something. */
static bool get_variable(const char *name, char *value, size_t size) {
  return uv_os_getenv(name, value, &size) == 0 && value[0] != '\0';
}

/* One that can move its cursor. */
static bool is_able(int fd) {
  char term[64];
  return sb_terminal_is(fd) && get_variable("TERM", term, sizeof term) &&
         strcmp(term, "dumb") != 0;
}

bool sb_terminal_colour(int fd) {
  char refused[64];
  return is_able(fd) && !get_variable("NO_COLOR", refused, sizeof refused);
}

void sb_terminal_size(int fd, int *columns, int *rows) {
  struct winsize size = {0};
  (void)ioctl(fd, TIOCGWINSZ, &size); /* else it stays zero */
  *columns = size.ws_col > 0 ? size.ws_col : 80;
  *rows = size.ws_row > 0 ? size.ws_row : 24;
}

/*
** Text.
*/

/* The length of a colour sequence at the start of text, or 0. */
static size_t colour_length(const char *text, size_t len) {
  size_t n = 2;
  if (len < 3 || text[0] != '\033' || text[1] != '[') return 0;
  while (n < len && ((text[n] >= '0' && text[n] <= '9') || text[n] == ';' ||
                     text[n] == ':'))
    n++;
  return n < len && text[n] == 'm' ? n + 1 : 0;
}

/* Takes one character, or colour sequence, off the front of a text. What must
   not reach a terminal becomes something that may. */
struct glyph {
  const char *text;
  size_t len;
  int width;
};

static struct glyph next_glyph(const char **text, size_t *len) {
  struct glyph glyph = {*text, colour_length(*text, *len), 0};
  size_t taken = glyph.len;
  if (taken == 0) {
    utf8proc_int32_t code;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)*text,
                                          (utf8proc_ssize_t)*len, &code);
    taken = n > 0 ? (size_t)n : 1;
    if (n <= 0)
      glyph = (struct glyph){"\xEF\xBF\xBD", 3, 1}; /* U+FFFD */
    else if (code == '\t' || code == '\n')
      glyph = (struct glyph){" ", 1, 1};
    else if (code < 0x20 || (code >= 0x7F && code < 0xA0))
      glyph = (struct glyph){"?", 1, 1};
    else
      glyph = (struct glyph){*text, taken, utf8proc_charwidth(code)};
  }
  *text += taken;
  *len -= taken;
  return glyph;
}

/* Appends what of the line fits in so many columns (any number when it is
   negative), without any change of colour that outlasts it. */
static int append_line(struct sb_buffer *out, const char *text, size_t len,
                       int columns, int *width) {
  bool coloured = false;
  int rc = 0;
  *width = 0;
  while (len > 0 && rc == 0) {
    struct glyph glyph = next_glyph(&text, &len);
    if (columns >= 0 && *width + glyph.width > columns) break;
    coloured |= glyph.text[0] == '\033';
    *width += glyph.width;
    rc = sb_buffer_append(out, glyph.text, glyph.len);
  }
  if (rc == 0 && coloured) rc = sb_buffer_append_text(out, PLAIN);
  return rc;
}

static int write_all(int fd, const char *data, size_t len) {
  while (len > 0) {
    ssize_t n = write(fd, data, len);
    if (n >= 0) {
      data += n;
      len -= (size_t)n;
    } else if (errno == EAGAIN) { /* somebody has made it non-blocking */
      struct pollfd poller = {.fd = fd, .events = POLLOUT};
      (void)poll(&poller, 1, -1);
    } else if (errno != EINTR) {
      return uv_translate_sys_error(errno);
    }
  }
  return 0;
}

/*
** The display.
*/

struct sb_terminal *sb_terminal_new(int fd) {
  struct sb_terminal *terminal = calloc(1, sizeof *terminal);
  if (terminal == NULL) return NULL;
  terminal->fd = fd;
  sb_buffer_init(&terminal->block, TEXT_MOST);
  sb_buffer_init(&terminal->out, 2 * TEXT_MOST);
  return terminal;
}

void sb_terminal_free(struct sb_terminal *terminal) {
  if (terminal == NULL) return;
  sb_terminal_finish(terminal);
  sb_buffer_free(&terminal->block);
  sb_buffer_free(&terminal->out);
  free(terminal);
}

void sb_terminal_clear(struct sb_terminal *terminal) {
  sb_buffer_clear(&terminal->block);
}

int sb_terminal_line(struct sb_terminal *terminal, const char *text,
                     size_t len) {
  int width;
  int rc = append_line(&terminal->block, text, len, -1, &width);
  return rc < 0 ? rc : sb_buffer_append_byte(&terminal->block, '\n');
}

/* Puts the cursor where the block begins, or would. The terminal may have been
   made narrower since, and has then broken long lines. */
static int append_return(struct sb_terminal *terminal, int columns) {
  char move[32];
  int up = -1;
  if (!terminal->shown) return 0;
  for (int i = 0; i < terminal->painted; i++) {
    int width = terminal->widths[i];
    up += width > columns ? (width + columns - 1) / columns : 1;
  }
  if (up <= 0) return sb_buffer_append_byte(&terminal->out, '\r');
  snprintf(move, sizeof move, "\r\033[%dA", up);
  return sb_buffer_append_text(&terminal->out, move);
}

/* Appends the lines of a text that is printed above the block. */
static int append_above(struct sb_terminal *terminal, const char *text,
                        size_t len) {
  int rc = 0;
  if (terminal->shown) rc = sb_buffer_append_text(&terminal->out, ERASE_BELOW);
  while (rc == 0) {
    const char *end = memchr(text, '\n', len);
    size_t n = end != NULL ? (size_t)(end - text) : len;
    int width;
    rc = append_line(&terminal->out, text, n, -1, &width);
    if (rc == 0) rc = sb_buffer_append_text(&terminal->out, "\r\n");
    if (end == NULL) break;
    text = end + 1;
    len -= n + 1;
  }
  return rc;
}

/* Appends the lines of the block, the last without a newline: the block then
   takes no row for the cursor. A line is erased before it is written, since a
   cursor past the last column may stand in it. */
static int append_block(struct sb_terminal *terminal, int columns, int rows) {
  struct sb_buffer *out = &terminal->out;
  const char *text = terminal->block.data;
  size_t len = terminal->block.len;
  int most = rows - 1 < LINES_MOST ? rows - 1 : LINES_MOST;
  int count = 0;
  int rc = 0;
  while (len > 0 && count < most && rc == 0) {
    const char *end = memchr(text, '\n', len);
    size_t n = (size_t)(end - text);
    bool last = n + 1 == len || count + 1 == most;
    rc = sb_buffer_append_text(out, last ? ERASE_BELOW : ERASE_LINE);
    if (rc == 0)
      rc = append_line(out, text, n, columns, &terminal->widths[count++]);
    if (rc == 0 && !last) rc = sb_buffer_append_text(out, "\r\n");
    text = end + 1;
    len -= n + 1;
  }
  terminal->painted = count;
  return rc;
}

/* Whether the block is on the screen. What was shown when the process was
   stopped has been left where it was. */
static bool is_shown(const struct sb_terminal *terminal) {
  return terminal->shown && sb_rescue_has_cursor();
}

/* Paints all anew, with some text above or (NULL) none. */
static int paint(struct sb_terminal *terminal, const char *above, size_t len) {
  struct sb_buffer *out = &terminal->out;
  bool shows = terminal->block.len > 0 && sb_rescue_is_ours(terminal->fd);
  int columns, rows;
  terminal->shown = is_shown(terminal);
  sb_terminal_size(terminal->fd, &columns, &rows);
  sb_buffer_clear(out);
  int rc = append_return(terminal, columns);
  if (rc == 0 && shows && !terminal->shown)
    rc = sb_buffer_append_text(out, HIDE_CURSOR);
  if (rc == 0 && above != NULL) rc = append_above(terminal, above, len);
  if (rc == 0 && shows) rc = append_block(terminal, columns, rows);
  if (rc == 0 && !shows && terminal->shown)
    rc = sb_buffer_append_text(out, ERASE_BELOW SHOW_CURSOR);
  if (rc < 0) return rc;
  if (shows) sb_rescue_cursor(terminal->fd);
  rc = write_all(terminal->fd, out->data, out->len);
  if (!shows && terminal->shown) sb_rescue_cursor(-1);
  terminal->shown = shows;
  return rc;
}

int sb_terminal_paint(struct sb_terminal *terminal) {
  if (!is_able(terminal->fd)) return 0;
  if (terminal->block.len == 0 && !terminal->shown) return 0;
  return paint(terminal, NULL, 0);
}

int sb_terminal_print(struct sb_terminal *terminal, const char *text,
                      size_t len) {
  if (is_able(terminal->fd)) return paint(terminal, text, len);
  sb_buffer_clear(&terminal->out);
  int rc = sb_buffer_append(&terminal->out, text, len);
  if (rc == 0) rc = sb_buffer_append_byte(&terminal->out, '\n');
  if (rc < 0) return rc;
  return write_all(terminal->fd, terminal->out.data, terminal->out.len);
}

int sb_terminal_finish(struct sb_terminal *terminal) {
  bool shown = is_shown(terminal);
  sb_buffer_clear(&terminal->block);
  terminal->shown = false;
  if (!shown) return 0;
  int rc = write_all(terminal->fd, LEAVE, sizeof LEAVE - 1);
  sb_rescue_cursor(-1);
  return rc;
}
