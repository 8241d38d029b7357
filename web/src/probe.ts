// The little label at the pointer or the keyboard's cross: class and score. Readers of the screen are told of the
// cross only, not of every move of the pointer.
import { by_id, make, swatch } from "./dom";
import { announce } from "./messages";
import type { Found } from "./pane";

const probe = () => by_id("probe");

export function show_probe(
  found: Found,
  view_class: string | null,
  at: { left: number; top: number },
  by_keyboard: boolean,
): void {
  const box = probe();
  const score = `${Math.round(found.score * 100)}%`;
  const shown = view_class === null ? score : `${view_class}: ${score}`;
  box.replaceChildren(swatch(found.color), make("span", {}, found.name), make("span", { class: "probe-score" }, shown));
  if (by_keyboard) announce(`${found.name}, ${shown}`);
  box.hidden = false;
  const width = box.offsetWidth;
  const left = Math.min(at.left + 14, window.innerWidth - width - 8);
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, at.top - box.offsetHeight - 12)}px`;
}

export function hide_probe(): void {
  probe().hidden = true;
}
