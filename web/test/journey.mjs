// What a person does with the page, in a real browser on the real server: `node test/journey.mjs`. The steps, in files of
// journey/, go on from where the one before ended. Screenshots go to build/page, or to the folder that
// RELPROMPT_SCREENSHOTS names.
import assert from "node:assert/strict";
import { keep_screenshot, open_page, start_browser } from "./browser.mjs";
import { status, text_of } from "./journey/actions.mjs";
import { side_by_side, vocabularies } from "./journey/choices.mjs";
import { camera, errors, paste_and_drop } from "./journey/images.mjs";
import { labelling, pointing, views } from "./journey/labelling.mjs";
import { other_looks } from "./journey/looks.mjs";
import { commands, downloads, thresholds, untold_path } from "./journey/results.mjs";
import { start_server } from "./server.mjs";

const server = await start_server();
const browser = await start_browser();
try {
  const { page, problems } = await open_page(browser, server.address);
  const context = { page, browser, address: server.address };
  const steps = [labelling, pointing, views, thresholds, downloads, commands, side_by_side, vocabularies, errors, camera,
    paste_and_drop, untold_path, other_looks];
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
