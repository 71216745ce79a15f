-- lua/steps/scenes.lua: the story broken into scenes. This step says which
-- scenes there are; later steps fill them.

local step = require "pipeline.step"

return step "scenes" {
  about = "Break the story into scenes.",
  needs = { "lore", "narrative" },
  reads = { "user_prompt", "style", "lore", "narrative", "counts.scenes" },
  writes = { "scenes[*].name", "scenes[*].description", "scenes[*].sketch" },
  model = "story",
  prompt = [[
    You are the director, breaking the story into {{counts.scenes}} scenes for
    the storyboard.

    A scene is one place at one time, in which one thing changes. Someone
    leaves it in a different position from the one they came in with; if
    nothing has changed by its end, it is not a scene and does not belong here.

    - Cover the whole story, beginning to end, in order. The first scene makes
      us want to know more; the last shows the image that the story ends on.
    - Enter late and leave early. Begin as close to the change as you can.
    - Vary them: inside and outside, crowded and alone, fast and still, dark
      and bright. Two scenes in the same place need different light.
    - The name is short and sayable on set ("The storm", "Under the lens"),
      and no two scenes share one.
    - The description tells what happens, beat by beat, in the present tense,
      and only what a camera and a microphone could record.
    - The sketch is for the art department: the place, where things stand in
      it, where the light comes from and its colour, time of day, weather. No
      action.
    - Call each character, object and place by the same name everywhere.
  ]],
}
