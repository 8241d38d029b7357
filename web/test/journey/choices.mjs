// A second model beside the first, and a vocabulary in place of names.
import assert from "node:assert/strict";
import { keep_screenshot } from "../browser.mjs";
import { check_accessibility, label, text_of, titles, until } from "./actions.mjs";

export async function side_by_side({ page }) {
  const options = await page.$$eval("#beside option", (all) => all.map((option) => [option.value, option.textContent]));
  const [other] = options.find(([, name]) => name.startsWith("clip, head"));
  await page.select("#beside", other);
  await until(page, () => document.querySelectorAll(".picture").length === 2 && document.querySelector("#working").hidden &&
    [...document.querySelectorAll(".picture")].every((canvas) => /%/.test(canvas.ariaLabel)));
  await check_accessibility(page, "side by side");
  await keep_screenshot(page, "9-side-by-side");
  await page.select("#beside", "");
}

export async function vocabularies({ page }) {
  await page.select("#vocabulary", "voc-20");
  assert.equal((await titles(page)).length, 20);
  assert.ok(await page.$eval("#after", (element) => element.hidden));  // what is shown is not of these names
  await label(page);
  assert.match(await text_of(page, "#command"), /--vocabulary voc-20/);
  assert.equal(await page.$eval("#calibration-box", (box) => box.hidden), false);
  await keep_screenshot(page, "10-vocabulary");
}
