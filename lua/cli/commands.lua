-- lua/cli/commands.lua: the commands of sbhost, in the order that help shows them: name,
-- how it is called, what it does. A command's file in lua/cli/ is loaded when it is
-- called; what it takes is told in help.lua.

return {
  { "run", "run STORY.lua", "make the whole storyboard" },
  { "plan", "plan STORY.lua", "say what a run would do and cost" },
  { "edits", "edits STORY.lua", "list what was set by hand" },
  { "keep", "keep STORY.lua TASK...", "keep what tasks wrote, whatever is written anew" },
  { "unedit", "unedit STORY.lua PATH...", "drop what was set by hand" },
  { "graph", "graph STORY.lua", "draw what follows what, and where each step stands" },
  { "why", "why STORY.lua TASK", "say why a task would run, or why it last ran" },
  { "prompt", "prompt STORY.lua TASK", "show what a task asks, and send nothing" },
  { "redo", "redo STORY.lua TASK...", "wish for another take of tasks" },
  { "takes", "takes STORY.lua TASK", "list the takes of a task" },
  { "take", "take STORY.lua TASK N", "make an earlier take the current one" },
  { "choose", "choose STORY.lua STEP N", "choose one of a step's options" },
  { "clean", "clean STORY.lua", "remove the pictures of earlier takes" },
  { "doubt", "doubt STORY.lua", "list the calls that were sent and never answered" },
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
