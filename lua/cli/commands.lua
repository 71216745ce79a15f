-- lua/cli/commands.lua: the commands of sbhost, in the order of `sbhost help`: name, usage,
-- what it does, and the heading of the group that begins there. A command's file in lua/cli/
-- is loaded when it is called; its options are in help.lua.

return {
  { "new", "new DIR", "write a story to start from", group = "Make a storyboard" },
  { "check", "check STORY.lua", "check a story, its steps and its shots" },
  { "plan", "plan STORY.lua", "show what a run would do and cost" },
  { "run", "run STORY.lua", "make the storyboard" },
  { "export", "export STORY.lua", "write a PDF, shot list, cut, screenplay or subtitles" },
  { "status", "status STORY.lua", "show the state of a project", group = "See where it stands" },
  { "graph", "graph STORY.lua", "draw the steps, their order and state" },
  { "why", "why STORY.lua TASK", "explain why a task would run, or last ran" },
  { "prompt", "prompt STORY.lua TASK", "show the request of a task" },
  { "takes", "takes STORY.lua TASK", "list the takes of a task" },
  { "edits", "edits STORY.lua", "list the changes made by hand" },
  { "doubt", "doubt STORY.lua", "list calls sent but never answered" },
  { "choose", "choose STORY.lua STEP [N]", "show a step's options, or choose one", group = "Change it" },
  { "redo", "redo STORY.lua TASK...", "request another take of tasks" },
  { "take", "take STORY.lua TASK N", "go back to an earlier take" },
  { "keep", "keep STORY.lua TASK...", "protect the results of tasks from being replaced" },
  { "unedit", "unedit STORY.lua PATH...", "drop changes made by hand" },
  { "clean", "clean STORY.lua", "delete the pictures of earlier takes" },
  { "steps", "steps [STORY.lua]", "list the steps, or copy one for editing", group = "Tools" },
  { "mock", "mock [--port N]", "run the offline provider as a server" },
  { "lua", "lua [FILE [ARG...]]", "run a Lua script, or an interactive prompt" },
  { "completions", "completions SHELL", "print completions for bash, zsh or fish" },
  { "help", "help [COMMAND]", "describe a command" },
}
