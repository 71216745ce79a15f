-- A step of the story's own: one music cue for each scene. It has its place in
-- the DAG because of what it needs; it starts when the scenes are there.

local step = require "pipeline.step"

return step "music_cues" {
  about = "Write a music cue for each scene.",
  needs = { "lore", "scenes" },
  each = "scenes",
  reads = { "lore.mood", "scene.name", "scene.description" },
  writes = { "scene.music" },
  model = "detail",
  prompt = [[
    You are the composer. Write the cue for scene "{{scene.name}}" in two
    sentences: which instruments, how fast, where it enters and where it stops.
    It should not tell us what to feel before the picture does.
  ]],
}
