# cmocka (Apache 2.0): the C unit tests. Nothing else needs it: without it the
# program is built all the same, and ctest says which tests are missing.
pkg_check_modules(cmocka IMPORTED_TARGET cmocka>=1.1.5)
