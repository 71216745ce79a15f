-- lua/pipeline/storyboard.lua: StoryboardSpec, the declaration of the core artifact.
-- Models fill fields in this order, so what is decided first stands first.

local field = require "pipeline.field"

local text, enum, record, list, refs = field.text, field.enum, field.record, field.list, field.refs
local integer, number, image = field.integer, field.number, field.image

local name = text "name" "A short unique name, two to five words."
local kind = enum "kind" "What it is: someone who acts, something handled, or somewhere to be." {
  "character", "object", "place",
}
local looks = text "description" "What a painter needs to draw it the same way every time: \z
  build, age, face, clothes; material, colours, wear; no action, no mood."

local frame = text "description" "What the frame shows, as one picture: foreground, middle and \z
  background, who stands where, which way they face, where the light comes from."
local size = enum "size" "The shot size: how much of the subject fills the frame." {
  "extreme wide", "wide", "full", "medium wide", "medium", "medium close-up", "close-up",
  "extreme close-up", "insert",
}
local angle = enum "angle" "Where the camera looks from." {
  "eye level", "low", "high", "overhead", "dutch", "over the shoulder", "point of view",
}
local movement = enum "movement" "How the camera moves during the shot." {
  "static", "pan", "tilt", "dolly in", "dolly out", "tracking", "crane", "handheld", "zoom",
}
local lens = text "lens" "The focal length and, where it tells, the depth of field, \z
  such as \"35 mm, deep focus\"."
local drawn = image "image_url" "The drawn frame, a path inside the project."

return record "StoryboardSpec" "A complete storyboard, from its world to its last frame." {
  text "user_prompt" "What the user asked for, in the user's words.",
  text "style" "How every picture looks: medium, line, palette, light.",
  text "aspect" "The proportions of every frame, width to height.",
  record "counts" "How many the user asks for." {
    integer "scenes" "How many scenes there are." { min = 1 },
    integer "shots" "How many shots each scene has, its stage-setting shot aside." { min = 1 },
  },
  list "own_props" "own_prop" "What the user brings along: each is a prop, under this same name." {
    name, kind, looks,
  },

  record "lore" "The world of the story." {
    text "title" "A name for this world.",
    text "world" "What this world is and what sets it apart from ours, in three or four sentences.",
    text "time_and_place" "The period, the season, and the places that the story can use.",
    text "rules" "What is possible here, what is not, and what breaking a rule costs.",
    text "history" "What happened before the story begins and still weighs on it.",
    text "mood" "The feeling that every scene shares, in one or two sentences.",
    text "visual_motifs" "Shapes, materials and images that return, and what each stands for.",
    text "palette" "The colours of this world, and when each is used.",
  },

  record "narrative" "The story that is told in that world." {
    text "title" "The title of the story.",
    text "logline" "In one sentence: who wants what, what is in the way, what is at stake.",
    text "theme" "What the story says about people, as a statement, not a word.",
    text "protagonist" "Whose story it is: who they are, and the flaw or wound they bring along.",
    text "want" "What the protagonist tries to get, concrete enough to be seen.",
    text "obstacle" "Who or what stands in the way, and why it does not yield.",
    text "turn" "The moment after which nothing can be as it was.",
    text "ending" "How it ends, and the last image that stays.",
    text "synopsis" "The whole story in the present tense, 150 to 250 words, told in what can be \z
      seen and heard.",
  },

  list "props" "prop" "Everything that must look the same wherever it appears." {
    name, kind, looks,
    image "image_url" "Its reference picture, a path inside the project.",
  },

  list "scenes" "scene" "The scenes, in order." {
    name,
    text "description" "What happens, in the present tense: where and when, who wants what, \z
      what has changed by its end.",
    text "sketch" "How it plays on screen, beat by beat: entrances, moves, looks, \z
      the image that it ends on.",
    refs "props" "The props seen in it." "props",
    record "stage_setting_shot" "The wide shot that sets the stage, before anything happens." {
      text "name" "A short name for this shot.",
      frame, size, angle, movement, lens,
      text "action" "What moves before the scene begins: weather, crowds, light.",
      text "sound" "What is heard: the place itself, music if there is any.",
      number "duration" "How long it is held, in seconds." { min = 0.5, max = 60 },
      drawn,
    },
    list "shots" "shot" "The shots, in cutting order." {
      name, frame, size, angle, movement, lens,
      text "action" "What happens during the shot, from its first frame to its last.",
      text "dialogue" "What is said, as NAME: words; empty when nobody speaks.",
      text "sound" "What is heard besides speech: place, effects, music.",
      number "duration" "How long it is held, in seconds." { min = 0.5, max = 60 },
      refs "props" "The props seen in it, all of them props of its scene." "props",
      drawn,
    },
  },
}
