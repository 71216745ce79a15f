-- lua/offline/settings.lua: eight worlds' worth of material: what stands there,
-- what it sounds like, where its light comes from. Lists of five go with the five
-- beats of a story: opening, disturbance, search, confrontation, end.

---@class offline.Setting
---@field worlds string[]   what it is, in a sentence or two
---@field titles string[]
---@field times string[]    when and where
---@field places string[]   stock props, named as props are
---@field objects string[]
---@field others string[]   who else could be there
---@field near string[]     foregrounds
---@field far string[]      backgrounds
---@field weather string[]  by beat
---@field light string[]    by beat
---@field hours string[]    by beat
---@field sounds string[]
---@field motifs string[]
---@field colours string

---@type table<string, offline.Setting>
return {
  sea = {
    titles = { "What the Tide Keeps", "The Last Lit Coast", "Salt and Lamplight" },
    worlds = {
      "A coast where the maps end in a pencil line. The boats stopped coming when the herring \z
        did, and of forty houses three still show a light.",
      "An island of black rock, an hour's rowing from the mainland, where everything that is not \z
        tied down belongs to the wind by morning.",
      "A harbour town built below the level of the highest tides, whose people go up to their \z
        roofs twice a year and have stopped finding it strange.",
    },
    times = {
      "Late autumn, 1923, on a northern coast: the tower on its rock, the boathouse, the stair \z
        that goes down into the water.",
      "A winter not long ago, after the ferries were cut: the pier, the empty cannery, the \z
        shingle beach below it.",
      "No year that anyone has written down; the week of the highest tides, from one new moon's \z
        dusk to the dawn six days later.",
    },
    places = { "The stair to the water", "The boathouse", "The black rock" },
    objects = { "The storm lantern", "The logbook", "The rowing boat" },
    others = { "The shape in the water", "The pilot", "The boy from the ferry" },
    near = { "Wet stones and a coil of rope", "A rusted railing", "Nets hung up to dry",
      "Salt-stained panes", "Tufts of stiff grass" },
    far = { "the open sea up to a ruled horizon", "a headland like a sleeping back",
      "the harbour wall and one mast", "a bank of fog that stands like a second coast",
      "breakers on the outer reef" },
    weather = { "the sea is flat and the colour of slate", "fog comes in without any wind",
      "rain goes by in sheets and the swell rises", "the storm has stopped as if holding its \z
        breath",
      "the water is clear down to the stones" },
    light = { "the last blue light comes from the left, low over the water",
      "a single warm lamp behind a pane, everything else grey",
      "lightning far out, and the beam going round",
      "cold moonlight from straight ahead, long shadows toward us",
      "a pale dawn from the right, the lamp gone out" },
    hours = { "dusk", "night", "night", "the deepest hour of the night", "dawn" },
    sounds = { "surf on shingle, one gull", "the slow turning of a mechanism",
      "wind in the railing",
      "a foghorn, far off, and its echo", "water slapping against wood", "rain on glass",
      "the tide sucking at the stones", "a bell buoy, out of time" },
    motifs = { "Light that falls on water and does not come back; wet footprints; rope, coiled \z
        and uncoiled.", "Windows seen from outside; the horizon as a ruled line; salt that \z
        creeps up the walls.", "A beam that goes round; stairs that lead under water; hands \z
        around something warm." },
    colours = "slate, bottle green and bone white",
  },

  space = {
    titles = { "The Long Night Shift", "A Room with No Outside", "Low Orbit" },
    worlds = {
      "A station built for sixty and kept running by a handful, on the night side of a moon that \z
        nobody has a use for any more.",
      "The last ship of a fleet, eleven years out, so large that there are corridors in which \z
        nobody has ever turned on the light.",
      "A settlement under one pressurised roof, where dust finds its way into everything and \z
        people whisper because the walls are thin.",
    },
    times = {
      "A few centuries from now; the week in which the sun stays below the horizon. The airlock, \z
        the greenhouse, the long corridor.",
      "Year eleven of the voyage: the bridge, the cold store, the observation blister at the bow.",
      "The end of the third dust season: the dome, the landing field, the wrecks beyond the fence.",
    },
    places = { "The airlock", "The observation window", "The greenhouse" },
    objects = { "The transmitter", "The patched suit", "The sealed box" },
    others = { "The voice on the radio", "The second astronaut", "The maintenance robot" },
    near = { "Cables and a glove floating free", "A scratched visor", "The edge of a hatch",
      "Boot prints in the dust", "A console with one lit key" },
    far = { "the curve of the planet, half dark", "stars, none of them twinkling",
      "an array of dishes that all point the same way", "the corridor, lit at its far end",
      "mountains sharp as torn paper" },
    weather = { "nothing moves, as always", "a first layer of frost grows on the inside \z
      of the glass",
      "dust streams by and rattles on the hull", "all the lamps have gone down to red",
      "the sun edges over the rim" },
    light = { "flat working light from above", "one amber lamp on a dark console",
      "headlamps, cutting through dust", "red emergency light from below",
      "raw white sunlight from the right, black shadows" },
    hours = { "the end of the shift", "ship's night", "ship's night", "the hour without power",
      "sunrise" },
    sounds = { "the hum of the air plant", "a relay clicking", "breath inside a helmet",
      "metal contracting in the cold", "static, with something like a rhythm in it",
      "a pump that stops", "footsteps on grating", "silence, quite complete" },
    motifs = { "Reflections in visors; tethers; plants leaning toward a lamp.",
      "Round windows and round doors; breath on glass; a light that blinks when nobody looks.",
      "Footprints that no wind wears down; patched fabric; the planet, always somewhere in frame." },
    colours = "bone, graphite and signal orange",
  },

  forest = {
    titles = { "Where the Paths Stop", "The Quiet Acre", "Under the Old Trees" },
    worlds = {
      "A valley of old trees that has been left out of three wars and two railways, and whose few \z
        people know which paths not to take after rain.",
      "A wood so dense that its middle is a rumour. What goes in comes out a little different, \z
        and the villages at its edge have learned to allow for that.",
      "Farmland on its way back to forest: birches in the barns, an orchard nobody picks, deer on \z
        the road.",
    },
    times = {
      "The last warm week of October: the mill, the ford, the clearing with the split oak.",
      "A wet spring, some years after everyone left: the farm, the orchard, the edge of the wood.",
      "Midsummer, in the days before there were clocks in the valley: the path, the well, the \z
        hollow.",
    },
    places = { "The clearing", "The old mill", "The split oak" },
    objects = { "The lantern", "The iron key", "The red scarf" },
    others = { "The white stag", "The charcoal burner", "The child at the edge of the wood" },
    near = { "Ferns, still dripping", "A moss-covered trunk", "Low branches, out of focus",
      "Mushrooms in a ring", "Tall grass gone to seed" },
    far = { "trunks, one behind the other, into grey", "a slope with one lit window",
      "the far side of the clearing", "mist lying in the hollow", "a gap in the leaves, and sky" },
    weather = { "not a leaf moves", "mist rises out of the ground", "rain begins high up and \z
      takes its time to arrive",
      "the wind has got into the crowns", "everything drips and shines" },
    light = { "low gold light through the trunks from the left", "green half-light from above",
      "a lantern, and nothing beyond its circle", "moonlight in pieces on the ground",
      "first sun, in slanting bars" },
    hours = { "late afternoon", "dusk", "night", "midnight", "early morning" },
    sounds = { "a woodpecker, then none", "wind in the crowns, far above", "a branch breaking",
      "dripping, everywhere", "an owl, twice", "steps in leaves", "water over stones",
        "a dog, a long way off" },
    motifs = { "Paths that fork; bark like old hands; one red thing among all the green.",
      "Rings: of mushrooms, of trees, of a wedding; doors without houses; antlers.",
      "Light that comes in bars; things hung in branches; mud on good shoes." },
    colours = "moss, umber and a single red",
  },

  snow = {
    titles = { "The White Month", "Above the Last House", "A Trail Already Filling" },
    worlds = {
      "A high valley that the winter closes for five months. Those who stay have counted their \z
        wood, and count it again each evening.",
      "A research hut on the ice, with a flag, a stove and a radio mast, and two hundred \z
        kilometres to whoever would hear it fall.",
      "A mountain that has never been drawn twice the same. The village below looks up at it \z
        before it says good morning.",
    },
    times = {
      "January of a hard year: the last house, the pass, the frozen lake.",
      "The polar night, its forty-first day: the hut, the mast, the crack in the ice.",
      "The week before the thaw: the ridge, the shelter, the bridge of snow.",
    },
    places = { "The shelter", "The pass", "The frozen lake" },
    objects = { "The storm lamp", "The sled", "The coil of red rope" },
    others = { "The wolf", "The other climber", "The postman" },
    near = { "Snow blowing off a ridge", "A ski planted upright", "Frosted glass", "A fence, \z
      buried to its last wire",
      "Tracks, half filled" },
    far = { "the ridge, a knife of light", "nothing but white", "smoke from one chimney, \z
      straight up",
      "the dark line of the tree limit", "peaks like a row of teeth" },
    weather = { "the air is so clear that it rings", "the first flakes fall, large and in no hurry",
      "snow drives sideways and the ground is gone", "the wind has dropped and stars have come out",
      "meltwater runs under the crust" },
    light = { "low sun from the right, blue shadows", "grey light from everywhere at once",
      "a lamp, and flakes lit like sparks around it", "starlight on snow, no shadows",
      "pink light on the peaks, the valley still blue" },
    hours = { "the last hour of light", "dusk", "night", "the coldest hour", "sunrise" },
    sounds = { "snow creaking underfoot", "wind across a wire", "a stove ticking",
      "ice, booming under the lake",
      "breath, close", "a far avalanche, like a door", "dogs, uneasy", "nothing at all" },
    motifs = { "Tracks and what fills them; breath made visible; one lit window.",
      "Rope between two people; hands that cannot feel; the red of a flag.",
      "White on white; a door that must be dug free; the sky in the ice." },
    colours = "ice blue, white and lamp yellow",
  },

  desert = {
    titles = { "Wells and Witnesses", "The Wide Noon", "Sand Has No Street Names" },
    worlds = {
      "Nine days of sand between two wells. Whoever travels there is asked at the second one what \z
        they left behind at the first.",
      "A border that moves with the dunes, and a guard post that has to be dug out to be manned.",
      "A dead river and the town that still waits on both its banks, with boats drawn up on dry \z
        stones.",
    },
    times = {
      "The month without wind: the well, the wreck of the bus, the road as far as it goes.",
      "A drought's seventh year: the town, the dry river bed, the water tower.",
      "A caravan year long ago: the last oasis, the salt pan, the arch of rock.",
    },
    places = { "The well", "The salt pan", "The arch of rock" },
    objects = { "The water flask", "The brass compass", "The folded map" },
    others = { "The rider", "The old guide", "The girl at the well" },
    near = { "Ripples in sand", "A sun-split plank", "Dry thorn", "Stones laid in an arrow",
      "A tent rope, humming" },
    far = { "dunes, one behind the other", "heat that makes a lake of nothing", "a line of \z
      camels, or of poles",
      "the arch of rock, with sky in it", "a town the colour of its ground" },
    weather = { "the air stands and shakes", "a brown wall builds along the horizon",
      "sand hisses over sand",
      "the storm has passed and the stars are very near", "dew lies on everything, for one hour" },
    light = { "white noon from straight above", "copper light through dust", "a lamp inside a \z
      tent, shadows on cloth",
      "moonlight, the dunes like water", "long first light from the left" },
    hours = { "noon", "late afternoon", "dusk", "night", "dawn" },
    sounds = { "cloth flapping", "sand running", "a fly", "bells on harness", "a bucket knocking \z
      down a shaft",
      "wind, rising by a tone", "a dry cough", "a fire of thorn, spitting" },
    motifs = { "Footprints and their end; vessels, full or empty; shade as a place.",
      "Mirages; knots; a line drawn in sand with a stick.",
      "Bleached wood where no water is; the horizon bent by heat; blue cloth." },
    colours = "ochre, bleached white and indigo",
  },

  house = {
    titles = { "The Room at the End", "What the Walls Heard", "A House with One Guest" },
    worlds = {
      "A tall narrow house that has been added to by people who did not agree with one another. \z
        It has one room more inside than out.",
      "A street where everyone knows who has a light on and why, and one door that nobody has a \z
        key to.",
      "A family house in its last summer: labels on the furniture, pale squares where pictures \z
        were, and somebody still sleeping in it.",
    },
    times = {
      "Three rainy days in November: the kitchen, the landing, the room at the end.",
      "A hot August in which nobody goes to bed: the yard, the stairs, the shop on the ground \z
        floor.",
      "One night, from supper to breakfast: the hall, the cellar, the roof.",
    },
    places = { "The kitchen", "The landing", "The locked room" },
    objects = { "The brass key", "The clock", "The tin box" },
    others = { "The visitor", "The neighbour", "The child on the stairs" },
    near = { "A table still laid", "The banister, out of focus", "A coat on a hook",
      "Steam from a cup",
      "The edge of a curtain" },
    far = { "a hallway with three doors", "a window, and rain on it", "the stairs going up into \z
      the dark",
      "a wall of portraits", "the yard, and a lit window opposite" },
    weather = { "rain runs down the panes", "the rain stops, and one hears the house",
      "wind gets under the roof",
      "all the lights in the street go out", "sun comes in where a shutter has come loose" },
    light = { "a lamp over the table, corners left dark", "grey daylight from one window on the \z
      left",
      "a torch, its circle on the wall", "light under a door", "morning sun across the \z
        floorboards" },
    hours = { "evening", "late evening", "night", "three in the morning", "morning" },
    sounds = { "a clock in another room", "a floorboard, upstairs", "water in the pipes",
      "a kettle, almost",
      "rain in the gutter", "someone breathing on the other side of a door", "a key turning",
        "a radio, very low" },
    motifs = { "Keys and keyholes; two cups; light under doors.",
      "Stairs seen from above; pale squares on wallpaper; hands in flour.",
      "Clocks that disagree; a coat nobody claims; the same song through a wall." },
    colours = "tobacco brown, faded green and lamp yellow",
  },

  works = {
    titles = { "The Night Watch of Machines", "Hall Nine", "Things That Were Made" },
    worlds = {
      "A great hall that was built for something and is used for nothing. The machines are \z
        greased every spring out of habit.",
      "A city that stopped repairing and started replacing, and the one workshop in it where the \z
        old things are brought by night.",
      "A museum after its last visitor: the cases still lit, the floors still polished, nobody \z
        left to look.",
    },
    times = {
      "Forty years after the opening, three weeks before the demolition: the hall, the archive, \z
        the glass roof.",
      "A near tomorrow, in the winter of the long power cuts: the workshop, the yard, the scrap \z
        heap.",
      "A summer of closed doors: the gallery, the loading bay, the tower with the clock.",
    },
    places = { "The great hall", "The workbench", "The glass roof" },
    objects = { "The toolbox", "The pocket watch", "The paint box" },
    others = { "The night porter", "The small machine", "The girl with the broken toy" },
    near = { "A row of brushes and spanners", "A pane with a crack in it", "Dust sheets",
      "A gear, out of focus",
      "The arm of a lamp" },
    far = { "columns, and a roof of dirty glass", "rows of cases, each with a small light",
      "a wall of drawers", "a door much too large for a person", "scaffolding, and the city \z
        behind it" },
    weather = { "dust turns in the light", "rain begins on the glass roof", "the power fails, \z
      hall by hall",
      "the moon has come round to the skylight", "the first tram makes the windows tremble" },
    light = { "shafts of daylight from above", "one work lamp, warm, on a dark bench",
      "a torch between tall shapes", "moonlight through glass, a grid on the floor",
      "morning through open doors, dust in the air" },
    hours = { "closing time", "evening", "night", "midnight", "morning" },
    sounds = { "a mechanism, catching and going on", "steps that echo twice", "rain on glass",
      "a switch, far off",
      "a file on metal", "pigeons under the roof", "a spring unwinding", "the hum going out of \z
        the lamps" },
    motifs = { "Hands, of flesh and of metal; tags with numbers; one thing that still moves.",
      "Frames without pictures; oil, shining; reflections in cases.",
      "Gears and halos; chalk marks; a chair put where someone used to watch." },
    colours = "iron grey, verdigris and varnish brown",
  },

  city = {
    titles = { "The Eleventh Floor", "After the Last Train", "A Street That Does Not Sleep" },
    worlds = {
      "A city on the slope of a hill, all stairs and signs, in which everyone lives above \z
        somebody else and knows them by their steps.",
      "A harbour metropolis in the rainy season: the ground floors are given up each year and the \z
        life goes on one storey higher.",
      "A big town in a heat wave, with its windows open and all its quarrels on the street.",
    },
    times = {
      "A wet November, about now: the stairs, the night bus, the roof with the water tank.",
      "The third week of rain, some years from now: the arcade, the bridge, the flooded station.",
      "One hot night, from closing time to the first train: the bar, the underpass, the market \z
        before it opens.",
    },
    places = { "The rooftop", "The underpass", "The night market" },
    objects = { "The envelope", "The bicycle", "The yellow umbrella" },
    others = { "The stranger", "The night driver", "The woman at the window" },
    near = { "Rain on a windscreen", "A railing, wet", "Hanging signs", "Someone's shoulder, out \z
      of focus",
      "Steam from a grate" },
    far = { "towers, with every tenth window lit", "the street down to the river",
      "an elevated train passing",
      "the bridge and its lamps", "laundry between two houses" },
    weather = { "the street is drying in patches", "a drizzle falls that one only sees around the lamps",
      "it pours, and the gutters speak", "the rain stops all at once", "the sky goes pale behind \z
        the cranes" },
    light = { "neon from the left, red and green", "a street lamp, and its circle",
      "headlights going over walls",
      "a lit doorway, everything else blue", "early light between the houses" },
    hours = { "dusk", "evening", "night", "the hour after closing", "first light" },
    sounds = { "tyres on wet asphalt", "a train overhead", "music behind a door",
      "a shutter coming down",
      "a siren, three streets on", "somebody laughing, one floor up", "rain in a drainpipe",
        "a lift arriving" },
    motifs = { "Reflections in puddles; stairs; one coat among a hundred.",
      "Windows, lit and dark; arrows; things handed over.",
      "Signs with a letter missing; wet shoes; hands on a strap." },
    colours = "night blue, sodium orange and wet black",
  },
}
