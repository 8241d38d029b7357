// Labels by other thresholds, and what is taken along: files, a command, a Python program.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { keep_screenshot, open_page } from "../browser.mjs";
import { decode_rle } from "../rle.mjs";
import { program, source_folder } from "../server.mjs";
import { check_accessibility, saved, text_of, until } from "./actions.mjs";

/** Moves the slider and waits until the result says so. */
async function set_unknown(page, percent) {
  await page.$eval("#unknown", (slider, percent) => {
    slider.value = percent;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(percent));
  await until(page, (any) => document.querySelector("#status").textContent.includes("unknown") === any, percent > 0);
}

export async function thresholds({ page, address }) {
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

/** Calls `work` with a scratch folder. */
async function in_folder(work) {
  const folder = mkdtempSync(join(tmpdir(), "relprompt-page-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function downloads(context) {
  const { page } = context;
  await in_folder(async (folder) => {
    const client = await page.createCDPSession();
    await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
    for (const output of ["labels", "overlay", "coco", "coco-polygons"]) await page.click(`[data-save="${output}"]`);
    context.labels = (await saved(folder, "world.labels.png")).bytes;
    assert.equal(context.labels.toString("latin1", 1, 4), "PNG");
    assert.equal((await saved(folder, "world.overlay.jpg")).bytes[0], 0xff);
    const coco = JSON.parse((await saved(folder, "world.coco.json")).bytes);
    const pixels = coco.annotations.map(({ segmentation }) => decode_rle(segmentation).reduce((sum, bit) => sum + bit, 0));
    assert.deepEqual(pixels, coco.annotations.map(({ area }) => area));
    assert.equal(pixels.reduce((sum, area) => sum + area, 0), 96 * 96);
    const polygons = JSON.parse((await saved(folder, "world.coco-polygons.json")).bytes);
    assert.ok(polygons.annotations[0].segmentation[0].length >= 6);
  });
}

/** The command as it is pasted into a shell beside the image gives the labels that were downloaded. */
function check_command(command, labels) {
  return in_folder((folder) => {
    copyFileSync(join(source_folder, "examples/world.png"), join(folder, "world.png"));
    const env = { ...process.env, PATH: `${dirname(program)}:${process.env.PATH}`, XDG_CACHE_HOME: folder };
    execFileSync("bash", ["-c", command], { cwd: folder, env, stdio: "pipe" });
    assert.deepEqual(readFileSync(join(folder, "out/world.labels.png")), labels);
  });
}

export async function commands({ page, browser, address, labels }) {
  await browser.defaultBrowserContext().overridePermissions(address, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  await page.click("summary");
  const model = join(source_folder, "models/demo");
  const command = await text_of(page, "#command");
  assert.ok(command.startsWith(`relprompt segment world.png --model ${model} --classes 'water, orange falling`), command);
  assert.ok((await text_of(page, "#python")).includes(`relprompt.Model("${model}")`));
  assert.match(await text_of(page, "#python"), /relprompt.Segmenter\(model, "water, orange/);
  assert.ok(await page.$eval("#replace", (note) => note.hidden), "nothing is left to replace");
  await check_command(command, labels);
  await page.bringToFront();
  await page.click('[data-copy="command"]');
  await until(page, () => document.querySelector('[data-copy="command"]').textContent.startsWith("Copied"));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
  await check_accessibility(page, "commands");
  await keep_screenshot(page, "8-commands");
  await page.click("summary");
}

/** Behind a proxy the server does not tell its paths: the page says what to put in. */
export async function untold_path({ browser, address }) {
  const { page, problems } = await open_page(browser, address);
  await page.setExtraHTTPHeaders({ "X-Forwarded-For": "10.0.0.1" });
  await page.reload({ waitUntil: "networkidle0" });
  await page.click("#example");
  await page.waitForSelector("#after:not([hidden])");
  await page.click("summary");
  assert.match(await text_of(page, "#command"), / --model PATH_OF_demo /);
  assert.match(await page.$eval("#replace", (note) => note.innerText), /In place of PATH_OF_demo/);
  await check_accessibility(page, "a path that is not told");
  assert.deepEqual(problems, []);
  await page.close();
}
