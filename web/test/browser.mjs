// Chromium for a test, and what every test of the page watches: requests elsewhere, errors, accessibility.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { source_folder } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = process.env.RELPROMPT_SCREENSHOTS ?? join(source_folder, "build/page");

function chromium() {
  const paths = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Error("there is no Chromium; CHROMIUM=PATH names one");
  return found;
}

export function start_browser() {
  mkdirSync(screenshots, { recursive: true });
  // A container has neither the sandbox nor a large /dev/shm; the page is our own.
  const flags = ["--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream"];
  return puppeteer.launch({ executablePath: chromium(), args: flags, headless: true });
}

/** A page of the server whose problems gather in `problems`. */
export async function open_page(browser, address, { width = 1280, height = 860, dark = false, touch = false } = {}) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // An answer that is an error is also written to the console; tests of errors expect those.
    const expected = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !expected) problems.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(blob|data):/.test(url)) problems.push(`a request elsewhere: ${url}`);
  });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.setViewport({ width, height, isMobile: touch, hasTouch: touch });
  await page.goto(address, { waitUntil: "networkidle0" });
  return { page, problems };
}

export function keep_screenshot(page, name) {
  return page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

/** What axe finds, as text lines: the rule, and where. */
export async function accessibility_problems(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}: ${node.failureSummary}`));
}
