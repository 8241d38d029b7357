// The bundled images, for a first try.
import type { ModelInfo } from "./api";
import { parse_class_list, type NamedClass } from "./class_list";

export interface Example {
  file: File;
  classes: NamedClass[];
}

const NAMES = {
  world: "orange falling, orange rising, pink rising, pink upright, green plain, purple level, sand, grass, brick, water",
  scene: "sky, grass, road, car;vehicle, house, tree",
};

/** One that the model can know: a model of few words has seen the synthetic world alone. */
export async function example_for(model: ModelInfo): Promise<Example> {
  const name = model.known_words.length ? "world" : "scene";
  const answer = await fetch(`/assets/${name}.png`);
  const file = new File([await answer.blob()], `${name}.png`, { type: "image/png" });
  return { file, classes: parse_class_list(NAMES[name]) };
}
