// Starts the page, once the server has said what it has.
import * as api from "./api";
import { show_problem } from "./messages";
import { ModelsBox } from "./models_box";
import { Page } from "./page";

async function start(): Promise<void> {
  try {
    const [models, vocabularies] = await Promise.all([api.models(), api.vocabularies()]);
    const box = new ModelsBox(models, () => page.arrange());
    const page = new Page(box, vocabularies);
  } catch (problem) {
    show_problem(problem);
  }
}

void start();
