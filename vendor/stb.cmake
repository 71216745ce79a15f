# stb (public domain): image decoding, resizing and font outlines. Headers
# only; host/picture/stb.c compiles the parts that are used, for the types needed alone.
find_path(STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb REQUIRED)
add_library(stb INTERFACE)
target_include_directories(stb SYSTEM INTERFACE ${STB_INCLUDE_DIR})
