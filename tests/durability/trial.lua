-- tests/durability/trial.lua: small runs that are disturbed through the shim, and what
-- must hold of what they leave.

package.path = "tests/e2e/?.lua;" .. package.path

local file = require "host.file"
local image = require "host.image"
local json = require "host.json"
local provider = require "provider"
local store = require "host.store"
local support = require "support"

local M = {}

--- Every case there is, or a few of them: what `SBHOST_DURABILITY=all` decides.
M.all = os.getenv "SBHOST_DURABILITY" == "all"

--- Where CMake builds the libraries to preload and the program that builds disks.
M.libraries = assert(os.getenv "SBHOST_SHIMS", "SBHOST_SHIMS names the folder of shim.so: run this with ctest")

--- How many calls each lane of a run may have in flight.
M.LANE = 3

--- Takes `few` of the numbers from 1 to `count`, the same ones whenever they are
--- asked for; or all of them.
---@param count integer
---@param few integer
---@return integer[]
function M.sample(count, few)
  local numbers = {}
  local steps = M.all and count or math.min(few, count)
  for i = 1, steps do
    numbers[i] = math.floor((i - 0.5) * count / steps) + 1
  end
  return numbers
end

local STORY = [[
local story = require "pipeline.story"
return story {
  project = "small",
  prompt = "A clock maker repairs a clock that counts %s.",
  counts = { scenes = %d, shots = %d },
}
]]

---@class Trial
---@field serving table
---@field place string
---@field lane integer     how many calls each lane of a run may have in flight
local Trial = {}
Trial.__index = Trial

--- One picture for all: what is tried here is not the drawing.
local function picture()
  local path = support.folder() .. "/picture.png"
  assert(image.draw {
    width = 192,
    height = 108,
    path = path,
    background = 0x406080,
    shapes = { { "ellipse", cx = 80, cy = 50, rx = 40, ry = 30, colour = 0xFFFFFF } },
  })
  return path
end

--- A small story, and a provider that answers it.
---@param options table? of provider.start; or the `url` of one that there is
---@param counts { scenes: integer, shots: integer }? one of each
---@return Trial
function M.new(options, counts)
  local drawn = picture()
  options, counts = options or {}, counts or { scenes = 1, shots = 1 }
  options.picture = options.picture or function()
    return drawn
  end
  local place = support.write { ["story.lua"] = STORY:format("backwards", counts.scenes, counts.shots) }
  local serving = { url = options.url, requests = {}, close = function() end }
  if not options.url then
    serving = provider.start(options)
  end
  return setmetatable({ serving = serving, place = place, lane = M.LANE, folders = 0 }, Trial)
end

--- Saves the story with another word in its prompt, which reaches three tasks; gives the one
--- that was there.
---@param word string
---@return string
function Trial:save(word)
  local path = self.place .. "/story.lua"
  local text = assert(file.read(path))
  local before = text:match "counts (%a+)%."
  assert(file.write(path, (text:gsub("counts %a+%.", ("counts %s."):format(word), 1))))
  return before
end

--- An empty folder for projects.
function Trial:folder()
  self.folders = self.folders + 1
  local folder = ("%s/%d"):format(self.place, self.folders)
  assert(file.mkdir(folder))
  return folder
end

--- Takes a folder of `folder` away again: hundreds of them are many bytes.
function Trial:drop(folder)
  assert(folder:sub(1, #self.place + 1) == self.place .. "/")
  os.execute("rm -rf " .. support.quote(folder))
end

--- The arguments of a run in a folder.
---@param folder string
---@param more string[]?
---@return string[]
function Trial:arguments(folder, more)
  local arguments = {
    "run", self.place .. "/story.lua", "--data", folder, "--base-url", self.serving.url, "--resend-doubt", "100",
    "--lane", "text=" .. self.lane, "--lane", "image=" .. self.lane,
  }
  return table.move(more or {}, 1, #(more or {}), #arguments + 1, arguments)
end

--- A copy of a folder of projects.
---@param folder string
---@return string
function Trial:copy(folder)
  local copy = self:folder()
  assert(os.execute(("cp -r %s/. %s"):format(support.quote(folder), support.quote(copy))))
  return copy
end

--- Runs a command, under a preloaded library when there are settings.
---@param folder string that counts
---@param arguments string[]
---@param settings table<string, string>? of the shim: { ACT = "edge 7 kill" }, or of another `library`
---@param wrapper string[]? a command that runs it
---@return { status: integer, out: string, err: string }
function M.disturb(folder, arguments, settings, wrapper)
  local words = { "timeout -k 1 60 env -u OPENROUTER_API_KEY" }
  if settings then
    local library = settings.library or "shim"
    settings.ROOT = settings.ROOT or folder
    for name, value in pairs(settings) do
      words[#words + 1] = ("%s_%s=%s"):format(library:upper(), name, support.quote(value))
    end
    words[#words + 1] = ("LD_PRELOAD=%s/%s.so"):format(support.quote(M.libraries), library)
    words[#words + 1] = "ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0:detect_leaks=" .. (settings.leaks or "0")
  end
  for _, word in ipairs(wrapper or {}) do
    words[#words + 1] = support.quote(word)
  end
  return support.run(arguments, table.concat(words, " "))
end

--- Runs the story in a folder, as `disturb` does.
---@param folder string
---@param settings table<string, string>?
---@param more string[]? arguments
---@param wrapper string[]?
---@return { status: integer, out: string, err: string }
function Trial:run(folder, settings, more, wrapper)
  return M.disturb(folder, self:arguments(folder, more), settings, wrapper)
end

--- How often the shim sees each class of calls in a whole run.
---@return table<string, integer>
function Trial:count()
  local folder = self:folder()
  local result = self:run(folder, { COUNT = folder .. "/count" })
  assert(result.status == 0, result.out .. result.err)
  local counts = {}
  for class, n in assert(file.read(folder .. "/count")):gmatch "(%a+) (%d+)" do
    counts[class] = math.tointeger(tonumber(n))
  end
  self:drop(folder)
  return counts
end

local function project_of(folder)
  return folder .. "/small"
end

--- The calls of a project's store by state; those answered by the hash of what was
--- asked.
---@return { answered: table<string, integer>, open: integer, doubts: integer, tasks: table<string, integer> }
function M.calls(folder)
  local found = { answered = {}, open = 0, doubts = 0, tasks = {} }
  local opened = store.open(project_of(folder) .. "/project.db", { readonly = true })
  if not opened then
    return found
  end
  -- Intents that could not be committed leave gaps.
  for id = 1, 200 do
    local call = opened:call(id) or {}
    if call.state == "answered" then
      local task = json.decode(call.meta).task
      if call.handle then -- a name that could not be recorded is no loss
        found.answered[call.handle:match "%x+$"] = id
      end
      found.tasks[task] = (found.tasks[task] or 0) + 1
    elseif call.state == "intent" or call.state == "accepted" then
      found.open = found.open + 1
    elseif call.state == "doubt" then
      found.doubts = found.doubts + 1
    end
  end
  opened:close()
  return found
end

--- Those of the requests from `first` on that were in the memo when they were asked.
---@param first integer
---@param answered table<string, integer>
---@return string[]
function Trial:asked_again(first, answered)
  local again = {}
  for i = first, #self.serving.requests do
    local hash = self.serving.requests.hashes[i]:sub(1, 20)
    if answered[hash] then
      again[#again + 1] = ("request %d, although call %d was answered"):format(i, answered[hash])
    end
  end
  return again
end

--- The paths of pictures that a value names anywhere.
local function pictures_in(value, into)
  for _, inner in pairs(value) do
    if type(inner) == "table" then
      pictures_in(inner, into)
    elseif type(inner) == "string" and inner:match "^images/[^/]+%.png$" then
      into[inner] = true
    end
  end
end

local function named_pictures(project, problems)
  local named = {}
  local opened = store.open(project .. "/project.db", { readonly = true })
  for _, text in pairs(opened and opened:all "outcome" or {}) do
    pictures_in(json.decode(text), named)
  end
  if opened then
    opened:close()
  end
  local text = file.read(project .. "/artifact.json")
  local artifact = text and json.decode(text)
  if artifact then
    pictures_in(artifact, named)
  elseif text then
    problems[#problems + 1] = "artifact.json is torn"
  end
  return named
end

--- What is torn on disk: a JSON file that does not parse, a picture that is named and
--- not whole.
---@param folder string
---@return string[]
function M.torn(folder)
  local project, problems, quoted = project_of(folder), {}, {}
  for _, name in ipairs(file.list(project .. "/steps") or {}) do
    local path = project .. "/steps/" .. name
    if name:match "%.json$" and not json.decode(file.read(path)) then
      problems[#problems + 1] = path .. " is torn"
    end
  end
  for path in pairs(named_pictures(project, problems)) do
    quoted[#quoted + 1] = support.quote(project .. "/" .. path)
  end
  if #quoted > 0 then
    local checked = support.shell("pngcheck -q " .. table.concat(quoted, " "))
    if checked.status ~= 0 then
      problems[#problems + 1] = checked.out .. checked.err
    end
  end
  return problems
end

--- The artifact as text, without what hangs on the moment: times in names of
--- pictures, and how often it was published.
---@param folder string
---@return string
function M.artifact(folder)
  local text = assert(file.read(project_of(folder) .. "/artifact.json"))
  return (text:gsub("_%d+T%d+Z[-%d]*%.png", ".png"):gsub('"revision": %d+', '"revision": 0'))
end

--- What is taken for a person's work, although nobody has edited anything.
---@param folder string
---@return string[] paths
local function edits(folder)
  local opened <close> = store.open(project_of(folder) .. "/project.db", { readonly = true })
  local paths = {}
  for path in pairs(opened and opened:all "edit" or {}) do
    paths[#paths + 1] = path
  end
  return paths
end

--- What is left half written or over in the folders of a finished project: what arrived
--- stays, with the answers that were recorded.
---@param folder string
---@return string[]
function M.litter(folder)
  local opened <close> = store.open(project_of(folder) .. "/project.db", { readonly = true })
  local found = {}
  for inner, pattern in pairs { [""] = "^%.sbhost%-", ["/images"] = "%.tmp$", ["/arriving"] = "." } do
    for _, name in ipairs(file.list(project_of(folder) .. inner) or {}) do
      local call = opened and name:match "^%d+%-%d+$" and opened:call(math.tointeger(name:match "^%d+"))
      if name:match(pattern) and not (call and call.state == "answered") then
        found[#found + 1] = inner .. "/" .. name
      end
    end
  end
  return found
end

--- Completes a disturbed run; gives what is wrong with how it went on.
---@param folder string
---@param expected string the artifact of an undisturbed run
---@return string[] problems
function Trial:complete(folder, expected)
  local problems = M.torn(folder)
  local before = M.calls(folder)
  local first = #self.serving.requests + 1
  local result = self:run(folder)
  table.move(self:asked_again(first, before.answered), 1, 99, #problems + 1, problems)
  if result.status ~= 0 then
    problems[#problems + 1] = ("the next run ended with %d: %s%s"):format(result.status, result.out, result.err)
    return problems
  end
  local doubts = before.open + before.doubts
  local told = (result.out:match "calls in doubt repeated: (%d+)" or 0)
    + (result.out:match "calls in doubt %(sent but never answered%): (%d+)" or 0)
  if doubts ~= told then
    problems[#problems + 1] = ("%d calls were in doubt, and the summary does not say so: %s"):format(doubts, result.out)
  end
  if M.artifact(folder) ~= expected then
    problems[#problems + 1] = "another artifact than without a disturbance: " .. M.artifact(folder)
  end
  for _, path in ipairs(edits(folder)) do
    problems[#problems + 1] = "taken for an edit: " .. path
  end
  for _, path in ipairs(M.litter(folder)) do
    problems[#problems + 1] = "left over: " .. path
  end
  table.move(M.torn(folder), 1, 99, #problems + 1, problems)
  return problems
end

--- The artifact of a run that nothing disturbs.
function Trial:undisturbed()
  local folder = self:folder()
  local result = self:run(folder)
  assert(result.status == 0, result.out .. result.err)
  local artifact = M.artifact(folder)
  self:drop(folder)
  return artifact
end

function Trial:close()
  self.serving.close()
end

return M
