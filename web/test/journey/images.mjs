// What goes wrong with an image or names, and the other ways to hand an image over.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keep_screenshot } from "../browser.mjs";
import { add_names, check_accessibility, text_of, until } from "./actions.mjs";

export async function errors({ page }) {
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

export async function camera({ page }) {
  await page.click(".below .use-camera");
  await until(page, () => document.querySelector("#camera-video").videoWidth > 0);
  await page.click("#camera-take");
  await until(page, () => document.querySelector("#status").textContent.startsWith("camera.jpg"));
}

export async function paste_and_drop({ page }) {
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
