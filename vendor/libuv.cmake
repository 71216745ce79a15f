# libuv (MIT): the event loop, the thread pool, files, signals, the terminal.
pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv>=1.44)
