-- docs/man.lua: writes docs/sbhost.1 from the help texts, which are the one place where
-- the commands are described.
--
--   build/sbhost lua docs/man.lua > docs/sbhost.1

local commands = require "cli.commands"
local help = require "cli.help"
local program = require "host.program"

--- A text as roff takes it: no line begins a request, no backslash an escape.
local function roff(text)
  return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("\n([.'])", "\n\\&%1"):gsub("^([.'])", "\\&%1"))
end

print((".TH SBHOST 1 \"\" \"sbhost %s\" \"User Commands\""):format(program.version))
print ".SH NAME\nsbhost \\- turn a written idea into an illustrated storyboard"
print ".SH SYNOPSIS"
for i, command in ipairs(commands) do
  print((i > 1 and ".br\n" or "") .. ".B sbhost " .. roff(command[2]))
end
print ".SH DESCRIPTION"
print "A story is a Lua file with an idea in it. sbhost makes a storyboard of it: a\n\z
  world, a story, scenes, a cast, shots, and a picture for each. Every answered\n\z
  call is remembered: nothing is paid for twice, and only what an edit touches\n\z
  runs again."
print ".SH COMMANDS"
for _, command in ipairs(commands) do
  if help[command[1]] then
    print((".SS %s\n.nf"):format(roff(command[1])))
    print(roff(help[command[1]]) .. "\n.fi")
  end
end
print ".SH ENVIRONMENT\n.TP\n.B OPENROUTER_API_KEY\nThe key for OpenRouter. Without it, and without a word from the user, the\n\z
  embedded offline provider is used.\n.TP\n.B OPENAI_API_KEY\nThe key for OpenAI, or for the server that \\-\\-base\\-url names.\n\z
  .TP\n.B NO_COLOR\nWhen set, the display at a terminal has no colours."
print ".SH FILES\n.TP\n.I data/PROJECT/\nA project: artifact.json, steps/, images/, storyboard.html, project.db."
