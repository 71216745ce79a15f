# cairo (LGPL 2.1 or MPL 1.1) and pango (LGPL 2 or later): pages of a PDF, in the
# world's scripts. Only the module host.pdf links to them.
pkg_check_modules(pango REQUIRED IMPORTED_TARGET pangocairo>=1.50 cairo-pdf>=1.16)
