/*
** host/lua/lserver.h -- what the files of the module "host.server" share:
** lserver.c (servers and requests) and lanswer.c (answers).
*/
#ifndef SB_HOST_LUA_LSERVER_H
#define SB_HOST_LUA_LSERVER_H

#include "host/lua/task.h"
#include "host/net/server.h"

/* A server. Its userdata stays in the registry, under its own address, from
   listen until it is closed and its last visit over. */
struct listener {
  struct sb_server *server; /* NULL once closed */
  lua_State *L;             /* the main thread */
  struct visit *visits;
};

/* User values of the userdata. SENT_FUNCTIONS has the on_sent of each visit
   that awaits it, by the visit's address. */
enum { HANDLER = 1, SENT_FUNCTIONS, LISTENER_VALUES = SENT_FUNCTIONS };

/* A request from its arrival until its handler has ended and the answer's
   on_sent been told. */
struct visit {
  struct sb_turn turn; /* first */
  struct listener *listener;
  struct visit *next, **link;
  struct sb_exchange *exchange; /* NULL once answered */
  struct sending *sending;      /* who waits for room to write, or NULL */
  int handled;                  /* the handler has ended */
  int awaits_sent;              /* on_sent is to be told */
  int writing;                  /* the answer is written by hand */
  int written;                  /* some of it was */
  int whole;
};

void sb_listener_push(lua_State *L, struct listener *listener);

/* Takes the exchange off a visit, to be answered or closed by the caller;
   whoever waits for room in it is told. NULL when it was taken before. */
struct sb_exchange *sb_visit_take_exchange(struct visit *visit);

/* Ends the visit if nothing of it is left to be done. Does not raise. */
void sb_visit_end_when_over(struct visit *visit);

/* Answers with the response table at index, which the handler has returned:
   `return sb_visit_answer(L, index, visit)`, as it may wait. Raises for what is
   no response, and then nothing has been answered. */
int sb_visit_answer(lua_State *L, int index, struct visit *visit);

/* The handler has ended: what it has not answered is a 500, or cut. Does not
   raise. */
void sb_visit_close_answer(struct visit *visit, int is_done);

/* Makes the type of what handlers write to. */
void sb_output_open(lua_State *L);

#endif
