-- lua/offline/models.lua: the models that the offline server answers for, with
-- what they would cost. Prices are USD a token.

---@class offline.Model
---@field id string
---@field name string
---@field context integer tokens
---@field most integer    tokens of an answer
---@field input number
---@field output number
---@field picture? number USD for each
---@field parameters string[]

local thinking = {
  "include_reasoning", "max_tokens", "reasoning", "response_format", "seed", "structured_outputs",
}
local sampling = {
  "include_reasoning", "max_tokens", "reasoning", "response_format", "seed", "stop",
  "structured_outputs", "temperature", "top_p",
}
local drawing = {
  "max_tokens", "response_format", "seed", "structured_outputs", "temperature", "top_p",
}

---@type offline.Model[]
local models = {
  {
    id = "openai/gpt-5", name = "OpenAI: GPT-5", context = 400000, most = 128000,
    input = 1.25e-6, output = 1e-5, parameters = thinking,
  },
  {
    id = "google/gemini-2.5-pro", name = "Google: Gemini 2.5 Pro", context = 1048576, most = 65536,
    input = 1.25e-6, output = 1e-5, parameters = sampling,
  },
  {
    id = "google/gemini-2.5-flash", name = "Google: Gemini 2.5 Flash", context = 1048576,
    most = 65536, input = 3e-7, output = 2.5e-6, parameters = sampling,
  },
  {
    id = "google/gemini-2.5-flash-image", name = "Google: Gemini 2.5 Flash Image", context = 32768,
    most = 32768, input = 3e-7, output = 2.5e-6, picture = 0.039, parameters = drawing,
  },
}

local M = { list = models }

--- The model of that name. Of one that is not known, its price is the first's: a
--- client that brings models of its own is still billed.
---@param id string
---@return offline.Model
function M.find(id)
  for _, model in ipairs(models) do
    if model.id == id then return model end
  end
  return models[1]
end

--- As GET /models lists them. Prices are strings there.
---@return table[]
function M.listing()
  local listed = {}
  for i, model in ipairs(models) do
    local output = model.picture and { "text", "image" } or { "text" }
    listed[i] = {
      id = model.id,
      canonical_slug = model.id,
      name = model.name,
      created = 1754586000,
      context_length = model.context,
      architecture = {
        modality = "text+image->" .. table.concat(output, "+"),
        input_modalities = { "text", "image" },
        output_modalities = output,
      },
      pricing = {
        prompt = ("%.10f"):format(model.input),
        completion = ("%.10f"):format(model.output),
        image_output = model.picture and ("%.10f"):format(model.picture / 1290),
      },
      top_provider = {
        context_length = model.context, max_completion_tokens = model.most, is_moderated = false,
      },
      supported_parameters = model.parameters,
    }
  end
  return listed
end

return M
