-- A run of which a call to the system fails, any of them, once or from then on: it
-- ends with a message and a status, or copes; and the next run completes. A few calls
-- of each class by default, every one with SBHOST_DURABILITY=all.

local trial = require "trial"

--- What each class of calls fails with.
local ERRORS = {
  open = { "EMFILE", "EACCES" },
  read = { "EIO" },
  write = { "EIO", "ENOSPC" },
  sync = { "EIO", "ENOSPC" },
  rename = { "EIO" },
  unlink = { "EIO" },
  mkdir = { "ENOSPC" },
  truncate = { "EIO" },
  map = { "ENOMEM" },
  socket = { "EMFILE" },
  connect = { "ECONNREFUSED" },
  send = { "ECONNRESET" },
  receive = { "ECONNRESET" },
  thread = { "EAGAIN" },
}

--- What a run may end with: done, incomplete, wrong.
local STATUS = { [0] = true, [1] = true, [2] = true }

--- The threads of libuv's own pool, without which it ends the process. The program
--- tries before whether it could have as many.
local function is_of_pool(class, nth)
  return class == "thread" and nth >= 6 and nth <= 9
end

describe("a run of which a call fails", function()
  local tried = trial.new()
  local expected = tried:undisturbed()
  local tries, problems = 0, {}

  local function try(act)
    local folder = tried:folder()
    -- A run waits some seconds before it tries again, and minutes for room.
    local result = tried:run(folder, { ACT = act, HASTE = "20", leaks = os.getenv "SBHOST_SANITIZED" and "1" })
    tries = tries + 1
    local said = result.out .. result.err
    local found = {}
    if not STATUS[result.status] or said:find("Sanitizer", 1, true) then
      found[1] = ("it ended with %d: %s"):format(result.status, said)
    elseif result.status == 0 and trial.artifact(folder) ~= expected then
      found[1] = "it is done, and the artifact is another"
    elseif result.status ~= 0 and (said:find "stack traceback" or not said:find "[a-z]+: ") then
      found[1] = "no clear message: " .. said
    end
    table.move(tried:complete(folder, expected), 1, 99, #found + 1, found)
    for _, problem in ipairs(found) do
      problems[#problems + 1] = ("%s: %s"):format(act, problem)
    end
    tried:drop(folder)
    return problems
  end

  local chosen = os.getenv "SBHOST_FAULTS" -- one class alone
  for class, count in pairs(tried:count()) do
    for _, nth in ipairs(ERRORS[class] and class == (chosen or class) and trial.sample(count, 1) or {}) do
      local codes = is_of_pool(class, nth) and {} or ERRORS[class]
      for _, code in ipairs(trial.all and codes or { codes[1 + tries % math.max(1, #codes)] }) do
        -- Once, and from then on; by default one of the two.
        local modes = { "", "+" }
        for _, mode in ipairs(trial.all and modes or { modes[1 + tries % 2] }) do
          try(("%s %d %s%s"):format(class, nth, code, mode))
        end
      end
    end
  end
  tried:close()
  print(tries .. " calls failed")

  it("ends with a message, or copes; tears nothing; and the next run completes", function()
    assert.same({}, problems)
  end)
end)
