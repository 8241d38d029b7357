// The panes of the chosen models, side by side.
import { by_id } from "./dom";
import { ModelsBox } from "./models_box";
import { Pane, type Choice } from "./pane";
import type { StageEvents } from "./stage";

function same(a: Choice, b: Choice): boolean {
  return a.model === b.model && a.head === b.head;
}

/** A pane for each choice: of `old` those whose choice stays, with their answers; others are forgotten. */
export function arrange_panes(
  old: Pane[],
  choices: Choice[],
  events: StageEvents,
  image: ImageBitmap | null,
): Pane[] {
  const panes = choices.map((choice, i) => {
    if (old[i] && same(old[i].choice, choice)) return old[i];
    const pane = new Pane(choice, events);
    if (image) pane.set_image(image);
    return pane;
  });
  for (const pane of old) if (!panes.includes(pane)) pane.drop_answer();
  for (const pane of panes) pane.stage.set_name(panes.length > 1 ? ModelsBox.title(pane.choice) : "");
  by_id("stages").classList.toggle("two", panes.length > 1);
  if (image) show_panes(panes);
  return panes;
}

/** Shows their images in place of the invitation to choose one. */
export function show_panes(panes: Pane[]): void {
  by_id("stages").replaceChildren(...panes.map((pane) => pane.stage.element));
}
