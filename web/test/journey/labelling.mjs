// From an empty page to labels, and the ways to look at them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { keep_screenshot } from "../browser.mjs";
import { source_folder } from "../server.mjs";
import { add_names, check_accessibility, choose_image, color_at, label, move_over, shares, status, text_of, titles,
  until } from "./actions.mjs";

const NAMES = ["water", "orange falling", "green plain", "purple level", "pink rising", "grass;lawn", "brick"];

export async function labelling({ page }) {
  await check_accessibility(page, "empty page");
  await keep_screenshot(page, "1-empty");
  await add_names(page, NAMES.slice(0, 6).join(", "));
  assert.deepEqual(await titles(page), ["water", "orange falling", "green plain", "purple level", "pink rising", "grass"]);
  await page.type("#name", "brick,");  // a comma is enough
  assert.equal((await titles(page)).length, 7);
  await choose_image(page, join(source_folder, "examples/world.png"));
  assert.match(await status(page), /world.png, 96 by 96 pixels/);
  await keep_screenshot(page, "2-image");
  await label(page);
  assert.equal((await shares(page)).length, 7);
  assert.match(await status(page), /water \d+%/);
  await check_accessibility(page, "labelled");
  await keep_screenshot(page, "3-labels");
}

export async function pointing({ page }) {
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

export async function views({ page }) {
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
