-- A run that is denied memory, wherever it asks for some, once or whenever it asks: it
-- ends with a message and a status, or copes; and the next run completes. A few places
-- by default, every one with SBHOST_DURABILITY=all.

local trial = require "trial"
local file = require "host.file"

describe("a run that is denied memory", function()
  if os.getenv "SBHOST_SANITIZED" then
    pending "the sanitizer's own allocator is in the way"
    return
  end
  local tried = trial.new()
  local expected = tried:undisturbed()
  local tries, problems = 0, {}

  --- The places that ask for memory, each once.
  local function places()
    local folder = tried:folder()
    local result = tried:run(folder, { library = "deny", LOG = folder .. "/places" })
    assert(result.status == 0, result.out .. result.err)
    local list = {}
    for place in file.read(folder .. "/places"):gmatch "%f[^\n\0](%d+)\n" do
      list[#list + 1] = place
    end
    return list
  end

  local function try(place, always)
    local folder = tried:folder()
    local result = tried:run(folder, { library = "deny", PLACE = place, ALWAYS = always, TELLS = "1" })
    tries = tries + 1
    local said = result.out .. result.err
    local found = {}
    if result.status > 2 then
      found[1] = ("it ended with %d: %s"):format(result.status, said)
    elseif result.status == 0 and trial.artifact(folder) ~= expected then
      found[1] = "it is done, and the artifact is another"
    elseif result.status ~= 0 and not said:find "memory" then
      found[1] = "no clear message: " .. said
    end
    table.move(tried:complete(folder, expected), 1, 99, #found + 1, found)
    for _, problem in ipairs(found) do
      problems[#problems + 1] = ("place %s%s: %s"):format(place, always and ", always" or "", problem)
    end
    tried:drop(folder)
  end

  local all = places()
  for _, i in ipairs(trial.sample(#all, 3)) do
    try(all[i])
    try(all[i], "1")
  end
  tried:close()
  print(("%d times denied, of %d places"):format(tries, #all))

  it("ends with a message, or copes; tears nothing; and the next run completes", function()
    assert.same({}, problems)
  end)
end)
