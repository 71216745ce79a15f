std = "lua54"
max_line_length = 100

-- busted's words, in specs alone.
files["tests/lua"] = { std = "lua54+busted" }

-- What luacheck cannot know: definitions for the language server declare
-- functions without bodies and never use their parameters.
files["lua/meta"] = { unused_args = false }
