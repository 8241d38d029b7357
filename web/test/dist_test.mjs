// web/dist is what the sources build: builds them beside it and compares every byte.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(join(tmpdir(), "relprompt-page-dist-"));
const files = (root) => readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1)).sort();
try {
  const built = spawnSync(process.execPath, [join(web, "build.mjs"), folder], { stdio: "inherit" });
  assert.equal(built.status, 0);
  assert.deepEqual(files(join(web, "dist")), files(folder));
  for (const name of files(folder)) {
    const same = readFileSync(join(folder, name)).equals(readFileSync(join(web, "dist", name)));
    assert.ok(same, `web/dist/${name} is not what the sources build; run npm run build in web/`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
