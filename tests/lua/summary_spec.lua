local name = require "host.name"
local summary = require "cli.summary"
local tally = require "pipeline.run.tally"

local NO_DOUBTS = { count = 0, cost = 0, unpriced = 0 }

local function told(steps, events)
  local totals = tally.new(steps)
  for i, event in ipairs(events) do
    totals:add(event, i)
  end
  return totals
end

local function answered(step, cost)
  return {
    event = "answered",
    step = step,
    model = "some/model",
    read = { usage = { input = 10, output = 5, cost = cost } },
  }
end

describe("a run's summary", function()
  it("stands in columns, whatever the names are written in", function()
    local totals = told({ "lore", "灯台の場面", "größe" }, {
      { event = "planted", step = "灯台の場面", tasks = 1234 },
    })
    local lines = summary.lines(totals, { failed = 0, doubts = NO_DOUBTS }, 1)
    local width = name.width(lines[1])
    for i = 2, 7 do
      assert.equal(width, name.width(lines[i]), lines[i])
    end
  end)

  it("fits a terminal: columns that tell nothing go first, then those that tell least", function()
    local events = { { event = "planted", step = "stage_shot_images", tasks = 5 }, answered("stage_shot_images", 0.25) }
    local function lines_of(room, more)
      local totals = told({ "stage_shot_images" }, events)
      totals:add(more or events[1], 3)
      local lines = summary.lines(totals, { failed = 0, doubts = NO_DOUBTS }, 61, room)
      for i = 1, 5 do
        assert.is_true(name.width(lines[i]) <= math.max(room, 50), lines[i])
      end
      return lines[1]:gsub("%s+", " "), lines
    end
    assert.equal("step tasks calls reused retries fallbacks time tokens cost", (lines_of(120)))
    assert.equal("step tasks calls reused retries time tokens cost", (lines_of(80)))
    assert.equal("step tasks calls time tokens cost", (lines_of(66)))
    local fallback = { event = "fallback", step = "stage_shot_images", task = "x", model = "a/b" }
    assert.equal("step tasks calls reused fallbacks time tokens cost", (lines_of(80, fallback)))
    local least, lines = lines_of(20)
    assert.equal("step time cost", least)
    assert.truthy(lines[5]:find "^all +1 min 01 s +%$0.250$", lines[5])
  end)

  it("adds up what tasks and calls came to", function()
    local totals = told({ "lore", "shots" }, {
      { event = "planted", step = "lore", tasks = 1 },
      { event = "planted", step = "shots", tasks = 2 },
      { event = "task", step = "lore", task = "lore", state = "running" },
      answered("lore", 0.25),
      { event = "task", step = "lore", task = "lore", state = "done", seconds = 2 },
      { event = "task", step = "shots", task = "shots[a]", state = "running" },
      answered("shots", 0.5),
      { event = "task", step = "shots", task = "shots[a]", state = "failed", message = "no" },
      { event = "task", step = "shots", task = "shots[b]", state = "skipped", message = "'x' failed" },
    })
    local lines = summary.lines(totals, { failed = 1, doubts = NO_DOUBTS }, 61)
    local all = lines[6]
    assert.truthy(all:find "^all +1/3 +2 +0 ", all)
    assert.truthy(all:find "1 min 01 s +30 +%$0.750$", all)
    local text = table.concat(lines, "\n")
    assert.truthy(text:find("shots[a] failed: no", 1, true))
    assert.truthy(text:find("shots[b] skipped: 'x' failed", 1, true))
  end)

  it("never shows an unknown cost as nothing", function()
    local totals = told({ "lore" }, { answered("lore", nil) })
    assert.truthy(summary.lines(totals, { failed = 0, doubts = NO_DOUBTS }, 1)[3]:find "unknown$")
    totals:add(answered("lore", 1), 2)
    assert.truthy(summary.lines(totals, { failed = 0, doubts = NO_DOUBTS }, 1)[3]:find "%$1.000 %+ %?$")
  end)

  it("says who was asked in place of a retired model, and who answered in another's name", function()
    local function lines_of(asked, told_model)
      local event = answered("lore", 1)
      event.model, event.read.model = asked, told_model
      local totals = told({ "lore" }, {
        { event = "successor", step = "lore", task = "lore", model = "a/new", retired = "a/old" }, event,
      })
      return table.concat(summary.lines(totals, { failed = 0, doubts = NO_DOUBTS }, 1), "\n")
    end
    assert.truthy(lines_of("a/new"):find("\na/new: 1 calls in place of a/old, which is retired, $1.000", 1, true))
    assert.truthy(lines_of("b/c", "d/e"):find("\nb/c: 1 calls, answered by d/e, $1.000", 1, true))
    for _, same in ipairs { { "b/c", "b/c-2026-08-07" }, { "b/c:free", "b/c" }, { "b/c:free", "b/c:free" } } do
      assert.is_nil(lines_of(same[1], same[2]):find("answered by", 1, true))
    end
  end)

  it("names what is in doubt and what may have been paid for twice", function()
    local totals = told({ "lore" }, { { event = "resent", step = "lore" } })
    local doubts = { count = 2, cost = 0.3, unpriced = 0 }
    local text = table.concat(summary.lines(totals, { failed = 0, doubts = doubts }, 1), "\n")
    assert.truthy(text:find("charged twice", 1, true))
    assert.truthy(text:find("(sent but never answered): 2;", 1, true))
    assert.truthy(text:find("$0.300", 1, true))
  end)
end)
