# What every target of ours is compiled with. An interface library, so that a
# target says in one word that it keeps to it.
add_library(sb_warnings INTERFACE)
target_compile_options(sb_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -Wmissing-prototypes -Wstrict-prototypes -Wvla)
target_compile_definitions(sb_warnings INTERFACE _POSIX_C_SOURCE=200809L)
