-- pipeline/storyboard.lua: StoryboardSpec, the declaration of the core artifact.
-- Models fill fields in this order, so what is decided first stands first.

local field = require "pipeline.field"

local text, enum, record, list, refs = field.text, field.enum, field.record, field.list, field.refs
local integer, number, image = field.integer, field.number, field.image

local name = text "name" "A short name of its own, two to five words, that tells it from all others of its kind."
local kind = enum "kind" "What it is: someone who acts, something handled, or somewhere to be." {
  "character", "object", "place",
}
local looks = text "description"
  "What a painter needs to draw it the same way every time: build, age, face, clothes, material, colours, wear; no action, no mood."

local size = enum "size" "The shot size: how much of the subject fills the frame." {
  "extreme wide", "wide", "full", "medium wide", "medium", "medium close-up", "close-up", "extreme close-up", "insert",
}
local angle = enum "angle" "Where the camera looks from." {
  "eye level", "low", "high", "overhead", "dutch", "over the shoulder", "point of view",
}
local movement = enum "movement" "How the camera moves during the shot." {
  "static", "pan", "tilt", "dolly in", "dolly out", "tracking", "crane", "handheld", "zoom",
}
local lens = text "lens" "The focal length and, where it tells, the depth of field, such as \"35 mm, deep focus\"."
local seen = text "description"
  "What the frame shows, as one picture: foreground, middle and background, who stands where, which way they face, the light."
local frame = image "image_url" "The drawn frame, a path inside the project."

return record "StoryboardSpec" "A complete storyboard, from its world to its last frame." {
  text "user_prompt" "What the user asked for, in the user's words.",
  text "style" "How every picture is to look: medium, line, palette, light.",
  text "aspect" "The proportions of every frame, width to height.",
  record "counts" "How many the user asks for." {
    integer "scenes" "How many scenes the storyboard has." { min = 1 },
    integer "shots" "How many shots each scene has, its stage-setting shot not counted." { min = 1 },
  },
  list "own_props" "own_prop" "What the user brings along; it must be among the props, under the same name." {
    name, kind, looks,
  },

  record "lore" "The world that the story takes place in." {
    text "title" "A name for this world.",
    text "world" "What this world is, and what sets it apart from ours, in three or four sentences.",
    text "time_and_place" "The period, the season and the places that the story can use.",
    text "rules" "What is possible here and what is not, and what breaking it costs.",
    text "history" "What happened before the story begins and still weighs on it.",
    text "mood" "The feeling that every scene shares, in one or two sentences.",
    text "visual_motifs" "Shapes, materials and images that return, and what each stands for.",
    text "palette" "The colours of this world and when each is used.",
  },

  record "narrative" "The story that is told in that world." {
    text "title" "The title of the story.",
    text "logline" "The story in one sentence: who wants what, what stands in the way, what is at stake.",
    text "theme" "What the story says about people, as a statement and not a word.",
    text "protagonist" "Whose story it is: who they are, and the flaw or wound that they bring along.",
    text "want" "What the protagonist tries to get, concretely enough to be seen.",
    text "obstacle" "Who or what stands in the way, and why it does not yield.",
    text "turn" "The moment after which nothing can be as it was.",
    text "ending" "How it ends, and the last image that stays.",
    text "synopsis" "The whole story in the present tense, 150 to 250 words, told in what can be seen and heard.",
  },

  list "props" "prop" "Everything that must look the same wherever it appears: characters, objects and places." {
    name, kind, looks,
    image "image_url" "Its reference picture, a path inside the project.",
  },

  list "scenes" "scene" "The scenes, in the order in which they are told." {
    name,
    text "description"
      "What happens, in the present tense: where and when, who wants what, what changes between its beginning and its end.",
    text "sketch" "How it plays out on screen, beat by beat: entrances, moves, looks, the image that it ends on.",
    refs "props" "The props seen in it." "props",
    record "stage_setting_shot" "The wide shot that sets the stage: the whole place, before anything happens in it." {
      text "name" "A short name for this shot.",
      seen, size, angle, movement, lens,
      text "action" "What moves in it before the scene begins: weather, crowds, light.",
      text "sound" "What is heard: the place itself, and music if there is any.",
      number "duration" "How long it is held, in seconds." { min = 0.5, max = 60 },
      frame,
    },
    list "shots" "shot" "The shots, in cutting order." {
      name, seen, size, angle, movement, lens,
      text "action" "What happens during the shot, from its first frame to its last.",
      text "dialogue" "What is said, as NAME: words; empty when nobody speaks.",
      text "sound" "What is heard besides speech: place, effects, music.",
      number "duration" "How long the shot is held, in seconds." { min = 0.5, max = 60 },
      refs "props" "The props seen in this shot; only such as its scene has." "props",
      frame,
    },
  },
}
