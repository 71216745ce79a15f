-- Stands in for host modules that a build does not have yet.

local function stand_in(name, open)
  if not pcall(require, name) then package.preload[name] = open end
end

stand_in("host.name", function()
  return {
    slug = function(text)
      local slug = text:lower():gsub("[%s%p]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
      return (slug == "" or slug:find "^[\xf0]") and "item" or slug
    end,
  }
end)

stand_in("host.json", function()
  local M, array = {}, {}
  local order = setmetatable({}, { __mode = "k" })
  M.null = setmetatable({}, { __tostring = function() return "null" end })
  function M.array(t) return setmetatable(t, array) end
  function M.object(t) return t end
  function M.ordered(keys, t) order[t] = keys return t end
  function M.encode(v)
    if type(v) ~= "table" then return type(v) == "string" and ("%q"):format(v) or tostring(v) end
    local parts = {}
    if #v > 0 or getmetatable(v) == array then
      for i, e in ipairs(v) do parts[i] = M.encode(e) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    local keys = order[v]
    if not keys then
      keys = {}
      for k in pairs(v) do keys[#keys + 1] = k end
      table.sort(keys)
    end
    for i, k in ipairs(keys) do parts[i] = ("%q:%s"):format(k, M.encode(v[k])) end
    return "{" .. table.concat(parts, ",") .. "}"
  end
  M.hash = M.encode
  M.sha256 = function(text) return text end
  return M
end)
