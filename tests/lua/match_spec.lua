local match = require "pipeline.edits.match"

--- Items as they are written: { "name", "text" }.
local function items(list, keys)
  local made = {}
  for i, item in ipairs(list) do
    made[i] = { name = item[1], text = item[2] or "", key = keys and keys[i] }
  end
  return made
end

--- The keys that new items get where old ones have the given keys, and the keys gone.
local function matched(old, keys, new)
  local found, gone = match.keys(items(old, keys), items(new))
  local lost = {}
  for i, item in ipairs(gone) do
    lost[i] = item.key
  end
  return found, lost
end

-- A story as a model writes it, and as it wrote it again.
local first = {
  { "The storm", "Night. Ada climbs the spiral stair of the lighthouse while waves break over the gallery; "
    .. "she carries the brass lamp and shields its flame from the draught. At the top the great lens is dark." },
  { "Under the lens", "Inside the lantern room Ada trims the wick and sets the lamp into the great lens. The beam "
    .. "sweeps the sea, and something under the water turns towards it." },
  { "The harbour at dawn", "Grey morning. Fishermen haul an empty net onto the quay. Tomas finds a tooth as long as "
    .. "his arm among the cork floats, and hides it beneath his coat." },
  { "Ada refuses", "In the kitchen Tomas lays the tooth on the table and begs Ada to leave the lamp unlit. She "
    .. "washes her cup, dries it, and goes up to the lantern." },
  { "The last light", "Ada lets the lamp fall from the gallery. It burns all the way down. The sea closes over it, "
    .. "and the dark shape sinks away from the rocks." },
}
local first_keys = { "the-storm", "under-the-lens", "the-harbour-at-dawn", "ada-refuses", "the-last-light" }

describe("matching a list that was written anew", function()
  it("keeps the keys of a list that is the same", function()
    assert.same(first_keys, (matched(first, first_keys, first)))
  end)

  it("knows renamed scenes by what happens in them", function()
    local keys, gone = matched(first, first_keys, {
      { "Up the stair", "It is night. Ada climbs the lighthouse's spiral stair with the brass lamp, shielding the "
        .. "flame; waves break over the gallery outside. She reaches the lens, which is dark." },
      { "Something turns", "Ada sets the trimmed lamp into the great lens. Its beam sweeps over the sea. Under the "
        .. "water, something turns to follow it." },
      { "A tooth in the net", "At grey dawn the fishermen haul in an empty net. Among its cork floats Tomas finds a "
        .. "tooth as long as his arm, and he hides it under his coat." },
      { "The kitchen", "Tomas lays the tooth on Ada's kitchen table and begs her not to light the lamp. She washes "
        .. "and dries her cup and climbs to the lantern all the same." },
      { "Letting go", "From the gallery Ada lets the burning lamp fall. The sea closes over it. The dark shape "
        .. "sinks away." },
    })
    assert.same(first_keys, keys)
    assert.same({}, gone)
  end)

  it("goes by the key first, whatever the text says now", function()
    local keys = matched(first, first_keys, {
      first[5], { "The Storm!", "A calm afternoon; children sell lemonade by the road." },
    })
    assert.same({ "the-last-light", "the-storm" }, keys)
  end)

  it("follows scenes that have changed places", function()
    local keys = matched(first, first_keys, {
      { "Low tide", first[3][2] }, { "The climb", first[1][2] }, { "Dawn kitchen", first[4][2] },
    })
    assert.same({ "the-harbour-at-dawn", "the-storm", "ada-refuses" }, keys)
  end)

  it("gives the key of a scene that was split to the half that has more of it", function()
    local keys, gone = matched(first, first_keys, {
      first[1],
      { "Lighting the lamp", "Ada trims the wick and sets the lamp into the great lens in the lantern room." },
      { "The beam", "The beam sweeps the sea, and something turns." },
      first[3], first[4], first[5],
    })
    assert.same({
      "the-storm", "under-the-lens", "the-beam", "the-harbour-at-dawn", "ada-refuses", "the-last-light",
    }, keys)
    assert.same({}, gone)
  end)

  it("matches nothing of a story that is another", function()
    local new = {
      { "Orbit", "The station turns above a brown planet. Pilot Mirek counts the oxygen bottles twice and "
        .. "writes a smaller number into the log." },
      { "The greenhouse", "Doctor Osei waters the one tomato plant that has fruit, and finds footprints in the soil "
        .. "that no crew member has boots for." },
      { "Airlock two", "An alarm. The crew argues over the intercom about who opened the outer door; the camera "
        .. "finds an empty suit floating, its helmet lamp on." },
    }
    local keys, gone = matched(first, first_keys, new)
    assert.same({ "orbit", "the-greenhouse", "airlock-two" }, keys)
    assert.same(first_keys, gone)
  end)

  it("does not give a new item the key of one that is gone", function()
    local keys, gone = matched({ { "The storm", "Waves." } }, { "the-gale" }, {
      { "The gale", "A tax office. Two clerks stamp forms." },
      { "The gale", "Another office: a clerk eats an apple." },
    })
    assert.same({ "the-gale", "the-gale-2" }, keys)
    assert.same({}, gone)
    keys = matched({ { "Waves", "" }, { "Rain", "" } }, { "storm", "storm-2" }, {
      { "Storm", "" }, { "Quite another", "" },
    })
    assert.same({ "storm", "quite-another" }, keys)
  end)

  it("matches in scripts without spaces", function()
    local old = {
      { "嵐の夜", "灯台守のアダは真鍮のランプを抱えて螺旋階段を上る。波が回廊に砕ける。" },
      { "港の朝", "漁師たちが空の網を引き上げる。トマスは腕ほどもある歯を見つけて外套に隠す。" },
    }
    local keys = matched(old, { "嵐の夜", "港の朝" }, {
      { "空の網", "夜明けの港。漁師が引き上げた網は空で、トマスは腕ほどの歯を見つけ、外套の下に隠した。" },
      { "階段", "アダが真鍮のランプを持って灯台の螺旋階段を上ると、波が回廊で砕けた。" },
    })
    assert.same({ "港の朝", "嵐の夜" }, keys)
  end)

  it("lets order decide between two that are as like", function()
    local same = "A corridor with many doors."
    local keys = matched({ { "Door one", same }, { "Door two", same } }, { "a", "b" }, {
      { "Gate", same }, { "Gate again", same },
    })
    assert.same({ "a", "b" }, keys)
  end)

  it("knows renamed props by what they look like", function()
    local keys = matched({
      { "The keeper", "A woman of sixty, tall and stooped, grey braid, navy oilskin coat with brass buttons." },
      { "The lamp", "A brass oil lamp the size of a loaf, dented on one side, green with age at the seams." },
      { "The lighthouse", "A white tower of forty metres on black rocks, red gallery, one door." },
    }, { "the-keeper", "the-lamp", "the-lighthouse" }, {
      { "Lantern of brass", "Brass oil lantern, loaf-sized, a dent in its side, verdigris at the seams." },
      { "White tower", "A tall white lighthouse tower on black rocks with a red gallery and a single door." },
      { "Ada", "Sixty, tall, stooped; grey hair in a braid; a navy oilskin with brass buttons." },
      { "The tooth", "A tooth as long as an arm, yellow, ridged, chipped at its tip." },
    })
    assert.same({ "the-lamp", "the-lighthouse", "the-keeper", "the-tooth" }, keys)
  end)
end)
