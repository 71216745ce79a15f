-- lua/offline/faults/errors.lua: what providers answer instead of an answer.

local json = require "host.json"

local PAGE = "<html>\r\n<head><title>%d</title></head>\r\n<body><center><h1>%d %s</h1></center></body>\r\n</html>\r\n"

--- The whole answer is an error as OpenRouter puts it.
local function says(status, err, headers)
  return function(it)
    local copy = {}
    for name, value in pairs(err) do copy[name] = value end
    copy.code = copy.code == nil and status or copy.code or nil
    return it:error(status, copy, headers and headers(it))
  end
end

local function after(seconds)
  return function(it)
    return { ["Retry-After"] = tostring(it.rule.retry_after or seconds) }
  end
end

local function page(status, words)
  return function(it)
    return it:text(status, PAGE:format(status, status, words), { ["Content-Type"] = "text/html" })
  end
end

local function plain(status, text, kind)
  return function(it)
    return it:text(status, text, { ["Content-Type"] = kind })
  end
end

local function http_date(seconds)
  return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + seconds)
end

local RAW_LIMIT = [[{"error":{"message":"Invalid 'max_output_tokens': integer below minimum value. ]]
  .. [[Expected a value >= 16, but got 8 instead.","code":"integer_below_min_value"}}]]

local RETRIED = "asked again after a while, a few times"
local STOPS = "ends the run at once; what is done is kept"
local NOT_AGAIN = "not asked again; its message is told"

---@type offline.Case[]
return {
  {
    id = "6", name = "an error in a 200", routes = "text picture",
    wire = "200, `{\"error\":{\"code\":502,…}}`", expect = RETRIED,
    play = function(it)
      return it:error(200, {
        message = "Provider returned error", code = 502,
        metadata = { raw = "upstream connect error", provider_name = "Azure" },
      })
    end,
  },
  {
    id = "7", name = "an error in the choice", routes = "text picture",
    wire = "200, half a text and `choices[0].error`", expect = "the half is dropped; " .. RETRIED,
    play = function(it)
      return it:changed(function(answer, choice, message)
        choice.finish_reason, choice.native_finish_reason = "error", "error"
        choice.error = { code = 502, message = "Upstream idle timeout" }
        message.content, message.images = '{"tit', nil
        answer.usage = nil
      end)
    end,
  },
  {
    id = "11a", name = "too many requests", routes = "text picture models",
    wire = "429, `Retry-After: 1` (`retry_after`)", expect = "asked again, not earlier than told",
    play = says(429, { message = "Rate limit exceeded" }, after(1)),
  },
  {
    id = "11b", name = "too many requests, until a date", routes = "text picture",
    wire = "429, `Retry-After: <date>` in 2 seconds (`retry_after`)",
    expect = "asked again, not earlier than told",
    play = says(429, { message = "Rate limit exceeded" }, function(it)
      return { ["Retry-After"] = http_date(it.rule.retry_after or 2), Date = http_date(0) }
    end),
  },
  {
    id = "11c", name = "too many requests, for a day", routes = "text picture",
    wire = "429, `Retry-After: 86400`", expect = "given up at once, with a message",
    play = says(429, { message = "Rate limit exceeded" }, after(86400)),
  },
  {
    id = "12", name = "busy upstream", routes = "text picture",
    wire = "429 without a header, the true message in `metadata.raw`", expect = RETRIED,
    play = says(429, {
      message = "Provider returned error",
      metadata = {
        raw = "the model is temporarily rate-limited upstream. Please retry shortly.",
        provider_name = "BaseTen", limit_source = "upstream_provider_shared_pool",
        remedy_hint = "Add your own key to raise the limit.",
      },
    }),
  },
  {
    id = "13", name = "the day's quota is used up", routes = "text picture",
    wire = "429, `free-models-per-day`", expect = STOPS,
    play = says(429, {
      message = "Rate limit exceeded: free-models-per-day",
      metadata = {
        headers = {
          ["X-RateLimit-Limit"] = "50", ["X-RateLimit-Remaining"] = "0",
          ["X-RateLimit-Reset"] = "1741305600000",
        },
      },
    }),
  },
  {
    id = "14a", name = "no capacity", routes = "text picture",
    wire = "429, `availability.retry_after` (1) and no `code`",
    expect = "asked again, not earlier than told",
    play = function(it)
      return it:json(429, {
        error = {
          message = "No capacity left", error_type = "rate_limit_exceeded", http_status = 429,
          availability = {
            code = "capacity_exhausted", retryable = true, retry_after = it.rule.retry_after or 1,
            requested_models = { it.body.model },
          },
        },
      })
    end,
  },
  {
    id = "14b", name = "not available for a while", routes = "text picture",
    wire = "503, `availability.retry_after` (1) and no `code`",
    expect = "asked again, not earlier than told",
    play = function(it)
      return it:json(503, {
        error = {
          message = "Temporarily unavailable", error_type = "provider_unavailable", http_status = 503,
          availability = {
            code = "temporarily_unavailable", retryable = true, retry_after = it.rule.retry_after or 1,
            requested_models = { it.body.model },
          },
        },
      })
    end,
  },
  {
    id = "15a", name = "no key", routes = "text picture models",
    wire = "401, `Missing Authentication header`", expect = STOPS .. "; says how to set the key",
    play = says(401, { message = "Missing Authentication header" }),
  },
  {
    id = "15b", name = "a wrong key", routes = "text picture models",
    wire = "401, `User not found.`", expect = STOPS .. "; says how to set the key",
    play = says(401, { message = "User not found." }),
  },
  {
    id = "16a", name = "no credit", routes = "text picture",
    wire = "402", expect = STOPS .. "; says what it costs",
    play = says(402, {
      message = "This request requires more credits, or fewer max_tokens. You requested up to 65536 "
        .. "tokens, but can only afford 3395. To increase, visit https://openrouter.ai/credits",
    }),
  },
  {
    id = "16b", name = "credit that is spoken for", routes = "text picture",
    wire = "402, `Retry-After: 1`, `limit_source: openrouter_in_flight_budget`",
    expect = "asked again, not earlier than told",
    play = says(402, {
      message = "Insufficient credits for the requests in flight",
      metadata = { limit_source = "openrouter_in_flight_budget" },
    }, after(1)),
  },
  {
    id = "17a", name = "moderation", routes = "text picture",
    wire = "403, `reasons` and `flagged_input`", expect = NOT_AGAIN .. ", with the reasons",
    play = says(403, {
      message = "openai/gpt-5 requires moderation on OpenAI. Your input was flagged",
      metadata = {
        reasons = { "violence" }, flagged_input = "He draws ... sword", provider_name = "OpenAI",
        model_slug = "openai/gpt-5",
      },
    }),
  },
  {
    id = "17b", name = "a guardrail", routes = "text picture",
    wire = "403, `patterns`", expect = NOT_AGAIN,
    play = says(403, {
      message = "Request blocked: prompt injection patterns detected",
      metadata = { patterns = { "ignore previous instructions" } },
    }),
  },
  {
    id = "18a", name = "no endpoint for the parameters", routes = "text picture",
    wire = "404, `No endpoints found that can handle the requested parameters.`",
    expect = "told with the model's name; may be put another way",
    play = says(404, { message = "No endpoints found that can handle the requested parameters." }),
  },
  {
    id = "18b", name = "no endpoint for pictures", routes = "picture",
    wire = "404, `No endpoints found that support the requested output modalities`", expect = NOT_AGAIN,
    play = says(404, { message = "No endpoints found that support the requested output modalities: image, text" }),
  },
  {
    id = "18c", name = "no endpoint that the privacy settings allow", routes = "text picture",
    wire = "404, `No endpoints available matching your … data policy`", expect = NOT_AGAIN,
    play = says(404, {
      message = "No endpoints available matching your guardrail restrictions and data policy. "
        .. "Configure: https://openrouter.ai/settings/privacy",
    }),
  },
  {
    id = "18d", name = "a retired model", routes = "text picture",
    wire = "404, `availability.code: model_deprecated`, `fallback_models`",
    expect = NOT_AGAIN .. "; names a successor, and asks it if the story says so",
    play = function(it)
      return it:json(404, {
        error = {
          message = it.body.model .. " has been retired", error_type = "not_found", http_status = 404,
          availability = {
            code = "model_deprecated", retryable = false, requested_models = { it.body.model },
            fallback_models = { "openai/gpt-5.1" },
          },
        },
      })
    end,
  },
  {
    id = "19", name = "reasoning cannot be disabled", routes = "text",
    wire = "400, `metadata.provider_name: null`", expect = "asked again without `reasoning`",
    play = says(400, {
      message = "Reasoning is mandatory for this endpoint and cannot be disabled.",
      metadata = { provider_name = json.null },
    }),
  },
  {
    id = "20a", name = "the cause in JSON in a string", routes = "text picture",
    wire = "400, `metadata.raw` is JSON text", expect = NOT_AGAIN .. ", the inner one",
    play = says(400, {
      message = "Provider returned error", metadata = { raw = RAW_LIMIT, provider_name = "OpenAI" },
    }),
  },
  {
    id = "20b", name = "the cause as an object", routes = "text picture",
    wire = "400, `metadata.raw` is an object", expect = NOT_AGAIN .. ", the inner one",
    play = says(400, {
      message = "Provider returned error",
      metadata = { raw = { error = { message = "Request contains an unknown field." } }, provider_name = "Google" },
    }),
  },
  {
    id = "20c", name = "the cause as a text", routes = "text picture",
    wire = "400, `metadata.raw` is plain text", expect = NOT_AGAIN .. ", the inner one",
    play = says(400, {
      message = "Provider returned error",
      metadata = { raw = "the upstream said no", provider_name = "Together" },
    }),
  },
  {
    id = "21a", name = "a schema of too many states", routes = "text",
    wire = "400, `… too many states for serving …`", expect = "asked again with a smaller schema",
    play = says(400, {
      message = "Provider returned error",
      metadata = {
        raw = "The specified schema produces a constraint that has too many states for serving.",
        provider_name = "Google AI Studio",
      },
    }),
  },
  {
    id = "21b", name = "a schema that is none", routes = "text",
    wire = "400, `Invalid schema for response_format`", expect = "asked again with a smaller schema",
    play = says(400, {
      message = "Provider returned error",
      metadata = {
        raw = "Invalid schema for response_format 'shots': In context=('properties'), 'minItems' is not permitted.",
        provider_name = "OpenAI",
      },
    }),
  },
  {
    id = "22", name = "too many models", routes = "text",
    wire = "400, `'models' array must have 3 items or fewer.`",
    expect = NOT_AGAIN .. "; no request names more than 3",
    play = says(400, { message = "'models' array must have 3 items or fewer." }),
  },
  {
    id = "23a", name = "408", routes = "text picture", wire = "408, JSON", expect = RETRIED,
    play = says(408, { message = "Operation timed out. Please try again later." }),
  },
  {
    id = "23b", name = "500", routes = "text picture", wire = "500, JSON", expect = RETRIED,
    play = says(500, { message = "Internal Server Error" }),
  },
  {
    id = "23c", name = "502", routes = "text picture", wire = "502, a page", expect = RETRIED,
    play = page(502, "Bad Gateway"),
  },
  {
    id = "23d", name = "503", routes = "text picture", wire = "503, JSON, `Retry-After: 1`",
    expect = "asked again, not earlier than told",
    play = says(503, { message = "No provider is available" }, after(1)),
  },
  {
    id = "23e", name = "504", routes = "text picture", wire = "504, no body", expect = RETRIED,
    play = plain(504, "", "text/plain"),
  },
  {
    id = "23f", name = "524", routes = "text picture", wire = "524, a page", expect = RETRIED,
    play = page(524, "A timeout occurred"),
  },
  {
    id = "23g", name = "529", routes = "text picture", wire = "529, JSON", expect = RETRIED,
    play = says(529, { message = "Provider returned error" }),
  },
  {
    id = "24a", name = "too large", routes = "text picture", wire = "413, JSON",
    expect = NOT_AGAIN .. ", with what was sent",
    play = says(413, { message = "Request payload too large" }),
  },
  {
    id = "24b", name = "too large for the proxy", routes = "text picture", wire = "413, a page",
    expect = NOT_AGAIN .. ", with what was sent",
    play = page(413, "Request Entity Too Large"),
  },
  {
    id = "36a", name = "an error that is a text", routes = "text picture images",
    wire = "400, `{\"error\":\"model not loaded\"}`", expect = NOT_AGAIN,
    play = plain(400, '{"error":"model not loaded"}'),
  },
  {
    id = "36b", name = "an error on the top level", routes = "text picture images",
    wire = "400, `{\"object\":\"error\",\"message\":…}`", expect = NOT_AGAIN,
    play = plain(400,
      '{"object":"error","message":"the context is full","type":"BadRequestError","param":null,"code":400}'),
  },
  {
    id = "36c", name = "a detail", routes = "text picture images",
    wire = "404, `{\"detail\":\"Not Found\"}`", expect = NOT_AGAIN,
    play = plain(404, '{"detail":"Not Found"}'),
  },
  {
    id = "36d", name = "a list of details", routes = "text picture images",
    wire = "422, `{\"detail\":[{\"loc\":…,\"msg\":…}]}`", expect = NOT_AGAIN,
    play = plain(422, '{"detail":[{"loc":["body","prompt"],"msg":"field required","type":"value_error"}]}'),
  },
  {
    id = "36e", name = "a message alone", routes = "text picture images",
    wire = "400, `{\"message\":\"m\"}`", expect = NOT_AGAIN,
    play = plain(400, '{"message":"the gateway knows no such route"}'),
  },
  {
    id = "36f", name = "a list of messages", routes = "text picture images",
    wire = "400, `{\"error\":{\"message\":[\"a\",\"b\"]}}`", expect = NOT_AGAIN,
    play = plain(400, '{"error":{"message":["first wrong","second wrong"]}}'),
  },
  {
    id = "36g", name = "a plain text", routes = "text picture images",
    wire = "400, text", expect = NOT_AGAIN,
    play = plain(400, "bad request: no model of that name\n", "text/plain"),
  },
  {
    id = "37", name = "a server without json_object", routes = "text",
    wire = "400, `'response_format.type' must be 'json_schema' or 'text'`",
    expect = "put another way: with the schema in the prompt",
    play = plain(400, [[{"error":"'response_format.type' must be 'json_schema' or 'text'"}]]),
  },
}
