-- lua/rules/unseen_object.lua: objects that are used and were never shown.

local rule = require "pipeline.rule"
local wording = require "pipeline.wording"

local MESSAGE = "it uses '%s', which nothing up to here shows; "
  .. "list it among the props of a shot or of the scene, or take it out of the text"

return rule "unseen_object" {
  about = "An object that is used has been seen.",
  check = function(scene, warn, film)
    local listed = {}
    for name in pairs(film.seen) do
      listed[#listed + 1] = name
    end
    for _, shot in ipairs(scene.shots) do
      table.move(shot.props or {}, 1, #(shot.props or {}), #listed + 1, listed)
      local shown = wording.shown(shot.description, shot.action)
      for _, prop in ipairs(film.props) do
        if prop.kind == "object" and shown:has(prop.name) and not wording.lists(listed, prop.name) then
          warn(shot, MESSAGE:format(prop.name))
          listed[#listed + 1] = prop.name
        end
      end
    end
  end,
}
