// tests/peers/aimock.mjs: sets up aimock (npm package @copilotkit/aimock) to write
// and draw: texts that fit the schema of the request, pictures through the images
// endpoints and, for OpenRouter's chat, within the text. Prints its address.

import { deflateSync } from "node:zlib";
import { LLMock } from "@copilotkit/aimock";

// A value that fits a schema as sbhost writes them.
function fill(schema, name = "text", number = 1) {
  if (schema.enum) return schema.enum[Math.min(number, schema.enum.length) - 1];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties).map(([key, inner]) => [
          key,
          key === "name" ? fill(inner, name, number) : fill(inner, key, number),
        ]),
      );
    case "array": {
      const names = schema.items.enum ?? schema.items.properties?.name?.enum;
      const told = /Exactly (\d+)/.exec(schema.description ?? "");
      const length = names?.length ?? Number(told?.[1] ?? 3);
      return Array.from({ length }, (_, i) => fill(schema.items, name, i + 1));
    }
    case "integer":
    case "number":
      return 3;
    default:
      return `A ${name} ${number}`;
  }
}

const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = table[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

// A picture of its own for every text.
function png(text, width = 1344, height = 768) {
  const seed = crc(Buffer.from(text));
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0, at = 0; y < height; y++) {
    at++; // no filter
    for (let x = 0; x < width; x++) {
      rows[at++] = (x * 255) / width;
      rows[at++] = (y * 255) / height;
      rows[at++] = (x ^ y ^ seed) & 255;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]).toString("base64");
}

function lastWords(request) {
  const { content } = request.messages.at(-1);
  return typeof content === "string" ? content : content.map((part) => part.text ?? "").join("\n");
}

const mock = new LLMock({ port: 0, auth: { apiKeys: ["peer-key"] } });
mock.on({ endpoint: "image" }, (request) => ({ image: { b64Json: png(lastWords(request)) } }));
mock.on({ endpoint: "chat" }, (request) => {
  const schema = request.response_format?.json_schema?.schema;
  const usage = { prompt_tokens: 50, completion_tokens: 20, cost: 0.001 };
  if (request.modalities?.includes("image")) {
    return { content: `![frame](data:image/png;base64,${png(lastWords(request))})`, usage };
  }
  return { content: schema ? JSON.stringify(fill(schema)) : "Put more plainly.", usage };
});
await mock.start();
console.log(mock.url);
