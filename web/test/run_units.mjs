// Bundles test/units/*.test.ts and runs them with node's own test runner: `npm test`.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const units = join(dirname(fileURLToPath(import.meta.url)), "units");
const folder = mkdtempSync(join(tmpdir(), "relprompt-page-units-"));
try {
  const names = readdirSync(units).filter((name) => name.endsWith(".test.ts"));
  await build({
    entryPoints: names.map((name) => join(units, name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    define: { SOURCE_FOLDER: JSON.stringify(join(units, "../../..")) },
  });
  const files = names.map((name) => join(folder, name.replace(/ts$/, "mjs")));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
