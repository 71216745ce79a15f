-- lua/pipeline/plan/estimate.lua: what a call that was not made yet will cost, as a band: from
-- the prices of its model, the size of its prompt, and what such calls took before.

local catalogue = require "providers.catalogue"
local counts = require "pipeline.plan.counts"

--- What is known of a call.
---@class Expected
---@field step string
---@field kind "text"|"picture"
---@field provider Provider
---@field model string
---@field effort string?
---@field bytes Range  of its texts
---@field refs Range   reference pictures

local M = {}

-- Bytes a token: of dense text, and of text and schemas in English at their most.
local DENSE, SPARSE = 2, 8
-- Tokens of a reference picture: models count them differently.
local REFERENCE = { low = 200, high = 1500 }
-- What an answer has at least; what a model may say beside its picture.
local LEAST, ASIDE = 20, 500
-- What comes may be so much less, or more, than what has come so far.
local LESS, MORE = 0.6, 1.6
-- Pictures have one price; providers round it differently.
local ROUNDED = 0.95

---@param samples Sample[]
---@param value fun(sample: Sample): number?
---@return Range?
local function range_of(samples, value)
  local range
  for _, sample in ipairs(samples) do
    local number = value(sample)
    range = number and counts.widened(range, number) or range
  end
  return range
end

---@param range Range?
---@return Range?
local function loosened(range)
  return range and { low = range.low * LESS, high = range.high * MORE }
end

---@param samples Sample[]
---@param expected Expected
---@return Range tokens
local function input_of(samples, expected)
  local measured = expected.kind == "text"
    and range_of(samples, function(sample)
      return sample.input and sample.bytes > 0 and sample.input / sample.bytes or nil
    end)
  local rate = loosened(measured) or { low = 1 / SPARSE, high = 1 / DENSE }
  return {
    low = expected.bytes.low * rate.low + expected.refs.low * REFERENCE.low,
    high = expected.bytes.high * rate.high + expected.refs.high * REFERENCE.high,
  }
end

---@param samples Sample[]
---@param expected Expected
---@return Range tokens
local function output_of(samples, expected)
  if expected.kind == "picture" then
    return { low = 0, high = ASIDE }
  end
  local measured = range_of(samples, function(sample)
    return sample.output
  end)
  local most = catalogue.max_tokens(expected, expected.provider)
  return loosened(measured) or { low = LEAST, high = most }
end

--- What answers were billed against what these prices make of them.
local function correction(samples, model, kind)
  local picture = kind == "picture" and model.picture or 0
  local measured = range_of(samples, function(sample)
    local tokens = kind == "picture" and 0 or sample.output
    local price = sample.input and tokens and sample.input * model.input + tokens * model.output + picture
    return sample.cost and price and price > 0 and sample.cost / price or nil
  end)
  return { low = math.min(1, measured and measured.low or 1), high = math.max(1, measured and measured.high or 1) }
end

--- What a call will cost, USD.
---@param samples Samples
---@param expected Expected
---@return Range? nil when nobody knows
function M.call(samples, expected)
  if expected.provider.free then
    return { low = 0, high = 0 }
  end
  local alike = samples:of(expected.step, expected.kind, expected.model)
  local model = catalogue.find(expected.model, expected.provider)
  local is_picture = expected.kind == "picture"
  if not model or not model.input or not model.output or (is_picture and not model.picture) then
    return loosened(range_of(alike, function(sample)
      return sample.model == expected.model and sample.cost or nil
    end))
  end
  local input, output = input_of(alike, expected), output_of(alike, expected)
  local fixed = (model.request or 0) + (is_picture and model.picture or 0)
  local corrected = correction(alike, model, expected.kind)
  return {
    low = (fixed * ROUNDED + input.low * model.input + output.low * model.output) * corrected.low,
    high = (fixed + input.high * model.input + output.high * model.output) * corrected.high,
  }
end

return M
