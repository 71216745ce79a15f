-- The annotations that editors show are those of the code: every public function has them, none
-- speaks of what there is not.

local annotations = require "annotations"
local file = require "host.file"
local program = require "host.program"

local META = program.root .. "/meta/host"

local function sorted(set)
  local list = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

--- The name of a function in its module or class: "open" of "store.open".
local function short(one)
  return one.name:match "[%w_]+$"
end

--- Fails at a line of a file.
local function fail(path, line, ...)
  error(("%s:%d: %s"):format(path, line, string.format(...)), 0)
end

--- Each annotated parameter is one, in order; of what others call, each parameter is annotated.
local function check_params(path, one, is_public)
  local at, last, named = {}, 0, {}
  for i, name in ipairs(one.params) do
    at[name] = i
  end
  for _, name in ipairs(one.block.params) do
    local place = at[name] or name == "self" and 0
    if not place then
      fail(path, one.line, "%s has no parameter '%s'", one.name, name)
    elseif place < last then
      fail(path, one.line, "'%s' is out of order", name)
    end
    named[name], last = true, place
  end
  for _, name in ipairs(one.params) do
    if is_public and not named[name] and name ~= "_" then
      fail(path, one.line, "%s has no ---@param %s", one.name, name)
    end
  end
end

--- What a binding in C says of its functions, in the line above each: how many
--- arguments it takes, and whether it returns something; by ".name", or ":name" of a method.
local function signatures_of(module)
  local found = {}
  local text = assert(file.read(("%s/../host/lua/l%s.c"):format(program.root, module)))
  for name, list, rest in text:gmatch "/%* [%a_]+([.:][%a_]+)(%b())([^\n]*)" do
    local flat = list:sub(2, -2):gsub("%b{}", "{}"):gsub("[%[%]]", "")
    local count = flat:find "%S" and 1 + select(2, flat:gsub(",", "")) or 0
    found[name] = { count = count, gives = rest:find("->", 1, true) ~= nil }
  end
  return found
end

describe("the annotations of the host modules", function()
  local modules = {}
  for _, path in ipairs(annotations.files(META)) do
    modules[path:match "([%w_]+)%.lua$"] = annotations.read(path)
  end

  --- The functions of a file, those of its module apart from those of its objects.
  local function parted(source)
    local own, objects = {}, {}
    for _, one in ipairs(source.functions) do
      local group = own
      if one.owner ~= source.returned then
        objects[one.owner] = objects[one.owner] or {}
        group = objects[one.owner]
      end
      group[short(one)] = one
    end
    return own, objects
  end

  it("cover every module that there is", function()
    for name in pairs(modules) do
      assert.is_table(require("host." .. name))
    end
    for name in pairs(package.preload) do
      if name:find "^host%." then
        assert.truthy(modules[name:match "%.(.*)"], name)
      end
    end
  end)

  for name, source in pairs(modules) do
    it("name each function of host." .. name .. ", and no other", function()
      local there, said = {}, {}
      for key, value in pairs(require("host." .. name)) do
        there[key .. " " .. (type(value) == "function" and "function" or "value")] = true
      end
      for key in pairs((parted(source))) do
        said[key .. " function"] = true
      end
      for line in assert(file.read(("%s/%s.lua"):format(META, name))):gmatch "[^\n]+" do
        local key = line:match("^" .. source.returned .. "%.([%w_]+) =")
        if key then
          said[key .. " value"] = true
        end
      end
      assert.same(sorted(there), sorted(said))
    end)

    it("name what the functions of host." .. name .. " take and return", function()
      local signatures = name ~= "program" and signatures_of(name) or {}
      for _, one in ipairs(source.functions) do
        local path = ("%s/%s.lua"):format(META, name)
        check_params(path, one, true)
        local known = signatures[(one.owner == source.returned and "." or ":") .. short(one)]
        if known then
          assert.equal(known.count, #one.params, ("%s:%d: %s"):format(path, one.line, one.name))
          if known.gives and one.block.returns == 0 then
            fail(path, one.line, "%s has no ---@return", one.name)
          end
        end
      end
    end)
  end

  it("name each method of what they make, and no other", function()
    local there, said = {}, {}
    for name in pairs(modules) do
      require("host." .. name)
    end
    for name, meta in pairs(debug.getregistry()) do
      local methods = type(name) == "string" and name:find "^host%." and type(meta) == "table" and meta.__index
      if type(methods) == "table" then
        there[table.concat(sorted(methods), " ")] = true
      end
    end
    for _, source in pairs(modules) do
      local _, objects = parted(source)
      for _, methods in pairs(objects) do
        said[table.concat(sorted(methods), " ")] = true
      end
    end
    assert.same(sorted(there), sorted(said))
  end)
end)

describe("the annotations of", function()
  local FOLDERS = { "pipeline", "cli", "providers", "export", "host", "rules", "offline" }
  local sources, words, classes = {}, {}, {}
  for _, folder in ipairs(FOLDERS) do
    for _, path in ipairs(annotations.files(program.root .. "/" .. folder)) do
      local source = annotations.read(path)
      sources[path] = source
      for word in pairs(source.words) do
        words[word] = true
      end
      for _, class in pairs(source.classes) do
        classes[class.class] = class
      end
    end
  end

  local function is_public(source, one)
    return one.depth == 0
      and (one.name == "return" or one.name == source.returned or one.owner == source.returned and one.owner ~= nil
        or source.classes[one.owner] ~= nil)
  end

  --- The fields of a class and of those that it is a kind of.
  local function has_field(class, field)
    while class do
      if class.fields[field] then
        return true
      end
      class = classes[class.parent]
    end
    return false
  end

  for _, folder in ipairs(FOLDERS) do
    local place = program.root .. "/" .. folder

    it("lua/" .. folder .. " name every parameter and return of what others call", function()
      for _, path in ipairs(annotations.files(place)) do
        for _, one in ipairs(sources[path].functions) do
          if is_public(sources[path], one) then
            check_params(path, one, true)
            if one.gives and one.block.returns == 0 then
              fail(path, one.line, "%s returns something, and has no ---@return", one.name)
            elseif not one.gives and one.block.returns > 0 then
              fail(path, one.line, "%s has a ---@return, and returns nothing", one.name)
            end
          else
            check_params(path, one, false)
          end
        end
      end
    end)

    it("lua/" .. folder .. " name every function that its modules really have", function()
      for _, path in ipairs(annotations.files(place)) do
        local lines = {}
        for _, one in ipairs(sources[path].functions) do
          lines[one.line] = one
        end
        local name = path:sub(#program.root + 2, -5):gsub("/init$", ""):gsub("/", ".")
        -- A rule is read by the linter, and the command line begins where it is read.
        local module = folder ~= "rules" and name ~= "cli.main" and require(name)
        for key, value in pairs(type(module) == "table" and module or {}) do
          local info = type(value) == "function" and debug.getinfo(value, "S")
          local one = info and info.source == "@" .. path and lines[info.linedefined]
          local class = sources[path].classes[sources[path].returned]
          if one and not (class and class.fields[key]) and #one.params > 0 and not one.block.is_there then
            fail(path, one.line, "nothing is said of %s", key)
          end
        end
      end
    end)

    it("lua/" .. folder .. " name every field of their classes, and no other", function()
      for _, path in ipairs(annotations.files(place)) do
        local source = sources[path]
        for owner, class in pairs(source.classes) do
          local methods = {}
          for _, one in ipairs(source.functions) do
            if one.owner == owner then
              methods[short(one)] = true
            end
          end
          for field, line in pairs(source.uses[owner] or {}) do
            if not methods[field] and not has_field(class, field) then
              fail(path, line, "%s has no ---@field %s", class.class, field)
            end
          end
          for field, line in pairs(class.fields) do
            if not words[field] and not field:find "^%[" then
              fail(path, line, "no code has the field '%s' of %s", field, class.class)
            end
          end
        end
      end
    end)
  end
end)
