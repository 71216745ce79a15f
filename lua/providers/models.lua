-- lua/providers/models.lua: what is known of models: limits, prices, successors.
-- Data, to be edited when the providers change theirs; what the provider itself
-- lists (catalogue.lua) comes before it. Prices are USD, as of November 2026.

---@class Model
---@field input number|false|nil   USD an input token; nil or false: not known
---@field output number|false|nil  USD an output token, of text
---@field request number?          USD for a call as such
---@field picture number|false|nil USD a picture, the dearest that is asked for
---@field picture_tokens integer?  output tokens of a picture
---@field references integer?      how many reference pictures a call may carry
---@field max_tokens integer?      what an answer may take; some 16000 unless given
---@field thinking integer?        what may come on top of that when it thinks
---@field limit integer?           the most output tokens that the model has
---@field efforts string[]?        how much it can be told to think; nil: any, {}: not at all
---@field parameters string[]?     the parameters that its endpoints list; nil: not known
---@field modalities string[]?     what it gives when it is asked for a picture
---@field successor string?        to use when it is gone
---@field retires string?          when that was announced to be, or not to be before

-- OpenRouter's listing of August 2026, of what is used here. The GPT-5 family takes
-- neither temperature nor top_p; to send one with require_parameters leaves no
-- endpoint.
local THINKING = {
  "include_reasoning", "max_tokens", "reasoning", "response_format", "seed", "structured_outputs",
}
local SAMPLING = {
  "include_reasoning", "max_tokens", "reasoning", "response_format", "seed", "stop", "structured_outputs",
  "temperature", "top_p",
}
local DRAWING = { "max_tokens", "response_format", "seed", "structured_outputs", "temperature", "top_p" }

-- OpenAI's models before 5.1 cannot be told not to think.
local ALWAYS = { "minimal", "low", "medium", "high" }
local OPTIONAL = { "none", "minimal", "low", "medium", "high" }

---@type table<string, Model>
return {
  -- Prices and limits: OpenRouter's listing. Successor and date: OpenAI's list of
  -- deprecations of November 2026.
  ["openai/gpt-5"] = {
    input = 1.25e-6, output = 1e-5, max_tokens = 16000, thinking = 16000, limit = 128000,
    efforts = ALWAYS, parameters = THINKING,
    successor = "openai/gpt-6.1-sol", retires = "2026-12-11",
  },
  ["openai/gpt-5-mini"] = {
    input = 2.5e-7, output = 2e-6, max_tokens = 16000, thinking = 16000, limit = 128000,
    efforts = ALWAYS, parameters = THINKING,
    successor = "openai/gpt-6.1-terra", retires = "2026-12-11",
  },

  -- Google's list of deprecations of November 2026: from that day on these two are
  -- answered, and billed, by their successors.
  ["google/gemini-2.5-pro"] = {
    input = 1.25e-6, output = 1e-5, max_tokens = 16000, thinking = 16000, limit = 65536,
    efforts = ALWAYS, parameters = SAMPLING,
    successor = "google/gemini-3.8-flash", retires = "2026-12-01",
  },
  ["google/gemini-2.5-flash"] = {
    input = 3e-7, output = 2.5e-6, max_tokens = 16000, thinking = 16000, limit = 65536,
    efforts = OPTIONAL, parameters = SAMPLING,
    successor = "google/gemini-3.5-flash-lite", retires = "2026-12-01",
  },
  -- Google's page on the latter gives its limit; the prices are left to the listing.
  ["google/gemini-3.8-flash"] = { max_tokens = 16000, thinking = 16000 },
  ["google/gemini-3.5-flash-lite"] = { max_tokens = 16000, thinking = 16000, limit = 65536 },

  -- Three references and 1290 tokens a picture: Google's guide to image generation.
  -- Its date is the earliest that Google names; in November it still answered.
  ["google/gemini-2.5-flash-image"] = {
    input = 3e-7, output = 2.5e-6, picture = 0.039, picture_tokens = 1290, references = 3,
    max_tokens = 4096, limit = 32768, efforts = {}, parameters = DRAWING,
    successor = "google/gemini-3.1-flash-image", retires = "2026-10-02",
  },
  ["google/gemini-2.5-flash-image-preview"] = {
    max_tokens = 4096, references = 3, efforts = {},
    successor = "google/gemini-2.5-flash-image", retires = "2026-01-15",
  },
  -- Fourteen references and 1120 tokens at 1K: the same guide; USD 0.067 a picture is
  -- what resellers list. They think before they draw, within max_tokens.
  ["google/gemini-3.1-flash-image"] = {
    input = 5e-7, output = 3e-6, picture = 0.067, picture_tokens = 1120, references = 14,
    max_tokens = 8192, efforts = {},
  },
  ["google/gemini-3.1-flash-image-preview"] = {
    max_tokens = 8192, references = 14, efforts = {},
    successor = "google/gemini-3.1-flash-image", retires = "2026-06-25",
  },
  ["google/gemini-3-pro-image"] = {
    input = 2e-6, output = 1.2e-5, picture = 0.134, picture_tokens = 1120, references = 14,
    max_tokens = 8192, efforts = {},
  },
  ["google/gemini-3-pro-image-preview"] = {
    max_tokens = 8192, references = 14, efforts = {},
    successor = "google/gemini-3-pro-image", retires = "2026-06-25",
  },
  -- The prices are those of gpt-image at its highest quality, 1536x1024, which these
  -- draw with (6208 tokens a picture).
  ["openai/gpt-5-image"] = {
    input = 1e-5, output = 1e-5, picture = 0.25, picture_tokens = 6208, references = 16,
    max_tokens = 12000, efforts = {},
  },
  ["openai/gpt-5-image-mini"] = {
    input = 2.5e-6, output = 2e-6, picture = 0.052, picture_tokens = 6208, references = 16,
    max_tokens = 12000, efforts = {},
  },
  -- Pictures alone. The date is that of OpenAI's list of deprecations; the successor
  -- is the one that OpenRouter has.
  ["openai/gpt-image-1"] = {
    max_tokens = 12000, references = 16, efforts = {}, modalities = { "image" },
    successor = "openai/gpt-image-2", retires = "2026-10-23",
  },
  ["openai/gpt-image-2"] = { max_tokens = 12000, references = 16, efforts = {}, modalities = { "image" } },
}
