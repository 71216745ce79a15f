// bench/board_page.mjs BROWSER ADDRESS: how soon a board is seen and steered.
import { chromium } from "playwright-core";

const [browserPath, address] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const rounds = [];
for (let round = 0; round < 3; round += 1) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.waitForTimeout(500);
  rounds.push(await page.evaluate(async () => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    const { domInteractive, loadEventEnd } = performance.getEntriesByType("navigation")[0];
    const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const list = document.getElementById("with");
    const start = performance.now();
    list.selectedIndex = 1;
    list.dispatchEvent(new Event("change"));
    await settled();
    return { panels: document.querySelectorAll(".scene .panel:not(.stage)").length, "first paint": painted,
      "dom ready": domInteractive, loaded: loadEventEnd, "filter shown": performance.now() - start };
  }));
  await page.close();
}
console.log("a board in the browser, milliseconds, three rounds:");
for (const name of Object.keys(rounds[0])) {
  console.log("  " + name.padEnd(14) + rounds.map((round) => round[name].toFixed(0).padStart(7)).join(""));
}
await browser.close();
