-- lua/cli/new.lua: `sbhost new DIR`: writes a story to start from, with a step of its own
-- and what the Lua language server needs to know.

local fault = require "pipeline.fault"
local file = require "host.file"
local json = require "host.json"
local name = require "host.name"
local options = require "cli.options"
local program = require "host.program"

local OPTIONS = {
  prompt = { value = "TEXT" },
  style = { value = "TEXT" },
  scenes = { value = "N", number = true },
}

local STYLE = "pencil storyboard frames with a grey wash"

local STORY = [[
-- %s: run it with: sbhost run %s/story.lua

local field = require "pipeline.field"
local story = require "pipeline.story"

return story {
  project = %s,
  prompt = %s,
  style = %s,
  aspect = "16:9",
  counts = { scenes = %d, shots = 4 },

  -- A field of this story's own, and the step that fills it: steps/music_cues.lua.
  extend = {
    ["scenes[]"] = { field.text "music" "The cue under the scene: instruments, tempo, where it enters and ends." },
  },
  steps = { "music_cues" },
}
]]

local STEP = [[
-- steps/music_cues.lua: a cue for each scene. Edit the prompt and run the story again:
-- only what the edit touches is asked for anew.

local step = require "pipeline.step"

return step "music_cues" {
  about = "Write a music cue for each scene.",
  needs = { "lore", "scenes" },
  each = "scenes",
  reads = { "lore.mood", "scene.name", "scene.description" },
  writes = { "scene.music" },
  model = "detail",
  prompt = %s,
}
]]

local CUE = [==[[[
    You are the composer. Write the cue for scene "{{scene.name}}" in two sentences:
    which instruments, how fast, where it enters and where it stops.
  ]]]==]

--- A text as a Lua string on one line.
local function lua_string(text)
  return (("%q"):format(text):gsub("\\\n", "\\n"):gsub("\r", "\\r"))
end

--- What the user says, by an option or to a question.
---@param given string?
---@param question string
---@param default string?
local function answer(given, question, default)
  if given then
    return given
  end
  io.write(question, default and (" [%s]"):format(default) or "", "\n> ")
  io.flush()
  local line = io.read "l"
  line = line and line:match "^%s*(.-)%s*$" or ""
  if line == "" and not default then
    fault.raise { message = "a story needs an idea", hint = "sbhost new DIR --prompt \"…\"" }
  end
  return line ~= "" and line or default
end

local function count_of(text)
  local count = math.tointeger(tonumber(text))
  if not count or count < 1 then
    fault.raise { message = ("'%s' is not a number of scenes"):format(text), hint = "a whole number from 1" }
  end
  return count
end

---@param dir string
---@param texts table<string, string> by path inside it
local function write_all(dir, texts)
  for path in pairs(texts) do
    if file.exists(dir .. "/" .. path) then
      fault.raise { message = ("%s/%s already exists"):format(dir, path), hint = "choose another folder" }
    end
  end
  local ok, message = file.mkdir(dir .. "/steps")
  for path, text in pairs(texts) do
    if ok then
      ok, message = file.write(dir .. "/" .. path, text)
    end
  end
  if not ok then
    fault.raise { message = "the story cannot be written: " .. message }
  end
end

--- What the Lua language server is told: the definitions that came with sbhost.
local function server_settings()
  return json.encode({
    ["runtime.version"] = "Lua 5.4",
    ["workspace.library"] = json.array { program.root },
    ["workspace.checkThirdParty"] = false,
  }, { indent = 2 })
end

---@param ... string arguments
---@return integer status
return function(...)
  local chosen, rest = options.parse(OPTIONS, { ... })
  if #rest ~= 1 then
    fault.raise { message = "which folder?", hint = "sbhost new DIR" }
  end
  local dir = rest[1]:match "^(.-)/*$"
  local only_flags = chosen.prompt ~= nil
  local prompt = answer(chosen.prompt, "What is the story? One or two sentences.")
  local style = answer(chosen.style or (only_flags and STYLE or nil), "How should it look?", STYLE)
  local scenes = count_of(answer(chosen.scenes or (only_flags and "5" or nil), "How many scenes?", "5"))
  local project = name.slug(dir:match "[^/]*$")
  write_all(dir, {
    ["story.lua"] = STORY:format("story.lua", dir, lua_string(project), lua_string(prompt), lua_string(style), scenes),
    ["steps/music_cues.lua"] = STEP:format(CUE),
    [".luarc.json"] = server_settings(),
  })
  print(("sbhost run %s/story.lua"):format(dir))
  return 0
end
