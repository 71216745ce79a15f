local live = require "cli.live"
local outlook = require "pipeline.run.outlook"
local tally = require "pipeline.run.tally"

--- A graph of two steps, one behind the other.
local graph = {
  priorities = function(_, seconds)
    return { lore = seconds.lore + seconds.shots, shots = seconds.shots }
  end,
}

--- A tally that has seen these events, one second apart.
local function seen(events)
  local totals = tally.new { "lore", "shots" }
  for i, event in ipairs(events) do
    totals:add(event, i)
  end
  return totals
end

local function planted(step, tasks)
  return { event = "planted", step = step, tasks = tasks }
end

local function task(step, state, seconds)
  return { event = "task", step = step, task = step, state = state, seconds = seconds }
end

local function answered(step, cost)
  return { event = "answered", step = step, model = "m", read = { usage = { cost = cost, input = 1, output = 1 } } }
end

local function sent(name)
  return { event = "sent", step = name:match "^%a+", task = name, model = "m" }
end

--- One of ten shots drawn in 4 s for 10 cents, three begun, two of them in flight.
local function halfway()
  return seen {
    planted("lore", 1), task("lore", "running"), answered("lore", 0.2), task("lore", "done", 6),
    planted("shots", 10), task("shots", "running"), answered("shots", 0.1), task("shots", "done", 4),
    task("shots", "running"), task("shots", "running"), task("shots", "running"), sent "shots[a]", sent "shots[b]",
  }
end

describe("what is still to come", function()
  it("follows from what this run's own tasks took, as many at once as there are", function()
    local ahead = outlook.of(halfway(), {}, graph, 100)
    assert.equal(9 * 4 / 3, ahead.seconds)
    assert.near(0.3 + 9 * 0.1, ahead.cost, 1e-9)
  end)

  it("is not known when nobody has measured a step, or told what it costs", function()
    local early = seen { planted("lore", 1), task("lore", "running") }
    assert.same({}, outlook.of(early, {}, graph, 1))
    local untold = halfway()
    untold:add(answered("shots", nil), 20)
    assert.is_nil(outlook.of(untold, {}, graph, 100).cost)
  end)

  it("follows from earlier runs where this one has not come that far", function()
    local early = seen { planted("lore", 1), task("lore", "running") }
    local earlier = { lore = { seconds = 5, cost = 0.5, tasks = 1 }, shots = { seconds = 10, cost = 0.1, tasks = 3 } }
    local ahead = outlook.of(early, earlier, graph, 1)
    assert.equal(35, ahead.seconds)
    assert.near(0.8, ahead.cost, 1e-9)
  end)

  it("is never shorter than the steps that stand behind each other", function()
    local early = seen { planted("lore", 1), planted("shots", 0) }
    for _ = 1, 8 do
      early:add(task("lore", "running"), 9)
    end
    local earlier = { lore = { seconds = 5, tasks = 1 }, shots = { seconds = 10, tasks = 1 } }
    assert.equal(15, outlook.of(early, earlier, graph, 1).seconds)
  end)
end)

describe("the display", function()
  local function shown(totals, caps)
    return live.lines(totals, {
      graph = graph,
      earlier = {},
      limits = function()
        return caps or {}
      end,
    }, 65, {})
  end

  it("has a line a step, the limits in force, and one for all of it", function()
    local cap = { key = "openrouter https://a.test google/flash", cap = 4, used = 2, waiting = 7 }
    local lines = shown(halfway(), { cap })
    assert.equal(4, #lines)
    assert.truthy(lines[2]:find("1/10", 1, true), lines[2])
    assert.truthy(lines[2]:find("2 in flight, 7 waiting", 1, true), lines[2])
    assert.truthy(lines[3]:find("flash 2/4 (+7)", 1, true), lines[3])
    local all = "18% · 1 min 05 s · about 12.0 s left · 2 calls, $0.30 of about $1.20"
    assert.truthy(lines[4]:find(all, 1, true), lines[4])
  end)

  it("says that a sum leaves something out", function()
    local totals = halfway()
    totals:add(answered("shots", nil), 20)
    local lines = shown(totals)
    assert.truthy(lines[#lines]:find("$0.30 + unknown", 1, true), lines[#lines])
  end)
end)
