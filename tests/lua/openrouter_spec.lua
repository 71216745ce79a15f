-- What OpenRouter, and those behind it, were seen to answer, by the numbers of the
-- catalogue of cases: what arrives, and how it is read.

local json = require "host.json"
local openrouter = require "providers.openrouter"

local SCHEMA = {
  name = "shots",
  schema = { type = "object", properties = { a = { type = "integer", format = "int32" } }, required = { "a" } },
}

local provider = openrouter.new {}

local function request(changes)
  local made = {
    provider = provider, kind = "text", model = "openai/gpt-5",
    effort = "medium", user = "Write.", refs = {}, schema = SCHEMA,
    task = "lore", step = "lore", take = 1, attempt = 1,
  }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

local function text_request()
  return request()
end

local function picture_request()
  local made = request { kind = "picture", model = "google/gemini-2.5-flash-image", aspect = "16:9" }
  made.schema, made.effort = nil, nil
  return made
end

--- The chat completion around a message.
local function completion(message, choice, more)
  local body = {
    id = "gen-1755", object = "chat.completion", created = 1755000000, model = "openai/gpt-5", provider = "OpenAI",
    system_fingerprint = json.null,
    usage = { prompt_tokens = 194, completion_tokens = 20, total_tokens = 214, cost = 0.00095 },
  }
  choice = choice or {}
  choice.index = 0
  choice.finish_reason = choice.finish_reason or "stop"
  choice.message = message
  body.choices = { choice }
  for name, value in pairs(more or {}) do
    body[name] = value
  end
  return json.encode(body)
end

local OK = completion { role = "assistant", content = '{"a":1}', refusal = json.null, reasoning = json.null }

local function error_body(message, more)
  local err = { message = message }
  for name, value in pairs(more or {}) do
    err[name] = value
  end
  return json.encode { error = err, user_id = "u" }
end

local function images(...)
  local list = {}
  for i, url in ipairs { ... } do
    list[i] = { type = "image_url", image_url = { url = url }, index = i - 1 }
  end
  return { role = "assistant", content = "", images = list }
end

local ONE = "data:image/png;base64,{spill:1}"

--- Cases: the answer (a body, or fields of one) and what it is read as. `failure` is
--- its class; `says` what its message holds.
local cases = {}
local function case(name, answer, expected)
  if type(answer) == "string" then
    answer = { body = answer }
  end
  cases[#cases + 1] = { name = name, answer = answer, expected = expected }
end

local function pages(status)
  return ("<html><head><title>%d</title></head><body>cloudflare</body></html>"):format(status)
end

case("1 an answer", OK, { text = '{"a":1}', usage = { input = 194, output = 20, cost = 0.00095 }, finish = "stop" })
case("2 blanks before the JSON", "\n\n   \n" .. OK, { text = '{"a":1}' })
case("3 an empty body", { body = "", headers = { ["x-generation-id"] = "gen-9" } },
  { failure = "server", says = "empty", generation = "gen-9" })
case("3 a blank body", "\n \n", { failure = "server", says = "empty" })
case("4 a comment before the JSON", ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" .. OK,
  { text = '{"a":1}' })
case("4 comments and a byte order mark around the JSON", "\u{FEFF}: on\r\n\r\n" .. OK .. "\n\n: on\n\n: on\n",
  { text = '{"a":1}' })
case("4 the mark of a stream's end behind the JSON", OK .. "\n\ndata: [DONE]\n\n", { text = '{"a":1}' })
for name, err in pairs { ["nothing"] = "null", ["no text"] = '""', ["no members"] = "{}", ["none"] = "false" } do
  case("6 an error that is " .. name, (OK:gsub('"id"', '"error":' .. err .. ',"id"', 1)), { text = '{"a":1}' })
end
case("6 an error in an answer of success",
  error_body("Provider returned error", {
    code = 502,
    metadata = { raw = "upstream connect error", provider_name = "Azure" },
  }),
  { failure = "server", says = "upstream connect error (Azure)" })
case("6 a busy one", error_body("slow down", { code = "429" }), { failure = "busy" })
case("7 an error in a choice",
  [[{"id":"gen-1","choices":[{"index":0,"finish_reason":"error","native_finish_reason":"error",
    "error":{"code":502,"message":"Upstream idle timeout"},"message":{"role":"assistant","content":"{\"tit"}}]}]],
  { failure = "server", says = "Upstream idle timeout" })
case("7 a choice that ends with an error and says no more",
  completion({ content = "{" }, { finish_reason = "error" }), { failure = "server" })
case("8 a limit that comes as an error",
  error_body("Max tokens", { code = 400, metadata = { error_type = "max_tokens_exceeded" } }),
  { failure = "unusable", finish = "length" })
case("10 JSON that was cut", OK:sub(1, 60), { failure = "unusable", says = "cut off" })
case("11 a wait in seconds",
  { status = 429, headers = { ["retry-after"] = "2" }, body = error_body("Rate limit exceeded", { code = 429 }) },
  { failure = "busy", retry_after = 2 })
case("11 a wait until a date",
  { status = 429, body = error_body("Rate limit exceeded", { code = 429 }),
    headers = { date = "Sun, 06 Nov 1994 08:49:37 GMT", ["retry-after"] = "Sun, 06 Nov 1994 08:50:07 GMT" } },
  { failure = "busy", retry_after = 30 })
case("11 a silly wait",
  { status = 429, headers = { ["retry-after"] = "86400" }, body = error_body("Rate limit exceeded", { code = 429 }) },
  { failure = "busy", retry_after = 86400, says = "wait for 1440 minutes" })
case("12 a limit further up",
  { status = 429, body = error_body("Provider returned error", {
    code = 429,
    metadata = { raw = "x is temporarily rate-limited upstream", provider_name = "BaseTen", limit_source = "pool" },
  }) },
  { failure = "busy", says = "rate-limited upstream (BaseTen)" })
case("13 the limit of the day",
  { status = 429, body = error_body("Rate limit exceeded: free-models-per-day", {
    code = 429,
    metadata = { headers = { ["X-RateLimit-Limit"] = "50", ["X-RateLimit-Reset"] = "1741305600000" } },
  }) },
  { failure = "stop", says = "2025-03-07 00:00 UTC" })
case("14 the newer form, without a code",
  { status = 429, body = [[{"error":{"message":"busy","error_type":"rate_limit_exceeded","http_status":429,
    "availability":{"code":"capacity_exhausted","retryable":true,"retry_after":3,"requested_models":["x/y"]}}}]] },
  { failure = "busy", retry_after = 3 })
case("14 the newer form in an answer of success",
  [[{"error":{"message":"busy","availability":{"code":"temporarily_unavailable","retry_after":4}}}]],
  { failure = "busy", retry_after = 4 })
case("15 no key", { status = 401, body = error_body("Missing Authentication header", { code = 401 }) },
  { failure = "stop", says = "OPENROUTER_API_KEY" })
case("15 a key that is quoted", { status = 401, body = error_body "Incorrect API key: sk-or-v1-0123456789abcdef." },
  { failure = "stop", says = "[key]", silent = "0123456789" })
case("15 a token that is quoted",
  { status = 400, body = error_body "bad header Authorization: Bearer abc.def-0123456789" },
  { failure = "final", silent = "0123456789" })
case("16 no credit",
  { status = 402, body = error_body("This request requires more credits, or fewer max_tokens. You requested "
    .. "up to 65536 tokens, but can only afford 3395.", { code = 402 }) },
  { failure = "stop", says = "afford 3395" })
case("16 no credit while others are in flight",
  { status = 402, headers = { ["retry-after"] = "5" },
    body = error_body("busy", { code = 402, metadata = { limit_source = "openrouter_in_flight_budget" } }) },
  { failure = "busy", retry_after = 5 })
case("17 moderation",
  { status = 403, body = error_body("openai/gpt-5 requires moderation", {
    code = 403,
    metadata = { reasons = { "violence" }, flagged_input = "He draws ... sword", provider_name = "OpenAI" },
  }) },
  { failure = "final", refused = true, says = "(violence) (it stumbled over 'He draws ... sword')" })
case("17 a guardrail",
  { status = 403, body = error_body("Request blocked", { metadata = { patterns = { "ignore previous" } } }) },
  { failure = "final", says = "ignore previous" })
case("18 no endpoint takes the parameters",
  { status = 404, body = error_body("No endpoints found that can handle the requested parameters.", { code = 404 }) },
  { failure = "form", form = { require = false } })
case("18 a data policy", { status = 404, body = error_body "No endpoints available matching your data policy." },
  { failure = "final", says = "openai/gpt-5 with a schema, effort medium" })
case("18 a model that is gone",
  { status = 404, body = [[{"error":{"message":"GPT-5 is deprecated","availability":{"code":"model_deprecated"}}}]] },
  { failure = "final", says = "its successor is openai/gpt-6.1-sol", successor = "openai/gpt-6.1-sol" })
case("18 a model that is gone, with another proposed",
  { status = 404, body = [[{"error":{"message":"gone",
    "availability":{"code":"model_deprecated","fallback_models":["x/y"]}}}]] },
  { failure = "final", successor = "openai/gpt-6.1-sol" })
case("18 a parameter that is gone",
  { status = 400, body = error_body "'logit_bias' is deprecated." },
  { failure = "final" })
case("19 thinking that cannot be switched off",
  { status = 400, body = [[{"error":{"message":"Reasoning is mandatory for this endpoint and cannot be disabled.",
    "code":400,"metadata":{"provider_name":null}}}]] },
  { failure = "form", form = { reasoning = false } })
case("20 JSON in a string",
  { status = 400, body = error_body("Provider returned error", { code = 400, metadata = {
    raw = [[{"error":{"message":"Invalid 'max_output_tokens': integer below minimum value.","code":"integer_below"}}]],
    provider_name = "OpenAI",
  } }) },
  { failure = "final", says = "error: Invalid 'max_output_tokens': integer below minimum value. (OpenAI)" })
case("20 a record instead",
  { status = 400, body = error_body("e", { metadata = { raw = { error = { message = "inner" } } } }) },
  { failure = "final", says = "e: inner" })
case("20 a text instead", { status = 400, body = error_body("e", { metadata = { raw = "{not JSON" } }) },
  { failure = "final", says = "e: {not JSON" })
case("21 a schema that is too large",
  { status = 400, body = error_body("Provider returned error", {
    metadata = { raw = "The specified schema produces a constraint that has too many states for serving." },
  }) },
  { failure = "form", form = { schema = "reduced" } })
case("21 a schema that is refused",
  { status = 400, body = error_body "Invalid schema for response_format 'shots': 'format' is not permitted." },
  { failure = "form", form = { schema = "reduced" } })
case("22 a list of models", { status = 400, body = error_body "'models' array must have 3 items or fewer." },
  { failure = "final", says = "3 items" })
for _, status in ipairs { 408, 500, 502, 503, 504, 524, 529 } do
  local class = (status == 408 or status == 503 or status == 529) and "busy" or "server"
  case(("23 %d"):format(status), { status = status, body = error_body("down", { code = status }) },
    { failure = class, says = tostring(status) .. ": down" })
  case(("23 %d as a page"):format(status), { status = status, body = pages(status) },
    { failure = class, says = "cloudflare" })
  case(("23 %d with nothing"):format(status), { status = status, body = "" }, { failure = class, says = "empty" })
end
case("23 503 with a wait", { status = 503, headers = { ["retry-after"] = "7" }, body = "" },
  { failure = "busy", retry_after = 7 })
case("24 too large", { status = 413, body = error_body("Request payload too large", { code = 413 }) },
  { failure = "final", says = "too large" })
case("24 too large, says a page", { status = 413, body = pages(413) }, { failure = "final", says = "too large" })
case("25 cut at the limit",
  completion({ content = [[{"shots":[{"id":1,]] }, { finish_reason = "length", native_finish_reason = "MAX_TOKENS" }),
  { failure = "unusable", finish = "length", says = "higher max_tokens" })
case("26 all spent on thinking",
  completion({ content = "", reasoning = "hm" }, { finish_reason = "length" },
    { usage = { completion_tokens = 8000, completion_tokens_details = { reasoning_tokens = 8000 } } }),
  { failure = "unusable", finish = "length", says = "8000 of them for thinking",
    usage = { output = 8000, reasoning = 8000 } })
case("25 cut, in words of its own", completion({ content = '{"a":' }, { finish_reason = "MAX_TOKENS" }),
  { failure = "unusable", says = "cut off at its limit" })
case("25 cut, as the provider's own word says",
  completion({ content = '{"a":' }, { native_finish_reason = "MAX_TOKENS" }),
  { failure = "unusable", says = "cut off at its limit" })
case("25 whole, whatever is said", completion({ content = '{"a":1}' }, { finish_reason = "length" }),
  { text = '{"a":1}' })
case("27 nothing said", completion { content = json.null }, { failure = "unusable", says = "empty" })
case("27 an empty text", completion({ content = "" }, { finish_reason = json.null }),
  { failure = "unusable", says = "empty" })
case("27 thought and not said", completion { content = "", reasoning = [[So: {"a":1}]] }, { text = '{"a":1}' })
case("27 thought in vain", completion { content = "", reasoning = [[So: {"a":]] }, { failure = "unusable" })
case("27 thought in parts", completion {
  content = "", reasoning_details = { { type = "reasoning.text", text = [[{"a":1}]] } },
}, { text = '{"a":1}' })
case("28 a refusal", completion { content = json.null, refusal = "I can't help with that." },
  { failure = "final", refused = true, says = "I can't help with that." })
case("29 a filter", completion({ content = json.null }, { finish_reason = "content_filter" }),
  { failure = "final", refused = true })
case("29 a filter that says why",
  completion({ content = "So he" },
    { finish_reason = "content_filter", content_filter_results = { violence = { filtered = true } } }),
  { failure = "final", refused = true, says = "violence" })
case("29 half of it, as the provider's own word says",
  completion({ content = '{"a":"So' }, { native_finish_reason = "SAFETY" }), { failure = "final", refused = true })
case("30 a fence between other braces", completion { content = 'In {a, b}:\n```json\n{"a":1}\n```\nSee {c}.' },
  { text = '{"a":1}' })
case("30 two fences", completion { content = '```\n{"a":1}\n```\n```\n{"a":2}\n```' },
  { text = '```\n{"a":1}\n```\n```\n{"a":2}\n```' })
case("30 a fence in a text", completion { content = '{"a":"```{}```"} as asked' }, { text = '{"a":"```{}```"}' })
case("30 a fence", completion { content = '\u{FEFF}```json\n{"a":1}\n```' }, { text = '{"a":1}' })
case("30 prose around it", completion { content = 'Sure! Here is…\n{"a":"}"}\nHope that helps.' },
  { text = '{"a":"}"}' })
case("30 a trailing comma", completion { content = '{"a":1,}' }, { text = '{"a":1,}' })
case("30 two in a row", completion { content = '{"a":1}{"a":2}' }, { text = '{"a":1}{"a":2}' })
case("31 blanks without end", completion({ content = '{"a":"x"' .. (" \n"):rep(20000) }, { finish_reason = "length" }),
  { failure = "unusable", says = "blanks" })
case("31 after all of it", completion({ content = '{"a":1}' .. (" \n"):rep(20000) }, { finish_reason = "length" }),
  { text = '{"a":1}' })
case("31 within a string", completion { content = '{"a":"x' .. ("\\n"):rep(2000) .. '"}' },
  { failure = "unusable", says = "blanks" })
case("32 a bomb", ('{"choices":[{"message":{"content":'):rep(30000), { failure = "unusable", says = "not JSON" })
case("32 a bomb in the text", completion { content = ("["):rep(100000) }, { text = ("["):rep(100000) })
case("33 no message, though there was one", [[{"choices":[{"index":0}],"usage":{"completion_tokens":40,"cost":0.01}}]],
  { failure = "unusable", says = "malformed" })
for name, body in pairs {
  ["an empty list of choices"] = [[{"choices":[]}]], ["no choices"] = [[{"id":"gen-1"}]],
  ["choices that are null"] = [[{"choices":null}]], ["no message"] = [[{"choices":[{"index":0}]}]],
  ["a choice that is a text"] = [[{"choices":["x"]}]],
} do
  case("33 " .. name, body, { failure = "server", says = "malformed" })
end
case("33 no choice, and paid for", [[{"choices":[],"usage":{"completion_tokens":5}}]],
  { failure = "unusable", says = "malformed" })
case("34 parts", completion { content = { { type = "text", text = '{"a":' }, { type = "text", text = "1}" } } },
  { text = '{"a":1}' })
case("35 what is not known",
  [[{"choices":[{"finish_reason":"new_reason","message":{"content":"{\"a\":1}"},"new":[{}]}],"error":null,"created":1.5,
    "model":"other/model"}]],
  { text = '{"a":1}', finish = "new_reason", model = "other/model", usage = {} })
case("35 a cost that is null",
  completion({ content = '{"a":1}' }, nil, { usage = { prompt_tokens = 3, cost = json.null } }),
  { text = '{"a":1}', usage = { input = 3 } })
case("35 a cost of nothing", completion({ content = '{"a":1}' }, nil, { usage = { cost = 0, is_byok = true } }),
  { text = '{"a":1}', usage = { cost = 0 } })
case("35 usage that is null", completion({ content = '{"a":1}' }, nil, { usage = json.null }),
  { text = '{"a":1}', usage = {} })
for body, says in pairs {
  [ [[{"error":"model not loaded"}]] ] = "model not loaded",
  [ [[{"object":"error","message":"m1","type":"BadRequestError","param":null,"code":400}]] ] = "m1",
  [ [[{"detail":"Not here"}]] ] = "Not here",
  [ [[{"detail":[{"loc":["body",0],"msg":"m2","type":"t"}]}]] ] = "body.0: m2",
  [ [[{"message":"m3"}]] ] = "m3",
  [ [[{"error":{"message":["a","b"]}}]] ] = "a; b",
  [ [[{"error":"server_error","message":"m4"}]] ] = "server_error: m4",
  [ "it is broken" ] = "it is broken",
  [ [["quoted"]] ] = "quoted",
} do
  case("36 " .. body, { status = 403, body = body }, { failure = "final", says = says })
end
case("36 one in an answer of success", [[{"object":"error","message":"m","code":404}]],
  { failure = "final", says = "m" })
case("37 a server that knows no json_object",
  { status = 400, body = [[{"error":"'response_format.type' must be 'json_schema' or 'text'"}]] },
  { failure = "form", form = { schema = "prompt" } })
case("a page where JSON should be", pages(200), { failure = "server", says = "web page" })
case("an address that redirects", { status = 301, headers = { location = "https://other.example/v1" }, body = "" },
  { failure = "final", says = "https://other.example/v1" })

local function picture(name, answer, expected)
  case(name, answer, expected)
  cases[#cases].request = picture_request
end

picture("38 a picture", completion(images(ONE), { native_finish_reason = "STOP" },
  { usage = { completion_tokens = 1290, cost = 0.039 } }),
  { file = 1, pictures = 1, usage = { output = 1290, cost = 0.039 } })
picture("38 without types", completion { content = json.null, images = { { image_url = { url = ONE } } } },
  { file = 1 })
for _, label in ipairs {
  "data:image/jpg", "data:application/octet-stream", "DATA:IMAGE/PNG", "data:image/png;charset=utf-8", "data:",
} do
  picture("39 labelled " .. label, completion(images(label .. ";base64,{spill:1}")), { file = 1 })
end
picture("40 two pictures", { body = completion(images(ONE, "data:image/png;base64,{spill:2}")), count = 2 },
  { file = 1, pictures = 2 })
picture("40 one picture twice", completion(images(ONE, ONE)), { file = 1, pictures = 1 })
picture("40 two, of which the first is broken",
  { body = completion(images(ONE, "data:image/png;base64,{spill:2}")), files = { { error = "e" }, { path = "/p" } } },
  { file = 2, pictures = 2 })
picture("41 a, words alone", completion { content = "Here is your image!" },
  { failure = "unusable", says = "Here is your image!" })
picture("41 b, an empty list",
  completion({ content = "", images = json.array {} }, { native_finish_reason = "IMAGE_OTHER" }),
  { failure = "unusable", says = "IMAGE_OTHER" })
picture("41 c, recitation",
  completion({ content = json.null }, { finish_reason = "content_filter", native_finish_reason = "IMAGE_RECITATION" }),
  { failure = "final", refused = true, says = "IMAGE_RECITATION" })
for _, native in ipairs { "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "safety" } do
  picture("41 d, " .. native, completion({ content = "I cannot." }, { native_finish_reason = native }),
    { failure = "final", refused = true, says = native:upper() })
end
picture("41 d, NO_IMAGE", completion({ content = "Hm." }, { native_finish_reason = "NO_IMAGE" }),
  { failure = "unusable", says = "NO_IMAGE" })
picture("41 e, no choices", [[{"choices":[]}]], { failure = "unusable", says = "no picture" })
for name, message in pairs {
  ["a part of the content"] = { content = { { type = "image_url", image_url = { url = ONE } } } },
  ["an output_image"] = { content = { { type = "output_image", b64_json = "{spill:1}" } } },
  ["objects with a url"] = { images = { { url = ONE } } },
  ["strings"] = { images = { ONE } },
  ["Markdown"] = { content = "Here: ![x](" .. ONE .. ") Enjoy." },
  ["Markdown in a part"] = { content = { { type = "text", text = "![x](" .. ONE .. ")" } } },
  ["a data URL alone"] = { content = ONE },
  ["a handle alone"] = { images = { "{spill:1}" } },
} do
  picture("42 " .. name, completion(message), { file = 1 })
end
picture("42 an address", completion(images "https://x.example/p.png"),
  { failure = "unusable", says = "https://x.example/p.png" })
picture("42 an address in Markdown", completion { content = "![x](https://x.example/p.png)" },
  { failure = "unusable", says = "not fetched" })
picture("43 what is no base64", completion(images "data:image/svg+xml,<svg/>"),
  { failure = "unusable", says = "no base64" })
picture("43 a handle that the server made up", completion(images "data:image/png;base64,{spill:7}"),
  { failure = "unusable" })
picture("43 a handle for nothing", completion(images "data:image/png;base64,{spill:0}"), { failure = "unusable" })
picture("46 an images endpoint",
  [[{"created":1,"data":[{"b64_json":"{spill:1}","media_type":"image/png"}],"usage":{"cost":0.04}}]],
  { file = 1, usage = { cost = 0.04 } })
picture("46 without pictures", [[{"created":1,"data":[]}]], { failure = "unusable", says = "no picture" })
picture("46 with an address", [[{"data":[{"url":"https://x.example/p.png"}]}]],
  { failure = "unusable", says = "https://x.example" })
picture("18 no such modalities",
  { status = 404, body = error_body "No endpoints found that support the requested output modalities: image, text" },
  { failure = "form", form = { modalities = "image" } })

local function files_of(answer)
  local files = answer.files or {}
  for i = 1, answer.files and 0 or answer.count or 1 do
    files[i] = { path = "/p" .. i, bytes = 9 }
  end
  return files
end

local function read(asked, answer)
  return provider.read(asked, {
    status = answer.status or 200,
    headers = answer.headers or {},
    body = answer.body,
    files = files_of(answer),
  })
end

local function check(expected, seen)
  local failure = seen.failure or {}
  assert.equal(expected.failure, failure.class, failure.message)
  for _, name in ipairs { "text", "file", "pictures", "finish", "model", "generation" } do
    if expected[name] ~= nil then
      assert.equal(expected[name], seen[name])
    end
  end
  for _, name in ipairs { "retry_after", "refused", "successor" } do
    if expected[name] ~= nil or name == "refused" then
      assert.equal(expected[name], failure[name])
    end
  end
  if expected.form then
    assert.same(expected.form, failure.form)
  end
  if expected.usage then
    assert.same(expected.usage, seen.usage)
  end
  if expected.says then
    assert.truthy(failure.message:find(expected.says, 1, true), failure.message)
  end
  if expected.silent then
    assert.falsy(failure.message:find(expected.silent, 1, true), failure.message)
  end
end

describe("OpenRouter's answer", function()
  for _, one in ipairs(cases) do
    it("is read: " .. one.name, function()
      check(one.expected, read((one.request or text_request)(), one.answer))
    end)
  end
end)
