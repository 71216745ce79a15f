-- lua/steps/lore.lua: the world of the story. Three options; one is chosen.

local step = require "pipeline.step"

return step "lore" {
  about = "Imagine the world that the story happens in.",
  reads = { "user_prompt", "style" },
  writes = { "lore" },
  options = 3,
  model = "story",
  prompt = [[
    You are the world-builder in a film's story department. A client has
    handed you the idea below. Before anyone writes a plot, you settle the
    world that it happens in.

    Propose three worlds, each complete in itself and each a real alternative
    to the others: not three shades of one idea, but three answers that would
    lead to three different films. Vary where and when it happens, what makes
    that place unlike any other, and how it feels to stand in it.

    For every world:
    - Stay true to the idea. Whatever the client names is in all three.
    - Choose particulars over generalities. "A herring station on the Lofoten
      coast in the winter of 1911" can be drawn; "a remote place" cannot.
    - The rules say what is possible here and what it costs. A rule that never
      gets in anyone's way is no rule.
    - The motifs are things a camera can see: objects, shapes, light, weather.
    - Let the world suit the style that the pictures will be drawn in.
    - Nobody acts yet. There is no plot here, only the ground it will grow from.
  ]],
}
