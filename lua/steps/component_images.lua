-- lua/steps/component_images.lua: a reference picture of each prop, which every
-- later frame is drawn from.

local step = require "pipeline.step"

return step "component_images" {
  about = "Draw the reference picture of every prop.",
  needs = { "lore", "components" },
  each = "props",
  reads = { "style", "lore.time_and_place", "prop.name", "prop.kind", "prop.description" },
  draws = "prop.image_url",
  model = "image",
  prompt = [[
    Draw the model sheet of one {{prop.kind}} for a film storyboard: the
    picture that every other artist will copy from.

    {{prop.name}}: {{prop.description}}

    The world: {{lore.time_and_place}}
    Style: {{style}}

    - {{prop.name}} alone, whole, and large in the frame, in even light that
      hides nothing.
    - A character stands in a neutral pose, once from the front and once in
      three-quarter view, the same person in both. An object is shown once
      from its telling side and once smaller from another. A place is shown
      empty, from where its landmarks can be seen.
    - A plain, pale background for characters and objects; no scenery, no
      other figures.
    - Exactly what the description says: these colours, these clothes, these
      marks.
    - No lettering, no labels, no frame, no signature.
  ]],
}
