-- lua/steps/narrative.lua: the story told in that world. Three options.

local step = require "pipeline.step"

return step "narrative" {
  about = "Find the story that this world is for.",
  needs = { "lore" },
  reads = { "user_prompt", "lore", "counts.scenes" },
  writes = { "narrative" },
  options = 3,
  model = "story",
  prompt = [[
    You are the screenwriter. The world below is settled; now find the story
    that could happen nowhere else. It will be told in {{counts.scenes}}
    scenes, almost without words: it has to be seen.

    Propose three stories, different in whose story it is, in what they want,
    or in how it ends.

    For every story:
    - One person wants one thing, badly, and something real stands in the way.
    - Each event follows from the one before ("therefore", "but"; never "and
      then").
    - The turn is an action that someone takes, not news that someone gets.
    - The ending is an image. The audience should understand what has changed
      with the sound switched off.
    - Keep the cast small: every character will have to be drawn the same way
      in every frame, and told apart at a glance.
    - The synopsis is in the present tense, says only what can be seen or
      heard, and covers the whole story, ending included.
  ]],
}
