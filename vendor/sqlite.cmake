# SQLite (public domain): the memo and the project's records.
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3>=3.40)
