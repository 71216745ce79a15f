# Every third-party library, one file each: how it is found, its least version,
# and the target that the rest of the build links to.
find_package(PkgConfig REQUIRED)

include(${CMAKE_CURRENT_LIST_DIR}/lua.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/libuv.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/libcurl.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/lua-cjson.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/sqlite.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/libmicrohttpd.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/libcrypto.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/utf8proc.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/isa-l.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/libwebp.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/stb.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/pango.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/dejavu.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/cmocka.cmake)
