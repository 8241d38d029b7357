// The example in the dark, and at a phone's width.
import assert from "node:assert/strict";
import { keep_screenshot, open_page } from "../browser.mjs";
import { check_accessibility, until } from "./actions.mjs";

export async function other_looks({ browser, address }) {
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
