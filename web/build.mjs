// Builds the page from src into dist, or into the folder that is named: `node build.mjs [FOLDER]`. What it writes
// depends on the sources alone, so that a test can compare.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "dist");
rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "assets"), { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts"],
  outfile: join(target, "assets/main.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
});
copyFileSync(join(here, "src/index.html"), join(target, "index.html"));
for (const name of ["style.css", "icon.svg"]) copyFileSync(join(here, "src", name), join(target, "assets", name));
for (const name of ["world", "scene"])
  copyFileSync(join(here, "../examples", `${name}.png`), join(target, "assets", `${name}.png`));
