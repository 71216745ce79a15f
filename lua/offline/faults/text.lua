-- lua/offline/faults/text.lua: answers that arrive well and do not say what was
-- asked for.

local json = require "host.json"

local MENDED = "sent back with what is wrong with it, or asked anew"

--- The answer's value, changed, as JSON.
local function altered(change)
  return function(it)
    local _, _, message = it:good()
    local value = json.decode(message.content)
    if type(value) ~= "table" then return it:said "not what was asked for" end
    return it:said(json.encode(change(value) or value))
  end
end

-- The keys of a table in an order that is the same each time.
local function ordered_keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- Calls f with each text of a value's tree, its table and its key, until it
-- returns true.
local function first_text(value, f)
  for _, key in ipairs(ordered_keys(value)) do
    local inner = value[key]
    if type(inner) == "string" and f(value, key) then return true end
    if type(inner) == "table" and first_text(inner, f) then return true end
  end
  return false
end

-- The first list in a value's tree that has at least so many elements.
local function first_list(value, least)
  for _, key in ipairs(ordered_keys(value)) do
    local inner = value[key]
    if type(inner) == "table" then
      if #inner >= least then return inner end
      local found = first_list(inner, least)
      if found then return found end
    end
  end
end

--- Half of the text, cut inside.
local function half(text)
  return text:sub(1, #text // 2)
end

local function wrapped(format)
  return function(it)
    local _, _, message = it:good()
    return it:said((format:gsub("%%s", function() return message.content end)))
  end
end

local function number(text)
  return function(it)
    local _, _, message = it:good()
    local value = json.decode(message.content)
    value = type(value) == "table" and value or {}
    value[next(value) or "a"] = "@number@"
    return it:said((json.encode(value):gsub('"@number@"', text)))
  end
end

local function without(...)
  local names = { ... }
  return function(it)
    return it:changed(function(answer)
      for _, name in ipairs(names) do answer[name] = nil end
    end)
  end
end

local function choices(value)
  return function(it)
    return it:changed(function(answer)
      answer.choices, answer.usage = value, nil
    end)
  end
end

---@type offline.Case[]
return {
  {
    id = "1", name = "as it should be", routes = "text picture", billed = true,
    wire = "200", expect = "read, its cost added",
    play = function(it) return it:changed(function() end) end,
  },
  {
    id = "25", name = "cut at the limit", routes = "text", billed = true,
    wire = "finish `length`, half of the JSON", expect = "never closed by guessing; asked anew with a higher limit",
    play = function(it)
      return it:changed(function(_, choice, message)
        choice.finish_reason, choice.native_finish_reason = "length", "MAX_TOKENS"
        message.content = half(message.content)
      end)
    end,
  },
  {
    id = "26", name = "thought to the limit", routes = "text", billed = true,
    wire = "finish `length`, no content, all tokens spent on reasoning",
    expect = "asked anew with a higher limit or less effort",
    play = function(it)
      return it:changed(function(answer, choice, message)
        choice.finish_reason = "length"
        message.content, message.reasoning = "", "First, consider what was asked for. Then"
        answer.usage.completion_tokens = 8000
        answer.usage.completion_tokens_details = { reasoning_tokens = 8000 }
      end)
    end,
  },
  {
    id = "27a", name = "null", routes = "text", wire = "finish `stop`, content `null`, usage 0",
    expect = "asked anew, a few times",
    play = function(it)
      return it:changed(function(answer, _, message)
        message.content = json.null
        answer.usage = { prompt_tokens = 0, completion_tokens = 0, total_tokens = 0, cost = 0 }
      end)
    end,
  },
  {
    id = "27b", name = "an empty text", routes = "text", wire = "finish `null`, content `\"\"`",
    expect = "asked anew, a few times",
    play = function(it)
      return it:changed(function(answer, choice, message)
        choice.finish_reason, message.content = json.null, ""
        answer.usage = { prompt_tokens = 0, completion_tokens = 0, total_tokens = 0, cost = 0 }
      end)
    end,
  },
  {
    id = "27c", name = "the answer among the thoughts", routes = "text", billed = true,
    wire = "content `\"\"`, the JSON in `reasoning`", expect = "read if it fits the schema, else asked anew",
    play = function(it)
      return it:changed(function(_, _, message)
        message.reasoning, message.content = message.content, ""
      end)
    end,
  },
  {
    id = "28", name = "refused", routes = "text picture", billed = true,
    wire = "`refusal`, content `null`", expect = "not asked again as it is; told in the model's words",
    play = function(it)
      return it:changed(function(_, _, message)
        message.content, message.images = json.null, nil
        message.refusal = "I can't help with that."
      end)
    end,
  },
  {
    id = "29a", name = "filtered", routes = "text picture", billed = true,
    wire = "finish `content_filter`, content `null`", expect = "not asked again as it is; told",
    play = function(it)
      return it:changed(function(_, choice, message)
        choice.finish_reason, choice.native_finish_reason = "content_filter", "SAFETY"
        message.content, message.images = json.null, nil
      end)
    end,
  },
  {
    id = "29b", name = "filtered halfway", routes = "text", billed = true,
    wire = "finish `content_filter`, half a text, `content_filter_results`",
    expect = "not asked again as it is; told",
    play = function(it)
      return it:changed(function(_, choice, message)
        choice.finish_reason = "content_filter"
        choice.content_filter_results = { violence = { filtered = true, severity = "medium" } }
        message.content = half(message.content)
      end)
    end,
  },
  {
    id = "30a", name = "fenced", routes = "text", billed = true,
    wire = "a byte order mark and ```` ```json ````", expect = "read",
    play = wrapped "\u{FEFF}```json\n%s\n```",
  },
  {
    id = "30b", name = "in prose", routes = "text", billed = true,
    wire = "\"Sure! Here is…\" before, \"Hope…\" after", expect = "read",
    play = wrapped "Sure! Here is the JSON you asked for:\n%s\nHope that helps!",
  },
  {
    id = "30c", name = "a comma too many", routes = "text", billed = true,
    wire = "a trailing comma", expect = MENDED,
    play = function(it)
      local _, _, message = it:good()
      return it:said((message.content:gsub("}%s*$", ",}")))
    end,
  },
  {
    id = "30d", name = "two in a row", routes = "text", billed = true,
    wire = "two objects", expect = MENDED,
    play = wrapped "%s\n%s",
  },
  {
    id = "31a", name = "a flood of blanks", routes = "text", billed = true,
    wire = "half of the JSON, then 20000 blanks, finish `length`", expect = "asked anew",
    play = function(it)
      local _, _, message = it:good()
      return it:said(half(message.content) .. (" \n"):rep(20000), "length")
    end,
  },
  {
    id = "31b", name = "a flood of blanks in a text", routes = "text", billed = true,
    wire = "20000 blanks inside a string, finish `length`", expect = "asked anew",
    play = function(it)
      return it:said('{"title":"x' .. ("\\n\\t"):rep(10000), "length")
    end,
  },
  {
    id = "32a", name = "a key is missing", routes = "text", billed = true,
    wire = "schema-invalid JSON", expect = MENDED,
    play = altered(function(value) value[next(value)] = nil end),
  },
  {
    id = "32b", name = "a key too many", routes = "text", billed = true,
    wire = "schema-invalid JSON", expect = "read without it, or " .. MENDED,
    play = altered(function(value) value.confidence = 0.9 end),
  },
  {
    id = "32c", name = "a number for a text", routes = "text", billed = true,
    wire = "schema-invalid JSON", expect = MENDED,
    play = altered(function(value)
      first_text(value, function(owner, key) owner[key] = 3 return true end)
    end),
  },
  {
    id = "32d", name = "a list that is too long", routes = "text", billed = true,
    wire = "schema-invalid JSON", expect = "cut, or " .. MENDED,
    play = altered(function(value)
      local list = first_list(value, 1)
      if not list then return { answer = value } end
      for i = 1, 200 do list[#list + 1] = list[(i - 1) % #list + 1] end
    end),
  },
  {
    id = "32e", name = "a text of 50,000 characters", routes = "text", billed = true,
    wire = "schema-valid JSON, beyond what a field can hold", expect = "cut, or " .. MENDED,
    play = altered(function(value)
      first_text(value, function(owner, key) owner[key] = ("word "):rep(10000) return true end)
    end),
  },
  {
    id = "32f", name = "a list instead of an object", routes = "text", billed = true,
    wire = "schema-invalid JSON", expect = MENDED,
    play = altered(function(value) return { value } end),
  },
  {
    id = "32g", name = "a nesting bomb", routes = "text", billed = true,
    wire = "`[` 100,000 times as the text", expect = MENDED .. "; no crash",
    play = function(it) return it:said(("["):rep(100000)) end,
  },
  {
    id = "32h", name = "a nesting bomb as the body", routes = "text picture",
    wire = "200, `[` 100,000 times", expect = "asked again; no crash",
    play = function(it) return it:text(200, ("["):rep(100000)) end,
  },
  {
    id = "32i", name = "a lone surrogate", routes = "text", billed = true,
    wire = "`\\ud83d` in a text", expect = "mended, or " .. MENDED,
    play = function(it)
      local _, _, message = it:good()
      local value = json.decode(message.content)
      if type(value) ~= "table" then return it:said(message.content) end
      first_text(value, function(owner, key) owner[key] = "@surrogate@ " .. owner[key] return true end)
      return it:said((json.encode(value):gsub("@surrogate@", "\\ud83d")))
    end,
  },
  {
    id = "32j", name = "a zero byte", routes = "text", billed = true,
    wire = "`\\u0000` in a text", expect = "mended, or " .. MENDED,
    play = altered(function(value)
      first_text(value, function(owner, key) owner[key] = "a\0b " .. owner[key] return true end)
    end),
  },
  {
    id = "32k", name = "a number without end", routes = "text", billed = true,
    wire = "`1e999`", expect = MENDED,
    play = number "1e999",
  },
  {
    id = "32l", name = "a kind that is none", routes = "text", billed = true,
    wire = "schema-invalid JSON: a word that the enum has not got", expect = MENDED,
    play = altered(function(value)
      first_text(value, function(owner, key)
        if key == "kind" then owner[key] = "mammal" end
        return key == "kind"
      end)
    end),
  },
  {
    id = "32m", name = "two of one name", routes = "text", billed = true,
    wire = "schema-valid JSON: items that cannot be told apart", expect = MENDED,
    play = altered(function(value)
      local list = first_list(value, 2)
      if list and type(list[2]) == "table" then list[2].name = list[1].name end
    end),
  },
  {
    id = "33a", name = "no choices", routes = "text picture", wire = "`choices: []`",
    expect = "asked again, a few times",
    play = choices(json.array {}),
  },
  {
    id = "33b", name = "choices missing", routes = "text picture", wire = "no `choices`",
    expect = "asked again, a few times",
    play = without("choices", "usage"),
  },
  {
    id = "33c", name = "choices null", routes = "text picture", wire = "`choices: null`",
    expect = "asked again, a few times",
    play = choices(json.null),
  },
  {
    id = "33d", name = "message missing", routes = "text picture", wire = "a choice without `message`",
    expect = "asked again, a few times",
    play = choices { { index = 0, finish_reason = "stop" } },
  },
  {
    id = "34", name = "content in parts", routes = "text", billed = true,
    wire = "`content: [{text}, {text}]`", expect = "read",
    play = function(it)
      local _, _, message = it:good()
      local text = message.content
      local middle = utf8.offset(text, utf8.len(text) // 2)
      return it:said {
        { type = "text", text = text:sub(1, middle - 1) }, { type = "text", text = text:sub(middle) },
      }
    end,
  },
  {
    id = "35a", name = "odd but fine", routes = "text picture", billed = true,
    wire = "unknown fields, a new finish reason, no id, `error: null`, `usage.cost: null`, another `model`",
    expect = "read, its cost unknown",
    play = function(it)
      return it:changed(function(answer, choice)
        answer.id, answer.error, answer.created = nil, json.null, 1755000000.5
        answer.model = answer.model .. "-2026-08-07"
        answer.surprise = { deep = { er = { 1, 2, 3 } } }
        choice.finish_reason, choice.surprise = "new_reason", true
        answer.usage.cost, answer.usage.surprise = json.null, "x"
      end)
    end,
  },
  {
    id = "35b", name = "no usage", routes = "text picture", billed = true,
    wire = "no `usage`; `/generation` tells the cost", expect = "read; its cost is asked for and told later",
    play = function(it)
      return it:changed(function(answer) answer.usage = nil end)
    end,
  },
}
