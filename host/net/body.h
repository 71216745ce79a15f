/*
** host/net/body.h -- what a request or a response says: text, and files, as
** they are or base64-encoded, either while they are being read. The length is
** exact and known beforehand; the memory is that of the text, whatever the
** files hold. One thread at a time.
**
** A file is opened when it is added (a regular file, not behind a symbolic
** link) and looked at again when its last byte was read: one that is no longer
** the one that was added fails the reading, since its length, and what a
** caller hashed, would be another's.
*/
#ifndef SB_HOST_BODY_H
#define SB_HOST_BODY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sb_body;

/* NULL on lack of memory. */
struct sb_body *sb_body_new(void);
void sb_body_free(struct sb_body *body); /* NULL is fine */

enum sb_body_form { SB_BODY_BASE64, SB_BODY_RAW };

/* Each appends; 0 or a negative UV_E*. The text is copied. */
int sb_body_add_text(struct sb_body *body, const char *text, size_t len);
int sb_body_add_file(struct sb_body *body, const char *path,
                     enum sb_body_form form);

uint64_t sb_body_length(const struct sb_body *body);

/* All of it at once, when it is text and no file; else NULL. The body keeps it.
 */
const char *sb_body_text(const struct sb_body *body);

/* The next bytes, at most size: how many, 0 at the end, a negative UV_E* when
   a file could not be read or has changed. */
ssize_t sb_body_read(struct sb_body *body, char *buf, size_t size);

/* What went wrong, naming the file, and its code ("ENOENT", "ECHANGED" for a
   file that changed); NULL while nothing has. */
const char *sb_body_error(const struct sb_body *body, const char **code);

#endif
