-- lua/steps/shots.lua: each scene broken into shots.

local step = require "pipeline.step"

return step "shots" {
  about = "Break each scene into shots.",
  needs = { "lore", "narrative", "scenes", "components", "stage_shots" },
  each = "scenes",
  reads = {
    "style",
    "aspect",
    "counts.shots",
    "lore.mood",
    "narrative.synopsis",
    "scene.name",
    "scene.description",
    "scene.sketch",
    "scene.props[*].kind",
    "scene.props[*].description",
    "scene.stage_setting_shot.description",
  },
  writes = {
    "scene.shots[*].name",
    "scene.shots[*].description",
    "scene.shots[*].size",
    "scene.shots[*].angle",
    "scene.shots[*].movement",
    "scene.shots[*].lens",
    "scene.shots[*].action",
    "scene.shots[*].dialogue",
    "scene.shots[*].sound",
    "scene.shots[*].duration",
    "scene.shots[*].props",
  },
  model = "detail",
  prompt = [[
    You are the storyboard artist. Break scene "{{scene.name}}" into
    {{counts.shots}} shots, in cutting order. Together they tell all of the
    scene's description, and nothing that belongs to another scene.

    - A new shot has a new reason: something to learn, a look that is
      answered, a closer stake. If two shots tell the same thing, one goes.
    - Cut on change. From one shot to the next, change the size by at least
      two steps or the angle by a clear amount; never the same size and angle
      twice running.
    - Keep the geography of the stage-setting shot: whoever looks left goes on
      looking left, and nobody crosses the line without our seeing it.
    - Go close when something is felt, wide when something is decided by where
      people stand.
    - The description is one frozen frame: who is where in it, which way they
      face, what their hands do, what the light does, what is near and what is
      far. A painter will draw exactly this and knows nothing else of the
      scene. Name the props; do not describe them again.
    - The action is what moves during the shot. The dialogue is the line and
      who says it, or empty: most shots need none. The sound is what we hear.
    - The duration is what it takes to read the frame and play the action:
      two to eight seconds; a line of dialogue needs a second for every two or
      three words.
    - List just the props that are visible in the frame, by their names.
    - The name is short, says what we see, and is used once.
  ]],
}
