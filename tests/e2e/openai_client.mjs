// tests/e2e/openai_client.mjs: OpenAI's own client against the mock whose address
// is given. Prints what it got as JSON.

import OpenAI from "openai";

const origin = process.argv[2];
const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: "none", maxRetries: 0 });
const router = new OpenAI({ baseURL: `${origin}/api/v1`, apiKey: "none", maxRetries: 2 });

const messages = [{ role: "user", content: "A lighthouse keeper finds that her light calls something." }];
const schema = {
  type: "object",
  properties: { title: { type: "string" }, scenes: { type: "array", items: { type: "string" } } },
  required: ["title", "scenes"],
  additionalProperties: false,
};
const response_format = { type: "json_schema", json_schema: { name: "tale", strict: true, schema } };

const chat = await router.chat.completions.create({ model: "openai/gpt-5", messages, max_tokens: 500 });

const parsed = await client.chat.completions.parse({ model: "gpt-5", messages, response_format, max_tokens: 500 });

const stream = await router.chat.completions.create({
  model: "openai/gpt-5", messages, response_format, max_tokens: 500, stream: true,
});
let streamed = "", chunks = 0, finish = null, usage = null;
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  finish = chunk.choices[0]?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
  chunks++;
}

const drawn = await client.images.generate({ model: "gpt-image-1", prompt: "A lighthouse.", size: "1536x1024" });
const picture = Buffer.from(drawn.data[0].b64_json, "base64");

let refused = null;
try {
  await client.chat.completions.create({ model: "gpt-5", messages: [] });
} catch (error) {
  refused = { status: error.status, message: error.message };
}

console.log(JSON.stringify({
  chat: chat.choices[0].message.content,
  cost: chat.usage.cost,
  parsed: parsed.choices[0].message.parsed ?? JSON.parse(parsed.choices[0].message.content),
  streamed: JSON.parse(streamed),
  chunks, finish,
  tokens: usage.total_tokens,
  picture: { magic: picture.subarray(1, 4).toString(), width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) },
  models: (await router.models.list()).data.map((model) => model.id),
  refused,
}));
