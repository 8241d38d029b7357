// What a person does with the page, in a real browser on the real server: `node test/journey.mjs`. Screenshots go to
// build/page, or to the folder that RELPROMPT_SCREENSHOTS names.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessibility_problems, keep_screenshot, open_page, start_browser } from "./browser.mjs";
import { decode_rle } from "./rle.mjs";
import { source_folder, start_server } from "./server.mjs";

const world = join(source_folder, "examples/world.png");
const NAMES = ["water", "orange falling", "green plain", "purple level", "pink rising", "grass;lawn", "brick"];

/** Waits for `find`, run in the page, to be true. */
const until = (page, find, ...values) => page.waitForFunction(find, { timeout: 20_000 }, ...values);
const text_of = (page, selector) => page.$eval(selector, (element) => element.textContent);
const titles = (page) => page.$$eval(".chip-title", (all) => all.map((chip) => chip.textContent));
const shares = (page) => page.$$eval(".chip-share", (all) => all.map((chip) => chip.textContent));
const status = (page) => text_of(page, "#status");

async function add_names(page, text) {
  await page.type("#name", text);
  await page.keyboard.press("Enter");
}

async function choose_image(page, path) {
  await (await page.$("#file")).uploadFile(path);
  await page.waitForSelector(".picture");
}

async function label(page) {
  await page.click("#run");
  await until(page, () => document.querySelectorAll(".chip-share").length > 0 && document.querySelector("#working").hidden);
}

/** The colour of the canvas at a share of its width and height. */
const color_at = (page, x, y, pane = 0) =>
  page.$$eval(".picture", (all, x, y, pane) => {
    const canvas = all[pane];
    return [...canvas.getContext("2d").getImageData(canvas.width * x, canvas.height * y, 1, 1).data];
  }, x, y, pane);

async function move_over(page, x, y) {
  const box = await (await page.$(".picture")).boundingBox();
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
}

async function saved(folder, ending) {
  for (let i = 0; i < 600; ++i) {
    const found = readdirSync(folder).find((name) => name.endsWith(ending));
    if (found) return { name: found, bytes: readFileSync(join(folder, found)) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no download that ends in ${ending}; there are ${readdirSync(folder)}`);
}

async function check_accessibility(page, where) {
  assert.deepEqual(await accessibility_problems(page), [], where);
}

async function labelling({ page }) {
  await check_accessibility(page, "empty page");
  await keep_screenshot(page, "1-empty");
  await add_names(page, NAMES.slice(0, 6).join(", "));
  assert.deepEqual(await titles(page), ["water", "orange falling", "green plain", "purple level", "pink rising", "grass"]);
  await page.type("#name", "brick,");  // a comma is enough
  assert.equal((await titles(page)).length, 7);
  await choose_image(page, world);
  assert.match(await status(page), /world.png, 96 by 96 pixels/);
  await keep_screenshot(page, "2-image");
  await label(page);
  assert.equal((await shares(page)).length, 7);
  assert.match(await status(page), /water \d+%/);
  await check_accessibility(page, "labelled");
  await keep_screenshot(page, "3-labels");
}

async function pointing({ page }) {
  await move_over(page, 0.02, 0.02);
  await page.waitForSelector("#probe:not([hidden])");
  assert.match(await text_of(page, "#probe"), /^\D+\d+%$/);
  const before = await color_at(page, 0.02, 0.02);
  await page.keyboard.press("o");
  const original = await color_at(page, 0.02, 0.02);
  assert.notDeepEqual(original, before);
  await page.keyboard.press("o");
  assert.deepEqual(await color_at(page, 0.02, 0.02), before);
  await page.click('.chip:nth-child(2) .chip-name');
  assert.equal(await page.$eval(".chip:nth-child(2) .chip-name", (chip) => chip.ariaPressed), "true");
  await keep_screenshot(page, "4-one-class");
  await page.keyboard.press("Escape");
  assert.equal(await page.$(".chip.chosen"), null);
  // The keyboard alone.
  await page.focus(".picture");
  await page.keyboard.press("ArrowRight");
  assert.match(await text_of(page, "#said"), /, \d+%$/);
  await page.keyboard.press("Enter");
  assert.notEqual(await page.$(".chip.chosen"), null);
  await page.keyboard.press("Escape");
}

async function views({ page }) {
  const labels = await color_at(page, 0.5, 0.5);
  await page.click('[data-view="scores"]');
  await until(page, (before) => {
    const canvas = document.querySelector(".picture");
    const now = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    return [...now].join() !== before;
  }, labels.join());
  await move_over(page, 0.5, 0.5);
  assert.match(await text_of(page, "#probe"), /water: \d+%/);
  await keep_screenshot(page, "5-score");
  await page.click('[data-view="attention"]');
  await page.waitForSelector(".strip button");
  assert.equal((await page.$$(".strip button")).length, 3);
  await page.click(".strip button:first-child");
  await until(page, () => document.querySelector(".strip button").getAttribute("aria-pressed") === "true");
  await until(page, () => [...document.querySelectorAll(".strip img")].every((image) => image.naturalWidth > 0));
  await check_accessibility(page, "attention");
  await keep_screenshot(page, "6-attention");
  await page.click('[data-view="labels"]');
  await page.keyboard.press("Escape");
}

/** Moves the slider and waits until the result says so. */
async function set_unknown(page, percent) {
  await page.$eval("#unknown", (slider, percent) => {
    slider.value = percent;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(percent));
  await until(page, (any) => document.querySelector("#status").textContent.includes("unknown") === any, percent > 0);
}

async function thresholds({ page, address }) {
  const paths = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  await set_unknown(page, 100);
  const relabels = paths.filter((path) => path.endsWith("/relabel"));
  assert.equal(relabels.length, 1);
  assert.ok(!paths.includes("/v1/segment"), "labels for another threshold come from the kept scores");
  await keep_screenshot(page, "7-unknown");
  // When the server has forgotten the scores, they are computed again.
  assert.equal((await fetch(address + relabels[0].replace("/relabel", ""), { method: "DELETE" })).status, 204);
  await set_unknown(page, 0);
  assert.ok(paths.includes("/v1/segment"));
}

async function downloads({ page }) {
  const folder = mkdtempSync(join(tmpdir(), "relprompt-page-"));
  try {
    const client = await page.createCDPSession();
    await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
    for (const output of ["labels", "overlay", "coco", "coco-polygons"]) await page.click(`[data-save="${output}"]`);
    assert.equal((await saved(folder, "world.labels.png")).bytes.toString("latin1", 1, 4), "PNG");
    assert.equal((await saved(folder, "world.overlay.jpg")).bytes[0], 0xff);
    const coco = JSON.parse((await saved(folder, "world.coco.json")).bytes);
    const pixels = coco.annotations.map(({ segmentation }) => decode_rle(segmentation).reduce((sum, bit) => sum + bit, 0));
    assert.deepEqual(pixels, coco.annotations.map(({ area }) => area));
    assert.equal(pixels.reduce((sum, area) => sum + area, 0), 96 * 96);
    const polygons = JSON.parse((await saved(folder, "world.coco-polygons.json")).bytes);
    assert.ok(polygons.annotations[0].segmentation[0].length >= 6);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function commands({ page, browser, address }) {
  await browser.defaultBrowserContext().overridePermissions(address, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  await page.click("summary");
  assert.match(await text_of(page, "#command"), /^relprompt segment world.png --model demo --classes 'water, orange falling/);
  assert.match(await text_of(page, "#python"), /relprompt.Segmenter\(model, "water, orange/);
  await page.bringToFront();
  await page.click('[data-copy="command"]');
  await until(page, () => document.querySelector('[data-copy="command"]').textContent.startsWith("Copied"));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await text_of(page, "#command"));
  await check_accessibility(page, "commands");
  await keep_screenshot(page, "8-commands");
  await page.click("summary");
}

async function side_by_side({ page }) {
  const options = await page.$$eval("#beside option", (all) => all.map((option) => [option.value, option.textContent]));
  const [other] = options.find(([, name]) => name.startsWith("clip, head"));
  await page.select("#beside", other);
  await until(page, () => document.querySelectorAll(".picture").length === 2 && document.querySelector("#working").hidden &&
    [...document.querySelectorAll(".picture")].every((canvas) => /%/.test(canvas.ariaLabel)));
  await check_accessibility(page, "side by side");
  await keep_screenshot(page, "9-side-by-side");
  await page.select("#beside", "");
}

async function vocabularies({ page }) {
  await page.select("#vocabulary", "voc-20");
  assert.equal((await titles(page)).length, 20);
  assert.ok(await page.$eval("#after", (element) => element.hidden));  // what is shown is not of these names
  await label(page);
  assert.match(await text_of(page, "#command"), /--vocabulary voc-20/);
  assert.equal(await page.$eval("#calibration-box", (box) => box.hidden), false);
  await keep_screenshot(page, "10-vocabulary");
}

async function errors({ page }) {
  const damaged = join(tmpdir(), `relprompt-page-${process.pid}.png`);
  writeFileSync(damaged, "no image");
  await (await page.$("#file")).uploadFile(damaged);
  await page.waitForSelector("#error:not([hidden])");
  assert.match(await text_of(page, "#error"), /no image that this browser can show/i);
  rmSync(damaged);
  await page.click("#clear");
  await add_names(page, "x".repeat(400));
  await label_fails(page, /300|bytes/);
  await check_accessibility(page, "error");
  await keep_screenshot(page, "11-error");
}

async function label_fails(page, message) {
  await page.click("#run");
  await page.waitForSelector("#error:not([hidden])");
  assert.match(await text_of(page, "#error"), message);
}

async function camera({ page }) {
  await page.click(".below .use-camera");
  await until(page, () => document.querySelector("#camera-video").videoWidth > 0);
  await page.click("#camera-take");
  await until(page, () => document.querySelector("#status").textContent.startsWith("camera.jpg"));
}

async function paste_and_drop({ page }) {
  const hand_over = (kind) => page.evaluate(async (kind) => {
    const image = await (await fetch("/assets/world.png")).blob();
    const data = new DataTransfer();
    data.items.add(new File([image], `${kind}.png`, { type: "image/png" }));
    const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
  }, kind);
  for (const kind of ["paste", "drop"]) {
    await hand_over(kind);
    await until(page, (kind) => document.querySelector("#status").textContent.startsWith(`${kind}.png`), kind);
  }
}

/** The example in the dark, and at a phone's width. */
async function other_looks({ browser, address }) {
  const looks = { dark: { dark: true }, phone: { width: 390, height: 844, touch: true },
    "phone-dark": { width: 390, height: 844, touch: true, dark: true } };
  for (const [name, look] of Object.entries(looks)) {
    const { page, problems } = await open_page(browser, address, look);
    await keep_screenshot(page, `${name}-empty`);
    await page.click("#example");
    await until(page, () => document.querySelectorAll(".chip-share").length > 0);
    await check_accessibility(page, name);
    await keep_screenshot(page, `${name}-labels`);
    await page.click('[data-view="attention"]');
    await page.waitForSelector(".strip button");
    await until(page, () => [...document.querySelectorAll(".strip img")].every((image) => image.naturalWidth > 0));
    await keep_screenshot(page, `${name}-attention`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(width <= 0, `${name}: the page is ${width} pixels wider than the window`);
    assert.deepEqual(problems, []);
    await page.close();
  }
}

const server = await start_server();
const browser = await start_browser();
try {
  const { page, problems } = await open_page(browser, server.address);
  const context = { page, browser, address: server.address };
  const steps = [labelling, pointing, views, thresholds, downloads, commands, side_by_side, vocabularies, errors, camera,
    paste_and_drop, other_looks];
  for (const step of steps) {
    await step(context).catch(async (problem) => {
      await keep_screenshot(page, "failed");
      console.error(`${step.name}: status "${await status(page)}", error "${await text_of(page, "#error")}"`, problems);
      throw problem;
    });
    console.log(`ok ${step.name} ${Math.round(performance.now() / 1000)} s`);
  }
  assert.deepEqual(problems, []);
} finally {
  await browser.close();
  await server.stop();
}
