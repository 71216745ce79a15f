# libdeflate (MIT): PNG checksums and PNG writing, whole buffers at once; several
# times faster than zlib at that, and than stb's own deflate by far.
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate>=1.14)
