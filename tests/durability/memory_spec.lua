-- A run that is denied memory, wherever it asks for some, once, whenever it asks, or
-- everywhere from then on: it ends with a message and a status, or copes, and leaks
-- nothing; and the next run completes. A few places by default, every one with
-- SBHOST_DURABILITY=all.

local trial = require "trial"
local file = require "host.file"

--- Whether it says that there was no memory; libcurl does not, where it looks for a
--- server's address.
local function is_clear(said)
  return said:find "memory" or said:find "Could not resolve host"
end

--- Where lua-cjson or the sanitizer itself cannot go on, they end the process.
local function is_others_end(status, said)
  return status == 255 and said:find "Out of memory\n$" or said:find("AddressSanitizer: CHECK failed", 1, true)
end

describe("a run that is denied memory", function()
  local tried = trial.new()
  local expected = tried:undisturbed()
  local tries, problems = 0, {}

  --- The places that ask for memory, each once, and how often they do all together.
  local function places()
    local folder = tried:folder()
    local result = tried:run(folder, { library = "deny", LOG = folder .. "/places" })
    assert(result.status == 0, result.out .. result.err)
    local list, text = {}, file.read(folder .. "/places")
    for place in text:gmatch "%f[^\n\0](%d+)\n" do
      list[#list + 1] = place
    end
    return list, math.tointeger(tonumber(text:match "calls (%d+)"))
  end

  local function try(name, settings)
    local folder = tried:folder()
    settings.library, settings.TELLS = "deny", not settings.FROM and "1" or nil
    settings.leaks = os.getenv "SBHOST_SANITIZED" and "1"
    local result = tried:run(folder, settings)
    tries = tries + 1
    local said = result.out .. result.err
    local found = {}
    if not is_others_end(result.status, said) and (result.status > 2 or said:find("Sanitizer", 1, true)) then
      found[1] = ("it ended with %d: %s"):format(result.status, said)
    elseif result.status == 0 and trial.artifact(folder) ~= expected then
      found[1] = "it is done, and the artifact is another"
    elseif result.status ~= 0 and not is_clear(said) then
      found[1] = "no clear message: " .. said
    end
    table.move(tried:complete(folder, expected), 1, 99, #found + 1, found)
    for _, problem in ipairs(found) do
      problems[#problems + 1] = ("%s: %s"):format(name, problem)
    end
    tried:drop(folder)
  end

  local all, calls = places()
  for _, i in ipairs(trial.sample(#all, 2)) do
    try("place " .. all[i], { PLACE = all[i] })
    try("place " .. all[i] .. ", always", { PLACE = all[i], ALWAYS = "1" })
  end
  for _, from in ipairs(trial.sample(calls, 2)) do
    try("from " .. from, { FROM = tostring(from) })
  end
  tried:close()
  print(("%d times denied, at %d places, %d calls"):format(tries, #all, calls))

  it("ends with a message, or copes; tears nothing; and the next run completes", function()
    assert.same({}, problems)
  end)
end)
