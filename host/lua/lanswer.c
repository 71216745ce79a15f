/* host/lua/lanswer.c -- answers of "host.server": the response tables that
   handlers return, answers that they write by hand, and on_sent. */
#include <lauxlib.h>
#include <string.h>
#include <strings.h>

#include "host/lua/body.h"
#include "host/lua/bridge.h"
#include "host/lua/headers.h"
#include "host/lua/lserver.h"
#include "host/net/body.h"

#define OUTPUT "host.server.output"

/*
** on_sent
*/

static void tell_sent(lua_State *L, struct sb_turn *turn) {
  struct visit *visit = (struct visit *)turn;
  int whole = visit->whole;
  sb_listener_push(L, visit->listener);
  lua_getiuservalue(L, -1, SENT_FUNCTIONS);
  lua_rawgetp(L, -1, visit);
  lua_pushnil(L);
  lua_rawsetp(L, -3, visit);
  visit->awaits_sent = 0;
  sb_visit_end_when_over(visit);
  lua_pushboolean(L, whole);
  sb_task_spawn(L, 1);
}

static void on_sent(void *arg, int whole) {
  struct visit *visit = arg;
  visit->whole = whole;
  visit->turn.run = tell_sent;
  sb_turn_post(visit->listener->L, &visit->turn);
}

/* Keeps the on_sent of the response at index for tell_sent; false when there is
   none. It is awaited once visit->awaits_sent is set. */
static int keep_sent(lua_State *L, int index, struct visit *visit) {
  int top = lua_gettop(L);
  int there = sb_field_function(L, index, "on_sent");
  if (there) {
    sb_listener_push(L, visit->listener);
    lua_getiuservalue(L, -1, SENT_FUNCTIONS);
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, visit);
  }
  lua_settop(L, top);
  return there;
}

/*
** Response tables.
*/

/* Those that the server makes itself. */
static int is_reserved(const char *name) {
  return strcasecmp(name, "Content-Length") == 0 ||
         strcasecmp(name, "Transfer-Encoding") == 0;
}

/* Reads the header whose name and value are on top. */
static void read_header(lua_State *L, struct sb_server_header *header) {
  sb_header_check(L, -2, &header->name, &header->value);
  if (is_reserved(header->name))
    luaL_error(L, "field 'headers': '%s' cannot be set", header->name);
  if (*header->value == '\0') /* libmicrohttpd sends none of those */
    luaL_error(L, "field 'headers': '%s' has no value", header->name);
}

/* Pushes an array of the headers in the response at index, and what it points
   into. */
static struct sb_server_header *push_headers(lua_State *L, int index,
                                             size_t *count) {
  size_t n = 0;
  *count = 0;
  if (!sb_field_table(L, index, "headers")) return NULL;
  int table = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) n++;
  struct sb_server_header *headers =
      lua_newuserdatauv(L, (n + 1) * sizeof *headers, 0);
  lua_createtable(L, (int)n, 0); /* values; some were numbers */
  for (lua_pushnil(L); lua_next(L, table);) {
    read_header(L, &headers[*count]);
    lua_rawseti(L, table + 2, (lua_Integer)++ * count);
  }
  return headers;
}

static void respond(lua_State *L, int index, struct visit *visit) {
  struct sb_body *body;
  size_t count;
  lua_Integer status = sb_field_integer(L, index, "status", 200);
  if (status < 200 || status > 599)
    luaL_error(L, "field 'status': from 200 to 599 expected, got %I", status);
  struct sb_server_header *headers = push_headers(L, index, &count);
  int awaits_sent = keep_sent(L, index, visit);
  lua_getfield(L, index, "body");
  if (sb_body_check(L, -1, &body) < 0)
    luaL_error(L, "field 'body': %s", lua_tostring(L, -2));
  visit->awaits_sent = awaits_sent; /* nothing raises from here on */
  int rc = sb_exchange_answer(sb_visit_take_exchange(visit), (unsigned)status,
                              headers, count, body,
                              awaits_sent ? on_sent : NULL, visit);
  if (rc < 0 && awaits_sent) on_sent(visit, 0);
}

/*
** Answers written by hand.
*/

/* What a handler writes its answer to. */
struct output {
  struct visit *visit; /* NULL once the function that writes has ended */
};

struct sending {
  struct sb_wait base;
  struct visit *visit; /* NULL once the answer is over */
  const char *text;
  size_t len;
};

struct sb_exchange *sb_visit_take_exchange(struct visit *visit) {
  struct sb_exchange *exchange = visit->exchange;
  struct sending *sending = visit->sending;
  visit->exchange = NULL;
  visit->sending = NULL;
  if (sending != NULL) {
    sb_exchange_await(exchange, NULL, NULL);
    sending->visit = NULL;
    visit->whole = 0;
    sb_wait_wake(&sending->base);
  }
  return exchange;
}

static void sending_drop(struct sb_wait *wait) {
  struct sending *s = (struct sending *)wait;
  if (s->visit == NULL || s->visit->sending != s) return;
  s->visit->sending = NULL;
  sb_exchange_await(s->visit->exchange, NULL, NULL);
}

static void on_ready(void *arg) {
  struct sending *s = arg;
  sb_wait_wake(&s->base);
}

static int send_k(lua_State *L, int status, lua_KContext ctx) {
  struct sending *s = (struct sending *)ctx;
  struct visit *visit = s->visit;
  ssize_t n = 0;
  (void)status;
  if (visit == NULL)
    return sb_fail_message(L, "the answer is over", "ECANCELED");
  visit->sending = NULL;
  while (s->len > 0) {
    n = sb_exchange_write(visit->exchange, s->text, s->len);
    if (n < 0) break;
    s->text += n;
    s->len -= (size_t)n;
    visit->written = 1;
  }
  if (n == UV_EAGAIN) {
    n = sb_exchange_await(visit->exchange, on_ready, s);
    if (n == 0) {
      visit->sending = s;
      return sb_wait_yield(L, &s->base, send_k);
    }
  }
  if (n < 0) {
    visit->whole = 0;
    return sb_fail(L, (int)n, NULL);
  }
  lua_pushboolean(L, 1);
  return 1;
}

static struct visit *check_output(lua_State *L) {
  struct output *out = luaL_checkudata(L, 1, OUTPUT);
  if (out->visit == NULL || out->visit->exchange == NULL)
    luaL_error(L, "the answer is over");
  return out->visit;
}

/* output:send(text) -> true | nil, message, code */
static int output_send(lua_State *L) {
  size_t len;
  struct visit *visit = check_output(L);
  const char *text = luaL_checklstring(L, 2, &len);
  if (visit->sending != NULL) return luaL_error(L, "another task is sending");
  struct sending *s = sb_wait_push(L, sizeof *s, sending_drop);
  s->visit = visit;
  s->text = text;
  s->len = len;
  return send_k(L, LUA_OK, (lua_KContext)s);
}

/* output:abort() */
static int output_abort(lua_State *L) {
  struct visit *visit = check_output(L);
  visit->whole = 0;
  sb_exchange_abort(sb_visit_take_exchange(visit));
  return 0;
}

static int output_close(lua_State *L) {
  struct output *out = luaL_checkudata(L, 1, OUTPUT);
  out->visit = NULL;
  return 0;
}

/* Also while somebody else still sends: the function that writes says when the
   answer is over. */
static int written_k(lua_State *L, int status, lua_KContext ctx) {
  struct visit *visit = (struct visit *)ctx;
  (void)L, (void)status;
  struct sb_exchange *exchange = sb_visit_take_exchange(visit);
  if (exchange != NULL) sb_exchange_close(exchange);
  return 0;
}

/* Runs the function on top, which writes the answer of the response at
   index. */
static int write_answer(lua_State *L, int index, struct visit *visit) {
  int writer = lua_gettop(L);
  visit->writing = visit->whole = 1;
  visit->awaits_sent = keep_sent(L, index, visit);
  struct output *out = lua_newuserdatauv(L, sizeof *out, 0);
  out->visit = visit;
  luaL_setmetatable(L, OUTPUT);
  lua_toclose(L, -1);
  lua_pushvalue(L, writer);
  lua_pushvalue(L, writer + 1);
  lua_callk(L, 1, 0, (lua_KContext)visit, written_k);
  return written_k(L, LUA_OK, (lua_KContext)visit);
}

/*
** Either.
*/

int sb_visit_answer(lua_State *L, int index, struct visit *visit) {
  if (sb_field_function(L, index, "write"))
    return write_answer(L, index, visit);
  if (sb_field_boolean(L, index, "reset", 0))
    sb_exchange_close(sb_visit_take_exchange(visit));
  else
    respond(L, index, visit);
  return 0;
}

static void answer_error(struct sb_exchange *exchange) {
  static const char text[] = "{\"error\":{\"code\":500,\"message\":"
                             "\"the request handler failed\"}}\n";
  static const struct sb_server_header type = {"Content-Type",
                                               "application/json"};
  struct sb_body *body = sb_body_new();
  if (body != NULL) sb_body_add_text(body, text, sizeof text - 1);
  sb_exchange_answer(exchange, 500, &type, 1, body, NULL, NULL);
}

void sb_visit_close_answer(struct visit *visit, int is_done) {
  struct sb_exchange *exchange = sb_visit_take_exchange(visit);
  if (exchange != NULL && visit->written)
    sb_exchange_close(exchange); /* an end too early is all that can tell */
  else if (exchange != NULL)
    answer_error(exchange);
  if (visit->writing && visit->awaits_sent)
    on_sent(visit, visit->whole && is_done);
}

void sb_output_open(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"send", output_send}, {"abort", output_abort}, {NULL, NULL}};
  static const luaL_Reg meta[] = {{"__close", output_close}, {NULL, NULL}};
  sb_newtype(L, OUTPUT, meta, methods);
}
