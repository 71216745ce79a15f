# utf8proc (MIT): Unicode normalisation and letter classes, for item keys and
# file names in any script.
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc>=2.6)
