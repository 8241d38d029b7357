// Taking results along: files, and the commands that give them again.
import type { Answer } from "./api";
import { from_base64 } from "./base64";
import { command_of, place_of, python_of, type Job } from "./commands";
import { by_id, save_file } from "./dom";
import { announce } from "./messages";

/** File ending and type of each download. */
const FILES: Record<string, { ending: string; type: string }> = {
  labels: { ending: "labels.png", type: "image/png" },
  overlay: { ending: "overlay.jpg", type: "image/jpeg" },
  coco: { ending: "coco.json", type: "application/json" },
  "coco-polygons": { ending: "coco-polygons.json", type: "application/json" },
};

export function save_output(answer: Answer, output: string, image_name: string): void {
  const { ending, type } = FILES[output];
  const value = answer[output];
  const content = typeof value === "string" ? from_base64(value) : JSON.stringify(value);
  const stem = image_name.replace(/\.[^.]*$/, "") || "image";
  save_file(`${stem}.${ending}`, new Blob([content], { type }));
}

export function show_commands(job: Job): void {
  by_id("command").textContent = command_of(job);
  by_id("python").textContent = python_of(job);
  by_id("replace").hidden = job.model.place !== null;
  by_id("replaced").textContent = place_of(job);
}

/** False where the browser allows no way. Pages that are neither of this machine nor over HTTPS have the old one alone. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function watch_copies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.addEventListener("click", async () => {
      const done = await copied(by_id(button.dataset.copy!).textContent ?? "");
      const word = button.firstChild!;  // behind it, for readers of the screen, is what is copied
      word.textContent = done ? "Copied" : "Not allowed";
      announce(word.textContent);
      window.setTimeout(() => (word.textContent = "Copy"), 1500);
    });
  }
}
