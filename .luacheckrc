std = "lua54"
max_line_length = 100
max_string_line_length = false -- a prompt is prose; its reader breaks the lines

-- busted's words, in specs alone.
files["tests/lua"] = { std = "lua54+busted" }

-- Definitions for the language server declare functions without bodies, which
-- never use their parameters, on tables that nothing reads.
files["lua/meta"] = { unused_args = false, ignore = { "241" } }
