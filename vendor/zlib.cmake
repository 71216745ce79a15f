# zlib (zlib licence): PNG checksums and PNG writing; stb's own deflate is many
# times slower.
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib>=1.2.13)
