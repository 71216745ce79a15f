-- lua/providers/models.lua: what is known of models: limits and prices. Data, to
-- be edited when the providers change theirs. Prices are USD for one token or
-- one picture, as the providers published them in 2026.

---@class Model
---@field input number?       USD an input token
---@field output number?      USD an output token
---@field picture number?     USD a picture
---@field references integer? how many reference pictures a call may carry
---@field max_tokens integer  what a call asks for at most, thinking included

---@type table<string, Model>
return {
  ["openai/gpt-5"] = { input = 1.25e-6, output = 1e-5, max_tokens = 32000 },
  ["google/gemini-2.5-pro"] = { input = 1.25e-6, output = 1e-5, max_tokens = 32000 },
  ["google/gemini-2.5-flash-image"] = { input = 3e-7, picture = 0.039, references = 3, max_tokens = 8192 },
}
