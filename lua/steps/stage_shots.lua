-- lua/steps/stage_shots.lua: the wide shot that sets each scene's stage, in
-- words.

local step = require "pipeline.step"

return step "stage_shots" {
  about = "Describe the wide shot that sets each scene's stage.",
  needs = { "lore", "scenes", "components" },
  each = "scenes",
  reads = {
    "style",
    "aspect",
    "lore.mood",
    "scene.name",
    "scene.description",
    "scene.sketch",
    "scene.props[*].kind",
    "scene.props[*].description",
  },
  writes = {
    "scene.stage_setting_shot.name",
    "scene.stage_setting_shot.description",
    "scene.stage_setting_shot.size",
    "scene.stage_setting_shot.angle",
    "scene.stage_setting_shot.lens",
  },
  model = "detail",
  prompt = [[
    You are the storyboard artist, and you begin scene "{{scene.name}}" the
    way one should: with the one drawing that sets its stage. Every other
    frame of the scene will be drawn looking at this one, so it has to answer
    where everything is.

    - A wide view of the whole place at the moment the scene begins, before
      anyone has moved. The frame is {{aspect}}.
    - Say what is in the foreground, the middle ground and the background, and
      what stands left, centre and right. Say how far apart things are.
    - Say where the light comes from, what colour it is, and what it leaves in
      the dark.
    - Place every prop of the scene by name. Do not describe again what they
      look like: the painter has their pictures.
    - Choose the size, angle and lens that show the geography best, and a name
      that says what we see.
    - Only what can be seen. No camera movement, no story, no sound.
  ]],
}
