-- Ideas in any tongue, short and long: the offline provider's story is about them.

local cast = require "offline.cast"
local plans = require "offline.plans"
local story = require "offline.story"

--- Who, what and where an idea speaks of: { ["ゴン"] = "character" }.
local function found(idea)
  local kinds = {}
  for _, part in ipairs(cast.extract(idea)) do
    kinds[part.name] = part.kind
  end
  return kinds
end

local function told(idea)
  return story.of { text = idea, idea = idea, values = {}, items = {}, labels = {} }
end

describe("an idea that is not in English", function()
  for idea, expected in pairs {
    ["寿司職人のゴンは、ライバルの猫が自分より上手だと気づく。町の祭りで二人は対決する。"] =
      { ["ゴン"] = "character", ["猫"] = "character", ["祭り"] = "place" },
    ["한 소년이 할머니의 부엌에서 말하는 고양이를 발견한다."] =
      { ["소년"] = "character", ["부엌"] = "place", ["고양이"] = "object" },
    ["Старый лесник находит в лесу поезд, который никуда не едет."] =
      { ["Лесник"] = "character", ["Лесу"] = "place", ["Поезд"] = "object" },
    ["Une boulangère de Marseille découvre que son levain répond."] =
      { ["Boulangère"] = "character", ["Marseille"] = "place", ["Levain"] = "object" },
    ["Ein alter Uhrmacher baut eine Uhr, und seine Enkelin Lena zieht sie auf."] =
      { ["Uhrmacher"] = "character", ["Uhr"] = "object", ["Enkelin Lena"] = "character" },
    ["Un viejo farero descubre que su luz llama a algo en el mar."] =
      { ["Farero"] = "character", ["Luz"] = "object", ["Mar"] = "place" },
  } do
    it("gives the story its cast: " .. idea:match "^%S+", function()
      local kinds = found(idea)
      for name, kind in pairs(expected) do
        assert.equal(kind, kinds[name], name)
      end
      local logline = plans.narrative(told(idea), 1).logline
      assert.truthy(logline:find(told(idea).hero.name, 1, true), logline)
    end)
  end

  it("is laid where it says", function()
    assert.equal("sea", cast.setting "Un viejo farero en el mar.")
    assert.equal("sea", cast.setting "灯台の光が何かを呼んでいる。")
    assert.equal("forest", cast.setting "Старый лесник находит в лесу поезд.")
  end)
end)

describe("an idea", function()
  it("in English stays as it was read", function()
    assert.same({
      ["The lighthouse keeper"] = "character", ["The light"] = "object", ["The sea"] = "place",
      ["The something"] = "character",
    }, found "A lighthouse keeper finds that her light is calling something up from the sea.")
  end)

  it("may begin with a name", function()
    assert.same({ Mara = "character", ["Old Tom"] = "character", ["The moon"] = "place" },
      found "Mara and Old Tom steal the moon.")
    assert.equal("character", found("Mara finds a bird.").Mara)
    assert.is_nil(found("Once she finds a bird.").Once)
  end)

  it("of one word is what the story is about", function()
    assert.same({ ["The dog"] = "character" }, found "dog")
    assert.same({ ["The 🦊"] = "object" }, found "🦊")
  end)

  it("of any bytes and length does no harm", function()
    for _, idea in ipairs { "", " ", "\0", "。。。", "«»", ("語"):rep(5000), ("a "):rep(5000), "ș’s", "O’s’s" } do
      local S = told(idea)
      assert.truthy(utf8.len(plans.narrative(S, 1).synopsis), idea:sub(1, 9))
      assert.truthy(utf8.len(plans.shots(S, 6, {}, "x")[1].description))
    end
  end)

  it("of five thousand words opens the synopsis, and does not fill it", function()
    local idea = "A robot gardener tends a greenhouse. " .. ("Every day it waters the tomato. "):rep(1000)
    local synopsis = plans.narrative(told(idea), 1).synopsis
    assert.equal(1, (synopsis:find("A robot gardener tends a greenhouse. Every day", 1, true)))
    assert.is_true(#synopsis < 3000)
    assert.truthy(plans.narrative(told(("語"):rep(5000)), 1).synopsis)
  end)

  it("keeps one pronoun for its hero in all that is written", function()
    local hero = cast.part("The robot gardener", "character")
    assert.equal("it", cast.pronoun(hero, "A robot gardener."))
    local baker = cast.part("The baker", "character")
    assert.equal(cast.pronoun(baker, "A baker."), cast.pronoun(baker, "A baker and a cat."))
  end)

  it("has thirty scenes of different names, none far more often than others", function()
    local S = told "A robot gardener tends a greenhouse on a dying space station."
    local names, sources = {}, {}
    for _, scene in ipairs(plans.scenes(S, 30, {})) do
      assert.is_nil(names[scene.name], scene.name)
      names[scene.name] = true
      local source = scene.name:match "^(.-), %l" or scene.name:gsub(", %d+$", "")
      sources[source] = (sources[source] or 0) + 1
      assert.is_true(sources[source] <= 4, source)
    end
  end)
end)
