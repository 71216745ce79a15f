-- lua/steps/shot_images.lua: the picture of every shot, drawn with its scene's
-- stage and its own props as references.

local step = require "pipeline.step"

return step "shot_images" {
  about = "Draw every shot, with its stage and its props as references.",
  needs = { "lore", "scenes", "components", "component_images", "stage_shot_images", "shots" },
  each = "scenes[].shots",
  reads = {
    "style",
    "aspect",
    "lore.mood",
    "scene.name",
    "scene.sketch",
    "shot.name",
    "shot.description",
    "shot.size",
    "shot.angle",
    "shot.lens",
    "shot.action",
    "shot.props[*].name",
    "shot.props[*].kind",
  },
  refs = { "scene.stage_setting_shot.image_url", "shot.props[*].image_url" },
  draws = "shot.image_url",
  model = "image",
  prompt = [[
    Draw one frame of a film storyboard, {{aspect}}: "{{shot.name}}", a shot
    of scene "{{scene.name}}".

    {{shot.description}}

    Size: {{shot.size}}
    Angle: {{shot.angle}}
    Lens: {{shot.lens}}
    Caught in the middle of: {{shot.action}}
    The place: {{scene.sketch}}
    Mood: {{lore.mood}}
    Style: {{style}}
    Seen in it: {{shot.props[*].name}}

    - The first reference picture is the stage of this scene: same place, same
      light, same weather, everything standing where it stands there. Draw it
      from this shot's own camera; do not copy its framing.
    - The other reference pictures show who and what is seen. Copy their
      faces, clothes, shapes and colours exactly; do not redesign them, and do
      not take over their poses or plain backgrounds.
    - Nobody and nothing of importance that is not named above.
    - Compose for the size and the angle: they decide how much of a figure we
      see and where the horizon lies.
    - One continuous picture that fills the frame to its edges. No lettering,
      no caption, no border, no arrows, no speech balloons.
  ]],
}
