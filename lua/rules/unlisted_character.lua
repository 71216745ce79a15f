-- lua/rules/unlisted_character.lua: characters that a shot shows and does not list, who
-- would be drawn without their picture.

local rule = require "pipeline.rule"
local wording = require "pipeline.wording"

local MESSAGE = "its text shows '%s', who is not among its props and would be drawn without a reference; "
  .. "add the name to its props, or take it out of the text"

return rule "unlisted_character" {
  about = "A character that a shot describes is among its props.",
  check = function(scene, warn, film)
    for _, shot in ipairs(scene.shots) do
      local shown = wording.shown(shot.description, shot.action)
      for _, prop in ipairs(film.props) do
        if prop.kind == "character" and shown:has(prop.name) and not wording.lists(shot.props, prop.name) then
          warn(shot, MESSAGE:format(prop.name))
        end
      end
    end
  end,
}
