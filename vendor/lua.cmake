# Lua 5.4 (MIT): the language of stories, steps and providers.
pkg_check_modules(lua REQUIRED IMPORTED_TARGET lua5.4>=5.4.4)
