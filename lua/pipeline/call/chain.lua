-- lua/pipeline/call/chain.lua: the calls that it may take to get what a task needs: an
-- answer that does not fit is sent back, asked for anew, and asked of another
-- model; a picture that does not come is asked for again and its brief rewritten.

local M = {}

--- What a chain came to.
---@class ChainResult
---@field value any            what the judge or the keeper made of the answer
---@field ids integer[]        the calls that it took
---@field model string         whose answer it is
---@field remembered boolean   no call was made now
---@field path string?         the file of an arrived picture

---@class Chain
---@field calls Calls
---@field request Request
---@field ids integer[]
---@field remembered boolean
---@field attempt integer      how many requests there were
---@field instead table<string, string> the successors of models that are retired
---@field last CallFailure?    why the last did not do

---@param calls Calls
---@param request Request
---@return Chain
local function new_chain(calls, request)
  return { calls = calls, request = request, ids = {}, remembered = true, attempt = 0, instead = {} }
end

local function variant(request, changes)
  local copy = {}
  for name, value in pairs(request) do
    copy[name] = value
  end
  for name, value in pairs(changes) do
    copy[name] = value
  end
  return copy
end

--- Makes a request of the chain's. One to a model that is retired goes to its
--- successor, if the story allows it, as the request that it would be if the story
--- named that one.
---@param chain Chain
---@param request Request
---@return CallAnswer?
---@return CallFailure?
local function ask_request(chain, request)
  local name = chain.instead[request.model]
  if name then
    chain.calls:tell("successor", request, { model = name, retired = request.model })
    request = variant(request, { model = name })
  end
  local read, failure = chain.calls:ask(request)
  if read then
    chain.ids[#chain.ids + 1] = read.id
    chain.remembered = chain.remembered and read.remembered or false
    return read
  end
  local successor = request.successors and failure.successor
  if successor and not chain.instead[successor] then
    chain.instead[request.model] = successor
    return ask_request(chain, request)
  end
  return nil, failure
end

--- Asks once more, in a variant of the chain's request.
---@param chain Chain
---@param changes table
---@return CallAnswer?
---@return CallFailure?
local function ask(chain, changes)
  return ask_request(chain, variant(chain.request, changes))
end

--- Who answers to a model's name: itself, or the last of its successors.
---@param chain Chain
---@param model string
local function standing(chain, model)
  while chain.instead[model] do
    model = chain.instead[model]
  end
  return model
end

--- Tells that the last request did not do, and what is tried now.
---@param chain Chain
---@param event "repair"|"fallback"
local function note(chain, event, model)
  chain.calls:tell(event, chain.request, { model = model, message = chain.last.message })
end

---@param chain Chain
---@param value any
---@return ChainResult
local function result_of(chain, value, model, path)
  return {
    value = value,
    ids = chain.ids,
    model = standing(chain, model),
    remembered = chain.remembered,
    path = path,
  }
end

--- Failures that end the chain, and not just this try.
local LAST = { stop = true, cost = true, doubt = true, dry = true }

local function ends_chain(failure)
  return LAST[failure.class]
end

--- Longer answers are not sent back, which would cost what they cost: they are asked for anew, bytes.
local MOST_SENT_BACK = 64 * 1024

local REPAIR = [[
Your answer does not fit what was asked for:

%s

Answer once more with the whole JSON, these faults mended and everything else as it was.]]

--- Asks one model: once, with the faults of that answer, and anew.
---@param chain Chain
---@param model string
---@param judge fun(text: string): any?, string?
---@return ChainResult?
---@return CallFailure? when the chain is at its end
local function text_of_model(chain, model, judge)
  local turns, generous
  for _, way in ipairs { "ask", "repair", "anew" } do
    if way ~= "repair" or turns then
      chain.attempt = chain.attempt + 1
      if chain.attempt > 1 then
        note(chain, way == "ask" and "fallback" or "repair", model)
      end
      local read, failure = ask(chain, {
        model = model,
        attempt = chain.attempt,
        turns = way == "repair" and turns or nil,
        generous = generous,
      })
      turns = nil
      if read then
        local value, faults = judge(read.text)
        if value ~= nil then
          return result_of(chain, value, model)
        end
        chain.last = { class = "final", message = "the answer does not fit: " .. faults }
        turns = #read.text <= MOST_SENT_BACK and {
          { role = "assistant", content = read.text },
          { role = "user", content = REPAIR:format(faults) },
        } or nil
      elseif ends_chain(failure) then
        return nil, failure
      else
        chain.last = { class = "final", message = failure.message }
        generous = failure.finish == "length"
        if failure.class == "final" then
          return nil
        end
      end
    end
  end
end

--- Who is asked for a role, and then those to fall back to.
---@param model pipeline.Model
---@return string[]
function M.models(model)
  local models = table.move(model, 1, #model, 1, {})
  models[#models + 1] = model.fallback
  return models
end

--- A text answer that a judge accepts.
---@param calls Calls
---@param request Request
---@param models string[] the first, and those to fall back to
---@param judge fun(text: string): any?, string? the value, or nil and the faults
---@return ChainResult?
---@return CallFailure?
function M.text(calls, request, models, judge)
  local chain = new_chain(calls, request)
  for _, model in ipairs(models) do
    local result, failure = text_of_model(chain, model, judge)
    if result or failure then
      return result, failure
    end
  end
  return nil, chain.last
end

local REWRITE = [[
An image model was given the brief below and drew nothing. Rewrite the brief so
that it will: keep what is seen, who is in it, the framing and the style; take
out whatever a cautious filter might stumble over, and say it in plainer words.
Answer with the new brief alone.

%s]]

--- The brief as another model would put it.
---@param chain Chain
---@param rewriter { provider: Provider, model: string }
---@return string?
---@return CallFailure?
local function rewritten(chain, rewriter)
  note(chain, "fallback", rewriter.model)
  local read, failure = ask_request(chain, {
    kind = "text",
    provider = rewriter.provider,
    model = rewriter.model,
    successors = chain.request.successors,
    user = REWRITE:format(chain.request.user),
    refs = {},
    step = chain.request.step,
    task = chain.request.task,
    take = chain.request.take,
    attempt = 1,
    priority = chain.request.priority,
  })
  if not read then
    return nil, ends_chain(failure) and failure or chain.last
  end
  return read.text
end

--- Tells of pictures that came beside the one that is kept.
---@param chain Chain
---@param count integer?
local function count_pictures(chain, count)
  if count and count > 1 then
    local message = ("the answer held %d pictures: the first is kept"):format(count)
    chain.calls:tell("task", chain.request, { state = "odd", message = message })
  end
end

--- A picture that a keeper accepts. When none comes it is asked for again, unless
--- the brief was refused, and then with the brief rewritten.
---@param calls Calls
---@param request Request
---@param rewriter { provider: Provider, model: string }
---@param keep fun(path: string, at: number): any?, string?, string? the saved picture, or nil, what is wrong
---       and a code, "EBADPICTURE" when that is the picture's fault
---@return ChainResult?
---@return CallFailure?
function M.picture(calls, request, rewriter, keep)
  local chain = new_chain(calls, request)
  local user = request.user
  for attempt, way in ipairs { "ask", "again", "rewritten" } do
    local refused = chain.last and chain.last.refused
    if way == "again" and not refused then
      note(chain, "repair", request.model)
    elseif way == "rewritten" then
      local failure
      user, failure = rewritten(chain, rewriter)
      if not user then
        return nil, failure
      end
    end
    if way ~= "again" or not refused then
      local read, failure = ask(chain, { user = user, attempt = attempt })
      if read then
        local value, wrong, code = keep(read.path, read.at)
        if value ~= nil then
          count_pictures(chain, read.pictures)
          return result_of(chain, value, request.model, read.path)
        elseif code ~= "EBADPICTURE" then
          -- Another picture would not fit on the disk either; this one is kept.
          return nil, { class = "stop", message = "the project cannot be written: " .. wrong }
        end
        chain.last = { class = "unusable", message = "the answer's picture is unusable: " .. wrong }
      elseif ends_chain(failure) or (failure.class == "final" and not failure.refused) then
        return nil, failure
      else
        chain.last = failure
      end
    end
  end
  return nil, chain.last
end

return M
