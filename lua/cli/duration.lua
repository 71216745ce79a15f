-- lua/cli/duration.lua: a span of time as people read it.

---@param seconds number
---@return string "4.2 s", "3 min 05 s", "1 h 20 min"
return function(seconds)
  if seconds < 60 then
    return ("%.1f s"):format(seconds)
  elseif seconds < 3600 then
    return ("%d min %02d s"):format(seconds // 60, seconds % 60 // 1)
  end
  return ("%d h %02d min"):format(seconds // 3600, seconds % 3600 // 60)
end
