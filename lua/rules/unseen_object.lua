-- lua/rules/unseen_object.lua: objects that are used and were never shown.

local rule = require "pipeline.rule"
local wording = require "pipeline.wording"

local MESSAGE = "it uses '%s', which nothing up to here shows; "
  .. "list it among the props of a shot or of the scene, or take it out of the text"

--- Whether a set of names has one, however it is spelt.
local function has(seen, wanted)
  for name in pairs(seen) do
    if wording.lists({ name }, wanted) then
      return true
    end
  end
  return false
end

return rule "unseen_object" {
  about = "An object that is used has been seen.",
  check = function(scene, warn, film)
    local listed = table.move(scene.props or {}, 1, #(scene.props or {}), 1, {})
    for _, shot in ipairs(scene.shots) do
      table.move(shot.props or {}, 1, #(shot.props or {}), #listed + 1, listed)
      local shown = wording.shown(shot.description, shot.action)
      for _, prop in ipairs(film.props) do
        local is_used = prop.kind == "object" and shown:has(prop.name)
        if is_used and not wording.lists(listed, prop.name) and not has(film.seen, prop.name) then
          warn(shot, MESSAGE:format(prop.name))
          listed[#listed + 1] = prop.name
        end
      end
    end
  end,
}
