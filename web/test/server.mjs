// The program's server for a test: RELPROMPT_PROGRAM serves the bundled model, and its CLIP without prompts.
import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const source_folder = join(dirname(fileURLToPath(import.meta.url)), "../..");

export const program = resolve(process.env.RELPROMPT_PROGRAM ?? join(source_folder, "build/release/bin/relprompt"));

/** Its address and a function that ends it. */
export async function start_server() {
  const models = ["demo=models/demo", "clip=models/demo/clip.safetensors"].flatMap((model) => ["--model", model]);
  const server = spawn(program, ["serve", ...models, "--port", "0", "--workers", "1"], { cwd: source_folder });
  let said = "";
  const address = await new Promise((resolve, reject) => {
    const listen = (text) => {
      said += text;
      const found = /listening on (http:\S+)/.exec(said);
      if (found) resolve(found[1]);
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.on("error", reject);
    server.on("exit", (status) => reject(new Error(`the server ended with status ${status}: ${said}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      server.removeAllListeners("exit");
      server.on("exit", resolve);
      server.kill("SIGTERM");
    });
  return { address, stop };
}
