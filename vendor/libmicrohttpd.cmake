# libmicrohttpd (LGPL 2.1): the loopback server; its epoll descriptor is polled
# by our loop, so that it needs no thread of its own.
pkg_check_modules(libmicrohttpd REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
