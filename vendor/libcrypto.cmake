# OpenSSL's libcrypto (Apache 2.0): SHA-256 for content keys. libcurl loads it
# already, so it costs a run nothing.
pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET libcrypto>=3.0)
