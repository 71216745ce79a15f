// scheduler.mjs LAYERS WIDTH: the graph of scheduler.lua as promises.
const [layers, width] = process.argv.slice(2).map(Number);
const node = async (...parents) => {
  await Promise.all(parents);
};
let before = Array.from({ length: width }, () => node());
for (let layer = 1; layer < layers; layer++) {
  before = before.map((parent, i) => node(parent, before[(i + 1) % width]));
}
await Promise.all(before);
