// Choosing the model or head, and a second one beside it.
import type { ModelInfo } from "./api";
import { by_id, make } from "./dom";
import type { Choice } from "./pane";

function name_of(choice: Choice): string {
  return choice.head ? `${choice.model.name}, head ${choice.head}` : choice.model.name;
}

/** A model that has heads is a choice for each, its default first. */
function choices_of(model: ModelInfo): Choice[] {
  if (!model.heads.length) return [{ model, head: null }];
  const others = model.heads.filter((head) => head !== model.head);
  return [model.head, ...others].map((head) => ({ model, head }));
}

export class ModelsBox {
  private readonly all: Choice[];
  private readonly first = by_id<HTMLSelectElement>("model");
  private readonly second = by_id<HTMLSelectElement>("beside");

  constructor(models: ModelInfo[], changed: () => void) {
    this.all = models.flatMap(choices_of);
    this.second.append(make("option", { value: "" }, "none"));
    this.all.forEach((choice, i) => {
      for (const select of [this.first, this.second]) select.append(make("option", { value: String(i) }, name_of(choice)));
    });
    by_id("beside-box").hidden = this.all.length < 2;
    for (const select of [this.first, this.second]) select.addEventListener("change", changed);
  }

  /** One choice or two. */
  get chosen(): Choice[] {
    const first = this.all[Number(this.first.value)];
    return this.second.value === "" ? [first] : [first, this.all[Number(this.second.value)]];
  }

  static title(choice: Choice): string {
    return name_of(choice);
  }
}
