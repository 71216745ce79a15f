// page.mjs: a board in Chromium: does what a person at it does, and prints as JSON what
// they would see. Arguments: the browser, the address of the board, that of a hostile
// one, that of a large one, that of one with its pictures in it, and a folder for what
// is printed.
import { readFileSync, unlinkSync } from "node:fs";
import { chromium } from "playwright-core";

const [browserPath, address, hostile, large, whole, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const faults = []; // what the console or a request says in all of this
const alive = [];  // signs that a text was taken for a script

async function open(url, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: "light", ...options });
  page.setDefaultTimeout(10000);
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error}`));
  page.on("dialog", (dialog) => { alive.push(dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url().startsWith("data:")) return;
    if (!request.url().startsWith(url.replace(/[^/]*$/, ""))) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

// What of the board can be seen, and what the bar says of it.
const look = (page) => page.evaluate(() => ({
  scenes: [...document.querySelectorAll(".scene")].filter((one) => one.offsetParent).length,
  panels: [...document.querySelectorAll(".scene .panel:not(.stage)")].filter((one) => one.offsetParent).length,
  front: [...document.querySelectorAll(".front")].filter((one) => one.offsetParent).length,
  count: document.getElementById("count").textContent,
  hash: location.hash,
}));
const box = (page) => page.evaluate(() => ({
  open: document.getElementById("box").open,
  number: document.querySelector("#box .no")?.textContent,
  picture: document.querySelector("#box img")?.getAttribute("src"),
  width: document.querySelector("#box img")?.getBoundingClientRect().width,
  place: document.getElementById("place").textContent,
  inside: Boolean(document.activeElement.closest("#box")),
  focused: document.activeElement.closest(".panel")?.id,
}));
const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

// Back from the enlarged panel to the board.
async function back(page) {
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !location.hash.includes("panel="));
}

async function filters() {
  const page = await open(address);
  const seen = { all: await look(page) };
  await page.selectOption("#scene", { index: 2 });
  seen.scene = await look(page);
  await page.reload();
  seen.reloaded = await look(page);
  await page.keyboard.press("a");
  seen.again = await look(page);
  seen.names = await page.$$eval("#with option", (list) => list.slice(1).map((one) => one.value));
  await page.selectOption("#with", { index: 2 });
  seen.prop = await look(page);
  seen.strangers = await page.$$eval(".scene .panel", (list) => list.filter((one) => one.offsetParent &&
    !JSON.parse(one.dataset.props).includes(document.getElementById("with").value)).length);
  await page.click(".home");
  seen.home = await look(page);
  await page.close();
  return seen;
}

async function enlarged() {
  const page = await open(address);
  const seen = {};
  const panel = page.locator(".scene .panel:not(.stage)").nth(1);
  await panel.locator(".frame").click();
  seen.clicked = await box(page);
  seen.small = await panel.locator("img").evaluate((image) => image.getBoundingClientRect().width);
  await page.keyboard.press("ArrowRight");
  seen.next = await box(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  seen.tabbed = await box(page);
  await page.click("#previous");
  await page.click("#previous");
  seen.previous = await box(page);
  seen.linked = await page.evaluate(() => location.hash);
  await page.keyboard.press("End");
  seen.last = await box(page);
  await back(page);
  seen.closed = await box(page);
  await page.goto(address + seen.linked);
  await page.reload();
  seen.arrived = await box(page);
  await page.close();
  return seen;
}

async function keyboard() {
  const page = await open(address);
  const seen = {};
  await page.keyboard.press("n");
  seen.scene = await page.evaluate(() => Math.round(document.querySelector(".scene").getBoundingClientRect().top));
  await page.keyboard.press("ArrowRight");
  seen.first = await box(page);
  await page.keyboard.press("ArrowRight");
  seen.second = await box(page);
  await page.keyboard.press("Enter");
  seen.entered = await box(page);
  await back(page);
  seen.light = await paper(page);
  await page.keyboard.press("t");
  seen.dark = await paper(page);
  seen.hash = await page.evaluate(() => location.hash);
  const detail = page.locator(".scene .panel:not(.stage) .detail").first();
  seen.plain = await detail.isVisible();
  await page.keyboard.press("d");
  seen.detailed = await detail.isVisible();
  await page.keyboard.press("?");
  seen.keys = await page.locator("#keys").isVisible();
  await page.keyboard.press("Escape");
  seen.noKeys = await page.locator("#keys").isVisible();
  await page.keyboard.press("s");
  seen.list = await page.evaluate(() => document.activeElement.id);
  await page.close();
  const other = await open(address, { colorScheme: "dark" });
  seen.system = await paper(other);
  await other.emulateMedia({ media: "print" });
  seen.print = await paper(other);
  await other.close();
  return seen;
}

async function paperOf() {
  const page = await open(address);
  await page.pdf({ path: folder + "/board.pdf", format: "A4" });
  await page.close();
  return readFileSync(folder + "/board.pdf").toString("latin1").slice(0, 5);
}

async function missing() {
  let page = await open(address);
  const name = await page.locator(".scene .panel img").last().getAttribute("src");
  await page.close();
  unlinkSync(new URL(name, address));
  page = await open(address);
  await page.locator(".scene .panel").last().scrollIntoViewIfNeeded();
  const gone = page.locator(".frame", { hasText: "Not there" });
  await gone.waitFor();
  const words = await gone.innerText();
  await page.close();
  return { words, name };
}

async function harmless() {
  const page = await open(hostile);
  await page.waitForTimeout(100);
  for (const frame of await page.$$(".panel .frame")) {
    await frame.click();
    await back(page);
  }
  await page.selectOption("#with", { index: 1 });
  const left = await look(page);
  await page.reload();
  const seen = await page.evaluate(() => ({
    scripts: document.scripts.length,
    foreign: document.querySelectorAll("iframe, object, b i, link, base, img[src^='x'], [onerror], [style]").length,
    title: document.querySelector("h1").textContent,
    chosen: document.getElementById("with").selectedIndex,
    ran: window.ran === true,
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    direction: getComputedStyle(document.querySelector(".scene .prose p")).direction,
  }));
  await page.close();
  return { ...seen, left: left.panels };
}

async function inOneFile() {
  const page = await open(whole);
  await page.locator(".scene .panel:not(.stage) .frame").first().click();
  await page.locator("#box img").waitFor();
  const seen = await page.evaluate(async () => ({
    least: Math.min(...await Promise.all([...document.images].map(async (image) => {
      image.loading = "eager";
      await image.decode();
      return image.naturalWidth;
    }))),
    links: document.querySelectorAll("a[href]:not([href^='#'])").length,
    width: document.querySelector("#box img").naturalWidth,
    named: [...document.images].filter((image) => !image.getAttribute("src").startsWith("data:")).length,
  }));
  await page.close();
  return seen;
}

async function many() {
  const page = await open(large);
  const seen = await look(page);
  await page.locator(".order a").nth(45).click();
  await page.waitForFunction(() => {
    const { top } = document.querySelectorAll(".scene")[45].getBoundingClientRect();
    return top > 0 && top < 100;
  });
  await page.selectOption("#with", { index: 1 });
  const filtered = await look(page);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  await page.close();
  return { ...seen, filtered: filtered.panels, paint };
}

const seen = {
  filters: await filters(), enlarged: await enlarged(), keyboard: await keyboard(), pdf: await paperOf(),
  hostile: await harmless(), many: await many(), whole: await inOneFile(),
};
const quiet = faults.splice(0);
seen.missing = await missing();
console.log(JSON.stringify({ ...seen, faults: quiet, alive }));
await browser.close();
