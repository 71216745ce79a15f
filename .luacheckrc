std = "lua54"
max_line_length = 120
max_comment_line_length = 160 -- annotations
max_string_line_length = false -- a prompt is prose; its reader breaks the lines

-- busted's words, in specs alone.
files["tests/**/*_spec.lua"] = { std = "lua54+busted" }

-- Definitions for the language server declare functions without bodies, which
-- never use their parameters, on tables that nothing reads; an annotation is
-- one line.
files["lua/meta"] = { unused_args = false, max_comment_line_length = false, ignore = { "241" } }
