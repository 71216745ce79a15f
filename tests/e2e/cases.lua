-- tests/e2e/cases.lua: plays one case of docs/providers.md: a run of the program
-- against a mock that answers so, and what is there afterwards.

local file = require "host.file"
local json = require "host.json"
local loop = require "host.loop"
local support = require "support"

local M = {}

--- Nothing that the program writes may hold it.
M.KEY = "sk-or-v1-5ec7e75ec7e75ec7e7"

local STORY = [[
return require "pipeline.story" {
  project = "small",
  prompt = "A clock maker repairs a clock that counts backwards.",
  style = "pencil",
  counts = { scenes = 1, shots = 1 },
  %s
}
]]

-- Pictures by OpenAI's route, everything from the one mock.
local MODELS = [[
  models = {
    story = { "openai/gpt-5", base_url = "ORIGIN/api/v1" },
    detail = { "openai/gpt-5", base_url = "ORIGIN/api/v1" },
    rewrite = { "google/gemini-2.5-pro", base_url = "ORIGIN/api/v1" },
    image = { "gpt-image-1", provider = "openai", base_url = "ORIGIN/v1" },
  },]]

--- What a case came to.
---@class Played
---@field status integer
---@field out string    both streams
---@field seconds number
---@field asked integer times that the spoiled thing was asked for; of several, the one that was most often
---@field total integer requests in all
---@field saved integer pictures
---@field again integer bodies that were asked again after a whole answer
---@field violations string[]
---@field torn string   what pngcheck says of pictures that are none
---@field leaks string  the files that hold the key
---@field memory integer KiB at most
---@field project string

local function count_pictures(project)
  local names = {}
  for _, name in ipairs(file.list(project .. "/images") or {}) do
    if not name:find "^plate" then names[#names + 1] = name end
  end
  return #names
end

local function torn_pictures(project)
  local found = support.shell(("cd %s/images 2>/dev/null && ls | xargs -r pngcheck -q"):format(support.quote(project)))
  return found.out
end

--- Counts what a mock was asked.
---@param account table[]
---@param on "text"|"picture" what the case is played on
---@param saved integer pictures
---@param is_each boolean every picture is spoiled
---@param schema string of the text that is spoiled
local function count(account, on, saved, is_each, schema)
  -- A key goes to no address that only a story names.
  local excused = on == "images" and "no bearer token"
  local seen = { asked = 0, total = 0, violations = {}, again = 0 }
  local pictures, answered, is_written, times = 0, {}, false, {}
  for _, entry in ipairs(account) do
    if entry.event == "asked" then
      seen.total = seen.total + 1
      local drawn = tostring(entry.model):find "image" ~= nil
      -- One that is told its schema in words has no name for it.
      local is_first = entry.task == schema or not (entry.task or drawn or is_written)
      seen.asked = seen.asked + (is_first and 1 or 0)
      pictures = pictures + (drawn and 1 or 0)
      times[entry.hash] = drawn and (times[entry.hash] or 0) + 1 or nil
      if answered[entry.hash] then seen.again = seen.again + 1 end
    elseif entry.event == "answered" and entry.whole and not entry.case then
      answered[entry.hash] = true
      is_written = true
    elseif entry.event == "violation" and entry.violation ~= excused then
      seen.violations[#seen.violations + 1] = entry.violation
    end
  end
  if is_each then
    seen.asked = 0
    for _, n in pairs(times) do seen.asked = math.max(seen.asked, n) end
  elseif on == "picture" or on == "images" then
    seen.asked = pictures - saved + 1
  end
  return seen
end

--- Plays a case.
---@param case { id: string, on: string, always: boolean?, rule: table?, besides: table?, arguments: string[]?, story: string?, schema: string? }
---@return Played
function M.play(case)
  local rule = { case = case.id, nth = not case.always and { 1 } or nil }
  local schema = case.schema or "lore"
  if case.on == "text" then rule.schema = schema else rule.route = case.on end
  for name, value in pairs(case.rule or {}) do rule[name] = value end
  local at = support.write { ["faults.json"] = json.encode { rule, case.besides } }
  local mock = support.mock { "--faults", at .. "/faults.json" }
  local origin = mock.url:match "^http://[^/]+"
  local models = case.on == "images" and MODELS:gsub("ORIGIN", origin) or ""
  assert(file.write(at .. "/story.lua", STORY:format(models .. (case.story or ""))))
  local words = { "run", at .. "/story.lua", "--data", at .. "/data" }
  if case.on ~= "images" then table.move({ "--base-url", mock.url }, 1, 2, #words + 1, words) end
  table.move(case.arguments or {}, 1, #(case.arguments or {}), #words + 1, words)
  local began = loop.now()
  local environment = "env OPENROUTER_API_KEY=%s OPENAI_API_KEY=%s /usr/bin/time -f 'peak %%M' -o %s/peak"
  local result = support.run(words, environment:format(M.KEY, M.KEY, at))
  local project = at .. "/data/small"
  local saved = count_pictures(project)
  local is_each = case.always and (case.on == "picture" or case.on == "images")
  local played = count(mock.account(), case.on, saved, is_each, schema)
  played.account, played.is_each = mock.account(), is_each
  mock.stop()
  played.seconds = loop.now() - began
  played.status, played.out = result.status, result.out .. result.err
  played.saved, played.project = saved, project
  played.torn = torn_pictures(project)
  played.memory = tonumber(file.read(at .. "/peak"):match "peak (%d+)")
  assert(file.write(at .. "/out", played.out))
  played.leaks = support.shell(("grep -rl %s %s"):format(M.KEY, support.quote(at))).out
  return played
end

--- The line that says what is missing, without what differs from run to run.
---@param played Played
---@return string?
function M.problem(played)
  local line = played.out:match "\n([%w_]+ failed: [^\n]*)" or played.out:match "\n([%w_%[%]%-]+ failed: [^\n]*)"
    or played.out:match "\n([%w_]+ in doubt: [^\n]*)" or played.out:match "(sbhost: [^\n]*)"
  return line and (line:gsub("127%.0%.0%.1:%d+", "127.0.0.1:PORT"):gsub("/tmp/[%w_.]+", "…"):gsub("%[.-%]", "[…]", 1)
    :gsub("%d+ bytes remaining", "… bytes remaining"):gsub("again after [%d-]+ [%d:]+ UTC", "again after …"))
end

--- In words, for the table.
---@param played Played
---@return string
function M.words(played)
  local times = played.asked == 1 and "asked once" or ("asked %d times"):format(played.asked)
  times = played.is_each and "each " .. times or times
  if played.status == 0 then return "complete; " .. times end
  local problem = M.problem(played) or "?"
  -- Of several pictures any may fail first: the one that taught another way to ask, or one that was asked so at once.
  problem = played.is_each and problem:gsub(" %(tried %d+ times%)", "") or problem
  return ("exit %d; %s; %s"):format(played.status, times, problem)
end

--
-- docs/providers.md
--

local BEGIN = "<!-- What follows is written by tests/e2e/cases_spec.lua. -->\n"

local HEAD = [[

| case | on the wire | expected | seen |
|---|---|---|---|
]]

local function cell(text)
  return (text:gsub("|", "\\|"):gsub("\n", " "))
end

--- What was seen of each case, by its number.
---@param list table[] of case_list, played
---@return table<string, string>
local function seen_of(list)
  local seen = {}
  for _, case in ipairs(list) do
    local when = { case.schema or case.on, case.always and "always" or nil }
    if case.arguments then when[#when + 1] = table.concat(case.arguments, " ") end
  if case.story then when[#when + 1] = "`" .. case.story:match "[^,]+" .. "`" end
  if case.besides then when[#when + 1] = "with " .. case.besides.case end
    local words = ("%s: %s"):format(table.concat(when, ", "), M.words(case.played))
    seen[case.id] = seen[case.id] and seen[case.id] .. "<br>" .. words or words
  end
  return seen
end

--- The page with its table as the cases were played now.
---@param list table[]
---@param catalogue offline.Case[]
---@return string page
---@return string before what it was
function M.page(list, catalogue)
  local path = support.tree .. "/docs/providers.md"
  local before = assert(file.read(path))
  local _, last = before:find(BEGIN, 1, true)
  local seen, rows = seen_of(list), {}
  for i, case in ipairs(catalogue) do
    rows[i] = ("| %s %s | %s | %s | %s |\n"):format(case.id, cell(case.name), cell(case.wire), cell(case.expect),
      cell(seen[case.id] or "—"))
  end
  local page = before:sub(1, last) .. HEAD .. table.concat(rows)
  if os.getenv "SBHOST_WRITE_DOCS" then
    assert(file.write(path, page))
    return page, page
  end
  return page, before
end

return M
