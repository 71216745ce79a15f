# lua-cjson (MIT): JSON to Lua values. A Lua C module that is loaded at run
# time; what is checked here is that it is there for Lua 5.4.
pkg_check_modules(lua_cjson REQUIRED lua5.4-cjson>=2.1.0)
