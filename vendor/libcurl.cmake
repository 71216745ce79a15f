# libcurl (curl licence): HTTP and TLS, driven by its multi interface.
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl>=7.85)
