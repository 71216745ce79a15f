local file = require "host.file"
local json = require "host.json"
local support = require "support"

--- What a script that reports events prints, as the user has it on the screen.
local function printed(options, events)
  local at = support.folder()
  local texts = {}
  for i, event in ipairs(events) do
    texts[i] = event
  end
  assert(file.write(at .. "/show.lua", ([[
local progress, tally = require "cli.progress", require "pipeline.run.tally"
local totals = tally.new { "lore", "shots" }
local display = progress.new(totals, { %s })
for _, event in ipairs { %s } do
  totals:add(event, 1)
  display.event(event)
end
display.finish()
]]):format(options, table.concat(texts, ",\n"))))
  return support.shell(support.quote(support.sbhost) .. " lua " .. at .. "/show.lua")
end

local EVENTS = {
  '{ event = "planted", step = "lore", tasks = 1 }',
  '{ event = "task", step = "lore", task = "lore", state = "running" }',
  [[{ event = "answered", step = "lore", task = "lore", model = "m",
    read = { text = "a\nsecret", usage = { input = 1, output = 2, cost = 0.5 }, model = "m-1", seconds = 3 } }]],
  '{ event = "task", step = "lore", task = "lore", state = "done", seconds = 75.2 }',
  '{ event = "task", step = "shots", task = "shots[b]", state = "running" }',
  [[{ event = "task", step = "shots", task = "shots[b]", state = "failed", message = "two\nlines, a \xFF" }]],
}

describe("how a run shows itself", function()
  it("is one JSON object a line, whatever a message holds", function()
    local shown = printed("json = true", EVENTS)
    assert.equal("", shown.err)
    local count = 0
    for line in shown.out:gmatch "([^\n]*)\n" do
      count = count + 1
      assert.equal("table", type(assert(json.decode(line))))
    end
    assert.equal(#EVENTS, count)
    assert.truthy(shown.out:find("two\\nlines, a \u{FFFD}", 1, true))
    assert.is_nil(shown.out:find("secret", 1, true))
  end)

  it("is a plain line for what is worth one, where there is no terminal", function()
    local shown = printed("", EVENTS)
    assert.truthy(shown.out:find("lore: done in 1 min 15 s", 1, true), shown.out)
    assert.truthy(shown.out:find("shots[b]: failed: two", 1, true), shown.out)
    assert.is_nil(shown.out:find("\27", 1, true))
  end)

  it("is errors alone when that is asked for, and not what follows from them", function()
    local events = table.move(EVENTS, 1, #EVENTS, 1, {})
    events[#events + 1] = '{ event = "stopping", message = "the key is wrong" }'
    events[#events + 1] = '{ event = "task", step = "shots", task = "shots[c]", state = "failed", message = "stopped" }'
    local shown = printed("quiet = true", events)
    assert.equal("", shown.out)
    local expected = "sbhost: shots[b]: failed: two\nlines, a \u{FFFD}\nsbhost: stopping: the key is wrong\n"
    assert.equal(expected, shown.err)
  end)

  it("fits a narrow terminal", function()
    local at = support.folder()
    assert(file.write(at .. "/show.lua", [[
local progress, tally = require "cli.progress", require "pipeline.run.tally"
local totals = tally.new { "lore", "stage_shot_images" }
local display = progress.new(totals, {}, {
  graph = { priorities = function(_, seconds) return seconds end },
  project = { store = { all = function() return {} end } },
})
local function tell(event)
  totals:add(event, 1)
  display.event(event)
end
tell { event = "planted", step = "stage_shot_images", tasks = 123 }
for i = 1, 9 do
  tell { event = "task", step = "stage_shot_images", task = "t" .. i, state = "running" }
end
tell { event = "task", step = "stage_shot_images", task = "t1", state = "failed", message = ("long "):rep(30) }
display.finish()
]]))
    local run = ("stty cols 40 rows 20; exec %s lua %s/show.lua"):format(support.quote(support.sbhost), at)
    local shown = support.shell("TERM=xterm script -qec " .. support.quote(run) .. " /dev/null")
    assert.truthy(shown.out:find("stage_shot_images", 1, true), shown.out)
    local text = shown.out:gsub("\27%[[%d;?]*%a", "\n"):gsub("\r", "\n")
    for line in text:gmatch "[^\n]+" do
      assert.truthy(utf8.len(line) <= 40 or line:find("^t1: failed"), line)
    end
  end)
end)
