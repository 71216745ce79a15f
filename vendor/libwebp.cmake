# libwebp (BSD 3-clause): the reference WebP decoder.
pkg_check_modules(libwebp REQUIRED IMPORTED_TARGET libwebp>=1.2)
