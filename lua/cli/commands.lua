-- lua/cli/commands.lua: the commands of sbhost, in the order that help shows them: name,
-- how it is called, what it does. A command's file in lua/cli/ is loaded when it is
-- called; what it takes is told in help.lua.

return {
  { "run", "run STORY.lua", "make the whole storyboard" },
  { "plan", "plan STORY.lua", "say what a run would do and cost" },
  { "status", "status STORY.lua", "say where a project stands" },
  { "check", "check STORY.lua", "check a story, its steps and its shots" },
  { "export", "export STORY.lua", "hand the storyboard on: shot list, cut, screenplay, subtitles" },
  { "new", "new DIR", "write a story to start from, with a step of its own" },
  { "steps", "steps [STORY.lua]", "list the steps, and copy one out for editing" },
  { "mock", "mock [--port N]", "serve the offline provider alone" },
  { "lua", "lua [FILE [ARG...]]", "run any Lua script with the host modules, or lines that are typed" },
  { "completions", "completions SHELL", "what a shell needs to complete these commands" },
  { "help", "help [COMMAND]", "say more about a command" },
}
