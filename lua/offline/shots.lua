-- lua/offline/shots.lua: the kinds of shots that a scene is cut into, two wordings
-- each, and the order in which a beat uses them. See offline.story for the marks.

---@class offline.Shot
---@field size string
---@field angle string
---@field movement string
---@field lens string
---@field seconds number
---@field shows string[]   roles: "hero", "other", "thing", "here"
---@field names string[]
---@field frames string[]
---@field actions string[]
---@field sound? string     besides the place's own
---@field speaks? boolean

local M = {}

---@type table<string, offline.Shot>
M.kinds = {
  alone = {
    size = "wide", angle = "eye level", movement = "static", lens = "28 mm, deep focus",
      seconds = 5,
    shows = { "hero", "here" },
    names = { "{Hero}, alone", "Small in the frame" },
    frames = {
      "{Hero} stand[s|] small in the left third of {here}, turned to the right, hands at {her} \z
        sides. {Near} in the foreground; behind, {far}. {Light}.",
      "{Here}, seen whole; {hero} at its right edge with {her} back to us, no bigger than a \z
        thumb. {Near} close to the lens; in the distance, {far}. {Light}.",
    },
    actions = {
      "{She} take[s|] three steps toward the middle and stop[s|].",
      "Only {her} coat moves. Then {she} turn[s|] {her} head.",
    },
  },
  work = {
    size = "medium", angle = "eye level", movement = "dolly in", lens = "50 mm", seconds = 4,
    shows = { "hero", "thing" }, speaks = true,
    names = { "{Hero} and {thing}", "Once more, slowly" },
    frames = {
      "{Hero} from the waist up, three-quarters to the left, bent over {thing}. {Her} hands are \z
        lit, {her} face is not yet. Behind, soft: {far}. {Light}.",
      "{Hero} at the right of the frame, facing left, {thing} held at the height of the chest \z
        and tilted toward the light. Out of focus behind, {far}. {Light}.",
    },
    actions = {
      "{She} repeat[s|] the one movement, slower this time, and listen[s|].",
      "{She} turn[s|] it over, stop[s|], and turn[s|] it back.",
    },
  },
  hand = {
    size = "insert", angle = "high", movement = "static", lens = "85 mm, shallow", seconds = 2.5,
    shows = { "thing", "hero" },
    names = { "{Thing}, close", "What the hand does" },
    frames = {
      "{Thing}, large and a little off centre; from the right edge, one of {hero}'s hands, two \z
        fingers resting on it. Scratches where it is always held. {Light}.",
      "Seen from above: {thing} in the middle of the frame, {hero}'s hand flat beside it, palm \z
        down, fingers spread. {Light}.",
    },
    actions = {
      "The fingers lift, one after the other.",
      "The hand closes round it and does not pick it up.",
    },
  },
  face = {
    size = "close-up", angle = "eye level", movement = "static", lens = "85 mm, shallow",
      seconds = 3,
    shows = { "hero" }, speaks = true, sound = "one breath",
    names = { "{Hero} listen[s|]", "The face" },
    frames = {
      "{Hero}'s face, turned a little to the right, eyes on something beyond the frame. One half \z
        is lit, the other lost in shadow. Behind, as a blur: {far}.",
      "{Hero}, close, looking straight past the lens to the left; the mouth not quite shut. \z
        {Light}.",
    },
    actions = {
      "The eyes go to it, away, and back.",
      "{She} stop[s|] breathing. After a moment {she} swallow[s|].",
    },
  },
  step = {
    size = "full", angle = "low", movement = "tracking", lens = "35 mm", seconds = 4,
    shows = { "hero", "thing", "here" }, sound = "steps",
    names = { "Going toward it", "{Hero} set[s|] out" },
    frames = {
      "From near the ground: {hero}, head to foot, walking from left to right through {here}, \z
        {thing} held away from the body. {Near} passes in the foreground. {Light}.",
      "{Hero} in full figure, coming toward us down the middle of {here}, {thing} in the left \z
        hand. Behind {them}, {far}. {Light}.",
    },
    actions = {
      "{She} walk[s|] steadily; at the last moment {she} slow[s|] down.",
      "{She} come[s|] on until {she} fill[s|] the frame.",
    },
  },
  pov = {
    size = "wide", angle = "point of view", movement = "handheld", lens = "35 mm", seconds = 4,
    shows = { "here", "thing" },
    names = { "What {hero} see[s|]", "Out there" },
    frames = {
      "Through {hero}'s eyes: {here}, empty, {far} at the back of it. In the right third \z
        something stands that was not there before. {Near} at the lower edge. {Light}.",
      "{Hero}'s view: the rim of {thing} at the bottom of the frame, beyond it {here} and {far}. \z
        {Light}.",
    },
    actions = {
      "The view sweeps left, passes it, stops, and comes back.",
      "The view sinks by a hand's breadth and steadies.",
    },
  },
  over = {
    size = "medium", angle = "over the shoulder", movement = "static", lens = "50 mm", seconds = 4,
    shows = { "hero", "other", "here" }, speaks = true,
    names = { "Across from {other}", "Over {hero}'s shoulder" },
    frames = {
      "{Hero}'s shoulder and the back of {her} head, dark, at the left; across from {them}, \z
        {other}, in the right third, facing us. Between them the depth of {here}. {Light}.",
      "Past {hero}'s shoulder at the right edge: {other} in the middle ground, quite still, \z
        {far} behind. {Light}.",
    },
    actions = {
      "Neither moves. Then the one in front leans back by an inch.",
      "{Other} tilt[o:s|] what one would call a head.",
    },
  },
  loom = {
    size = "full", angle = "low", movement = "tilt", lens = "24 mm", seconds = 4,
    shows = { "other", "here" },
    names = { "{Other}, whole", "It stands up" },
    frames = {
      "From below: {other}, head to foot, in the middle of {here}, the top of the figure almost \z
        touching the edge of the frame. {Far} behind it, low. {Light}.",
      "{Other} seen from the ground, upright, a little right of centre; {near} in the corner \z
        gives the scale. {Light}.",
    },
    actions = {
      "The view climbs it, and takes too long to arrive.",
      "It turns toward us, all in one piece.",
    },
  },
  map = {
    size = "extreme wide", angle = "overhead", movement = "crane", lens = "24 mm, deep focus",
      seconds = 5,
    shows = { "here", "hero" },
    names = { "From straight above", "The whole ground" },
    frames = {
      "From straight above: {here} like a drawing of itself, {hero} a dot near the lower edge \z
        with a long shadow. {Light}.",
      "High over {here}: its edges, its one way in, and {hero} exactly halfway. {Light}.",
    },
    actions = {
      "The dot moves; its shadow arrives first.",
      "We rise until the figure can hardly be made out.",
    },
  },
  eyes = {
    size = "extreme close-up", angle = "eye level", movement = "static", lens = "100 mm, shallow",
      seconds = 2,
    shows = { "hero" },
    names = { "The eyes", "In the pupil" },
    frames = {
      "{Hero}'s eyes and the bridge of the nose, nothing else; in each pupil one small point of \z
        light.",
      "One of {hero}'s eyes fills the right half of the frame; reflected in it, tiny and upside \z
        down, {here}.",
    },
    actions = { "A blink. The point of light goes out, and comes back.", "The pupil widens." },
  },
  two = {
    size = "medium wide", angle = "eye level", movement = "dolly out", lens = "35 mm", seconds = 5,
    shows = { "hero", "other", "thing" }, speaks = true,
    names = { "The two of them", "{Hero}, {other}" },
    frames = {
      "{Hero} at the left, {other} at the right, both in profile and facing each other; between \z
        them, at the height of the hands, {thing}. Behind, {far}. {Light}.",
      "{Hero} and {other} side by side, turned the same way, {thing} in front of them; the gap \z
        between them is an arm wide. {Light}.",
    },
    actions = {
      "One reaches out. The other lets it happen.",
      "We draw back; the gap between them does not get larger.",
    },
  },
  threshold = {
    size = "medium wide", angle = "high", movement = "static", lens = "28 mm", seconds = 4,
    shows = { "hero", "here" }, sound = "a hinge, or something like one",
    names = { "On the threshold", "{Hero} stop[s|] there" },
    frames = {
      "From above: {hero} on the edge between a lit and an unlit half of {here}, one foot in \z
        each. {Near} at the top of the frame. {Light}.",
      "{Hero} seen from high up, framed by a dark opening, one hand on its side; before {them}, \z
        {here}. {Light}.",
    },
    actions = { "The foot that is back comes forward.", "{She} look[s|] behind {them}, once." },
  },
  sign = {
    size = "insert", angle = "overhead", movement = "zoom", lens = "60 mm", seconds = 2.5,
    shows = { "here" },
    names = { "The mark", "Something left behind" },
    frames = {
      "Straight down on the ground of {here}: a mark, fresh, larger than a hand, pointing to the \z
        upper left. {Light}.",
      "The ground of {here}, close: a row of small things, laid out in order of size. {Light}.",
    },
    actions = { "Water runs into it and stops at the edge.", "The shadow of somebody leaning in \z
      falls across it." },
  },
  leave = {
    size = "extreme wide", angle = "low", movement = "static", lens = "24 mm, deep focus",
      seconds = 6,
    shows = { "here", "hero", "other" },
    names = { "Far away by now", "The last of it" },
    frames = {
      "{Here} from far off and low down, most of the frame given to the sky; two figures at its \z
        edge, the size of matchsticks. {Light}.",
      "{Near} large and dark in front; beyond it, tiny, {hero}, and {far}. {Light}.",
    },
    actions = { "They get smaller. Something in the foreground goes on moving.", "Nothing. Then \z
      the light changes." },
  },
}

--- Orders of cutting, by beat, two each; sizes jump from one shot to the next.
---@type string[][][]
M.orders = {
  {
    { "alone", "hand", "work", "eyes", "step", "face", "map", "pov" },
    { "map", "work", "hand", "face", "pov", "alone", "eyes", "step" },
  },
  {
    { "pov", "face", "sign", "work", "alone", "hand", "over", "eyes" },
    { "work", "sign", "threshold", "eyes", "pov", "hand", "alone", "face" },
  },
  {
    { "step", "sign", "work", "pov", "eyes", "alone", "hand", "face" },
    { "alone", "face", "step", "hand", "map", "threshold", "sign", "pov" },
  },
  {
    { "loom", "face", "over", "hand", "two", "eyes", "map", "threshold" },
    { "over", "eyes", "loom", "work", "map", "two", "hand", "face" },
  },
  {
    { "two", "hand", "threshold", "face", "leave", "work", "over", "alone" },
    { "threshold", "over", "hand", "leave", "face", "two", "eyes", "alone" },
  },
}

return M
