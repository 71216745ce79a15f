-- examples/fetch.lua: the runtime without any story: fetches web pages, many at
-- once, and prints a line for each as it comes in.
--
--   sbhost lua examples/fetch.lua https://example.org https://example.net

local batch = require "host.batch"

local requests = {}
for i, url in ipairs(arg) do
  requests[i] = { url = url, timeout = 30 }
end

local results = batch.run(requests, {
  limit = 8,
  on_result = function(index, answer, message)
    if answer then
      print(("%s: %d, %d bytes in %.2f s"):format(arg[index], answer.status, #answer.body, answer.seconds))
    else
      print(("%s: %s"):format(arg[index], message))
    end
  end,
})

local failed = 0
for _, result in ipairs(results) do
  failed = failed + (result.error and 1 or 0)
end
return failed == 0 and 0 or 1
