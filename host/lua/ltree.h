/*
** host/lua/ltree.h -- how trees, their values and paths into them cross between
** Lua and host/tree/tree.h. A Lua value becomes a tree by way of its canonical
** JSON, so that it has one form however it came.
*/
#ifndef SB_HOST_LUA_LTREE_H
#define SB_HOST_LUA_LTREE_H

#include <lua.h>

#include "host/base/buffer.h"
#include "host/tree/tree.h"

#define SB_ARTIFACT "host.artifact" /* the type of what owns a tree */

/* One for each Lua state, upvalue 1 of every function of the module. */
struct sb_tree_shared {
  struct sb_trees *trees;
  struct sb_encoder *encoder; /* its user value 1 */
  struct sb_buffer out;
};

enum { SB_TREE_MARK = 2 }; /* its user value 2: the metatable of empty lists */

/* Raises what a negative UV_E* says. */
void sb_tree_must(lua_State *L, int rc);

/* Pushes an owner of a tree, empty yet. */
struct sb_tree **sb_tree_push_owner(lua_State *L);
struct sb_tree *sb_tree_check(lua_State *L, int index);

/* Reads the path at index; raises for what is none. Its keys live as long as
   the table is not changed. Returns how many steps it has. */
size_t sb_tree_check_path(lua_State *L, int index,
                          struct sb_tree_step path[SB_JSON_DEPTH]);
void sb_tree_push_path(lua_State *L, const struct sb_tree_step *path, size_t n);

/* What the path at index leads to, with the steps that are given behind it,
   lent; the tree itself when it is absent. */
struct sb_tree *sb_tree_look_up(lua_State *L, struct sb_tree *tree, int index);

/* Gives the owner, which owns nothing, the tree of the value at index. */
void sb_tree_from_value(lua_State *L, const struct sb_tree_shared *shared,
                        int index, struct sb_tree **owner);

/* Pushes the value of a tree. Empty lists get the metatable at the index marks,
   for Lua could not tell them from empty records. */
void sb_tree_push_value(lua_State *L, const struct sb_tree *tree, int marks);

/* Pushes that metatable from the function's upvalue 1; returns its index. */
int sb_tree_push_marks(lua_State *L);

#endif
