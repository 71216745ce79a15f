-- lua/steps/stage_shot_images.lua: the picture of each scene's stage, drawn with
-- its props' pictures as references.

local step = require "pipeline.step"

return step "stage_shot_images" {
  about = "Draw the wide shot that sets each scene's stage.",
  needs = { "lore", "scenes", "components", "component_images", "stage_shots" },
  each = "scenes",
  reads = {
    "style",
    "aspect",
    "lore.mood",
    "scene.name",
    "scene.sketch",
    "scene.props[*].name",
    "scene.props[*].kind",
    "scene.stage_setting_shot.description",
    "scene.stage_setting_shot.size",
    "scene.stage_setting_shot.angle",
    "scene.stage_setting_shot.lens",
  },
  refs = { "scene.props[*].image_url" },
  draws = "scene.stage_setting_shot.image_url",
  model = "image",
  prompt = [[
    Draw one frame of a film storyboard, {{aspect}}: the shot that sets the
    stage of scene "{{scene.name}}".

    {{scene.stage_setting_shot.description}}

    Size: {{scene.stage_setting_shot.size}}
    Angle: {{scene.stage_setting_shot.angle}}
    Lens: {{scene.stage_setting_shot.lens}}
    The place: {{scene.sketch}}
    Mood: {{lore.mood}}
    Style: {{style}}
    Seen in it: {{scene.props[*].name}}

    - The reference pictures show what is seen in it. Copy their faces,
      clothes, shapes and colours exactly; do not redesign them. Take over
      neither their poses nor their plain backgrounds.
    - One continuous picture that fills the frame to its edges.
    - A clear foreground, middle ground and background, so that the geography
      can be read at a glance.
    - No lettering, no caption, no border, no arrows.
  ]],
}
