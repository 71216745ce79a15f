-- tests/e2e/case_list.lua: what is expected of sbhost in each case of
-- docs/providers.md. `on` is what the case is played on: the first text (lore, if
-- no other `schema` is told) or a picture; `asked` how often that is asked for then, or from and to; `says`
-- stands in what the run says, `lacks` does not. Unless told, the case is played
-- once, and the run ends complete.

local function recovers(id, more)
  local case = { id = id, on = "text", status = 0, asked = 2 }
  for name, value in pairs(more or {}) do case[name] = value end
  return case
end

local function reads(id, more)
  local case = recovers(id, more)
  case.asked = more and more.asked or 1
  return case
end

local function fails(id, says, more)
  local case = { id = id, on = "text", always = true, status = 1, asked = 1, says = says }
  for name, value in pairs(more or {}) do case[name] = value end
  return case
end

local picture = { on = "picture" }

local function picture_too(more)
  local copy = { on = "picture" }
  for name, value in pairs(more) do copy[name] = value end
  return copy
end

local DOUBT = { says = "calls in doubt repeated: " }
local HELD = { arguments = { "--resend-doubt", "0" } }
local EITHER = { asked = { 1, 2 } }
--- KiB: twice what a run of the story takes, which differs with machine and load, and less than what 43j, 51g and 51h
--- send.
local BOUNDED = 80 * 1024
local A_SECOND = { least = 1 }

local function streamed(more)
  local copy = { arguments = { "--stream" } }
  for name, value in pairs(more or {}) do copy[name] = value end
  return copy
end
local images = { on = "images" }

return {
  reads "1",
  reads "2",
  recovers "3a",
  recovers "3b",
  fails("3b", "empty", { asked = { 2, 4 } }),
  recovers("3a", picture),
  reads "4",
  reads("4", picture),
  reads("5a", streamed()),
  reads("5b", streamed()),
  reads("5c", streamed()),
  recovers "6",
  recovers("6", streamed()),
  recovers("6", picture),
  recovers "7",
  recovers("7", picture),
  recovers("8a", streamed()),
  recovers("8b", streamed()),
  recovers("8c", streamed()),
  recovers("8d", streamed()),
  recovers("9", streamed()),
  recovers("10a", DOUBT),
  recovers("10b", DOUBT),
  recovers("10c", DOUBT),
  recovers("10b", picture_too(DOUBT)),
  fails("10a", "--resend-doubt", HELD),
  fails("10c", "--resend-doubt", HELD),
  recovers("11a", A_SECOND),
  recovers("11a", picture_too(A_SECOND)),
  recovers("11b", A_SECOND),
  fails("11c", "429"),
  recovers "12",
  fails("13", "per-day"),
  recovers("14a", A_SECOND),
  recovers("14b", A_SECOND),
  fails("15a", "OPENROUTER_API_KEY", { total = 1 }),
  fails("15b", "OPENROUTER_API_KEY", { total = 1 }),
  fails("16a", "afford 3395", { total = 1 }),
  recovers("16b", A_SECOND),
  fails("17a", "violence"),
  fails("17b", "prompt injection"),
  fails("18a", "openai/gpt-5", EITHER),
  fails("18b", "gemini-2.5-flash-image", picture),
  fails("18c", "data policy", EITHER),
  fails("18d", "successors = true"),
  recovers("18d", { story = "successors = true,", says = "in place of openai/gpt-5, which is retired" }),
  recovers("18d", picture_too {
    story = "successors = true,", says = "in place of google/gemini-2.5-flash-image, which is retired",
  }),
  recovers "19",
  fails("20a", "max_output_tokens"),
  fails("20b", "unknown field"),
  fails("20c", "the upstream said no"),
  recovers "21a",
  recovers "21b",
  fails("22", "3 items or fewer"),
  recovers "23a",
  recovers "23b",
  recovers "23c",
  recovers("23d", A_SECOND),
  recovers "23e",
  recovers "23f",
  recovers "23g",
  recovers("23c", picture),
  fails("23b", "500", { asked = 3 }),
  fails("24a", "too large"),
  fails("24b", "413"),
  recovers "25",
  recovers "26",
  recovers "27a",
  recovers "27b",
  reads("27c", EITHER),
  fails("28", "I can't help with that"),
  recovers("28", picture),
  fails("29a", "filter"),
  fails("29b", "filter"),
  recovers("29a", picture),
  reads "30a",
  reads "30b",
  recovers "30c",
  recovers("30d", EITHER),
  recovers "31a",
  recovers "31b",
  recovers("31c", streamed()),
  recovers "32a",
  recovers("32b", EITHER),
  recovers "32c",
  recovers "32d",
  recovers("32e", EITHER),
  recovers "32f",
  recovers("32g", { memory = BOUNDED }),
  recovers("32h", { memory = BOUNDED }),
  reads("32i", EITHER),
  reads("32j", EITHER),
  recovers "32k",
  recovers("32l", { schema = "components" }),
  recovers("32m", { schema = "components" }),
  recovers "33a",
  recovers "33b",
  recovers "33c",
  recovers "33d",
  recovers("33a", picture),
  recovers("33e", streamed()),
  reads "34",
  reads("35a", { says = "+ ?" }),
  reads("35a", picture),
  reads("35b", { lacks = "+ ?" }),
  reads("35b", picture_too { lacks = "+ ?" }),
  fails("36a", "model not loaded"),
  fails("36b", "the context is full"),
  fails("36c", "Not Found"),
  fails("36d", "field required"),
  fails("36e", "no such route"),
  fails("36f", "first wrong"),
  fails("36g", "no model of that name"),
  recovers "37",
  reads("38", picture),
  reads("39a", picture),
  reads("39b", picture),
  reads("39c", picture),
  reads("39d", picture),
  reads("39e", picture),
  reads("39f", picture),
  reads("40a", picture_too { says = "the answer held 3 pictures" }),
  reads("40b", picture_too { says = "the answer held 2 pictures" }),
  recovers("41a", picture),
  recovers("41b", picture),
  recovers("41c", picture_too { says = "google/gemini-2.5-pro" }),
  recovers("41d", picture_too { says = "google/gemini-2.5-pro" }),
  recovers("41e", picture_too { says = "google/gemini-2.5-pro" }),
  recovers("41f", picture),
  recovers("41g", picture),
  reads("42a", picture),
  reads("42b", picture),
  reads("42c", picture),
  reads("42d", picture),
  reads("42e", picture),
  recovers("42f", picture_too { says = "not fetched" }),
  recovers("43a", picture),
  recovers("43b", picture),
  reads("43c", picture),
  reads("43d", picture),
  reads("43e", picture),
  recovers("43f", picture),
  recovers("43g", picture),
  recovers("43h", picture_too { says = "SVG" }),
  recovers("43i", picture_too { says = "HTML" }),
  recovers("43j", picture_too { memory = BOUNDED }),
  reads("44a", picture_too { says = "which is not 16:9" }),
  reads("44b", picture),
  reads("45", picture_too { memory = BOUNDED }),
  reads("46a", images),
  reads("46b", images),
  recovers("46c", images),
  recovers("46d", images),
  reads("46e", images),
  recovers("46f", images),
  recovers("36a", { on = "images", always = true, status = 1, asked = 1, says = "model not loaded" }),
  recovers("47", { on = "generation", always = true, besides = { case = "10a", schema = "lore", nth = { 1 } } }),
  recovers("47", {
    on = "generation", rule = { nth = { 1, 2 } }, besides = { case = "10a", schema = "lore", nth = { 1 } },
  }),
  reads("47", {
    on = "generation", always = true, says = "+ ?", besides = { case = "35b", schema = "lore", nth = { 1 } },
  }),
  reads("47", {
    on = "generation", rule = { nth = { 1, 2 } }, lacks = "+ ?",
    besides = { case = "35b", schema = "lore", nth = { 1 } },
  }),
  reads("48a", { on = "models", always = true }),
  reads("48b", { on = "key", always = true, says = "the key may still spend $1.25 of its limit of $10.00" }),
  reads("48c", { on = "key", always = true }),
  fails("51a", "redirect"),
  fails("51b", "redirect"),
  fails("51c", "redirect"),
  reads "51d",
  reads "51e",
  reads "51f",
  recovers("51g", { says = "larger than allowed", memory = BOUNDED }),
  recovers("51h", { says = "larger than allowed", memory = BOUNDED }),
  recovers("51i", { says = "HTTP/0.9" }),
  reads "51j",
  reads("51j", picture),
}
