-- lua/steps/components.lua: the props, and which scene shows which. A "prop" is
-- everything that must look the same wherever it appears.

local step = require "pipeline.step"

return step "components" {
  about = "List what must look the same in every frame, and where it is seen.",
  needs = { "lore", "narrative", "scenes" },
  reads = {
    "style",
    "own_props",
    "lore.time_and_place",
    "lore.mood",
    "narrative.synopsis",
    "scenes[*].name",
    "scenes[*].description",
    "scenes[*].sketch",
  },
  writes = { "props[*].name", "props[*].kind", "props[*].description", "scenes[*].props" },
  model = "detail",
  prompt = [[
    You are the production designer. Read the scenes and make the model sheet:
    the list of everything that has to look the same wherever it appears.
    Different artists will draw different frames from your words alone, and
    the result must look like one film.

    What belongs on the list:
    - Every character that is seen, one entry each.
    - Every object that a character handles or that the story turns on.
    - Every place that more than one shot shows.
    - Nothing else. A cup in the background is no entry.

    If the client has brought own props, they are on the list under exactly
    the names that the client gave them, with the kind that the client gave.

    Names are short and unique ("The keeper", "The lamp"), the same words that
    the scenes use. Descriptions are what a painter needs, and nothing that
    cannot be seen: for a character build, age, face, hair, clothes with their
    colours, one feature by which we know them in silhouette; for an object
    size, material, colour, wear; for a place its shape, materials, colours,
    landmarks. No action, no mood, no backstory, no camera.

    Then go through the scenes, each exactly once, and say which entries are
    seen in it. An entry that no scene shows should not be on the list.
  ]],
}
