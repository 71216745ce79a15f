# cmocka (Apache 2.0): the C unit tests.
pkg_check_modules(cmocka IMPORTED_TARGET cmocka>=1.1.5)
