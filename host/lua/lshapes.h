/*
** host/lua/lshapes.h -- reads what host.image's draw is given into a drawing of
** host/draw/drawing.h.
*/
#ifndef SB_HOST_LUA_LSHAPES_H
#define SB_HOST_LUA_LSHAPES_H

#include <lua.h>

#include "host/draw/drawing.h"

/* The type of a userdata that holds a struct sb_inset *. */
#define SB_INSET "host.image.inset"

/* Reads width, height, background and shapes of the table at index into a
   zeroed drawing. Raises, naming the shape and its field, when something is
   wrong; the drawing owns what was read by then. */
void sb_shapes_read(lua_State *L, int index, struct sb_drawing *drawing);

#endif
