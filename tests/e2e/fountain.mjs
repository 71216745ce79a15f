// fountain.mjs: what fountain-js reads in a screenplay, as JSON. Argument: the file.
import { readFileSync } from "node:fs";
import { Fountain } from "fountain-js";

const { title, tokens } = new Fountain().parse(readFileSync(process.argv[2], "utf8"), true);
console.log(JSON.stringify({
  title,
  tokens: tokens.map(({ type, text, scene_number: number }) => ({ type, text, number })),
}));
