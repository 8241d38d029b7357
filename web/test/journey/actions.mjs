// What a person does on the page and what is to be read there, for the steps of the journey.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { accessibility_problems } from "../browser.mjs";

/** Waits for `find`, run in the page, to be true. */
export const until = (page, find, ...values) => page.waitForFunction(find, { timeout: 20_000 }, ...values);
export const text_of = (page, selector) => page.$eval(selector, (element) => element.textContent);
export const titles = (page) => page.$$eval(".chip-title", (all) => all.map((chip) => chip.textContent));
export const shares = (page) => page.$$eval(".chip-share", (all) => all.map((chip) => chip.textContent));
export const status = (page) => text_of(page, "#status");

/** Names as they are pasted: all at once. */
export async function add_names(page, text) {
  await page.$eval("#name", (field, text) => (field.value = text), text);
  await page.focus("#name");
  await page.keyboard.press("Enter");
}

export async function choose_image(page, path) {
  await (await page.$("#file")).uploadFile(path);
  await page.waitForSelector(".picture");
}

export async function label(page) {
  await page.click("#run");
  await until(page, () => document.querySelectorAll(".chip-share").length > 0 && document.querySelector("#working").hidden);
}

/** The colour of the canvas at a share of its width and height. */
export const color_at = (page, x, y, pane = 0) =>
  page.$$eval(".picture", (all, x, y, pane) => {
    const canvas = all[pane];
    return [...canvas.getContext("2d").getImageData(canvas.width * x, canvas.height * y, 1, 1).data];
  }, x, y, pane);

export async function move_over(page, x, y) {
  const box = await (await page.$(".picture")).boundingBox();
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
}

/** A download, as soon as it is there. */
export async function saved(folder, ending) {
  for (let i = 0; i < 600; ++i) {
    const found = readdirSync(folder).find((name) => name.endsWith(ending));
    if (found) return { name: found, bytes: readFileSync(join(folder, found)) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no download that ends in ${ending}; there are ${readdirSync(folder)}`);
}

export async function check_accessibility(page, where) {
  assert.deepEqual(await accessibility_problems(page), [], where);
}
