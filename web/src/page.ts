// The page's state and how its parts, in files of their own, act on it: an image, names, and what the models find.
import * as api from "./api";
import { chips_of_answer } from "./chips";
import type { Job } from "./commands";
import { by_id } from "./dom";
import { example_for } from "./example";
import { watch_images } from "./image_source";
import { watch_keys } from "./keys";
import { clear_error, say, show_button, show_error, show_problem, show_result, watch_progress } from "./messages";
import { ModelsBox } from "./models_box";
import { NamesBox } from "./names_box";
import type { Pane } from "./pane";
import { arrange_panes, show_panes } from "./panes";
import { hide_probe, show_probe } from "./probe";
import { save_output, show_commands, watch_copies } from "./share_box";
import type { Place, Stage, StageEvents } from "./stage";
import { ThresholdsBox } from "./thresholds_box";
import { ViewBox } from "./view_box";
import { show_views } from "./views";

export class Page {
  private file: File | null = null;
  private image: ImageBitmap | null = null;
  private panes: Pane[] = [];
  private running: AbortController | null = null;
  private isolated: number | null = null;
  /** What the answers on the page are of. */
  private answered: Job | null = null;
  private readonly names: NamesBox;
  private readonly view: ViewBox;
  private readonly thresholds = new ThresholdsBox(() => void this.relabel());

  constructor(
    private readonly models: ModelsBox,
    vocabularies: api.Vocabulary[],
  ) {
    this.names = new NamesBox({ changed: () => this.names_changed(), pick: (label) => this.isolate(label) });
    this.names.offer(vocabularies);
    this.view = new ViewBox({ draw: () => this.draw(), view: () => void this.show_view() });
    watch_images((file) => void this.take(file), show_error);
    watch_copies();
    by_id("run").addEventListener("click", () => void this.run());
    by_id("cancel").addEventListener("click", () => this.running?.abort());
    by_id("example").addEventListener("click", () => void this.take_example());
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-save]")) {
      button.addEventListener("click", () => void this.save(button.dataset.save!));
    }
    watch_keys({
      run: () => void this.run(),
      all_classes: () => this.view.kind === "labels" && this.isolate(this.isolated),
      original: () => this.view.toggle_original(),
      outlines: () => this.view.toggle_outlines(),
    });
    this.arrange();
    this.names_changed();
  }

  // What is asked for.

  private job(): Job {
    const { model, head } = this.panes[0].choice;
    const { unknown, calibration } = this.thresholds;
    return {
      file_name: this.file?.name ?? "image.png",
      model: { name: model.name, place: model.place },
      head: head === model.head ? null : head,
      class_text: this.names.text,
      vocabulary: this.names.chosen_vocabulary,
      unknown,
      seen: calibration > 0 ? this.names.seen : [],
      calibration,
    };
  }

  /** One pane a chosen model, side by side; answers of another model go. */
  arrange(): void {
    const events: StageEvents = {
      point: (stage, place, by_keyboard) => this.point(stage, place, by_keyboard),
      pick: (stage, place) => this.isolate(this.pane_of(stage).at(place)?.label ?? null),
    };
    const again = this.running !== null;
    this.running?.abort();
    this.panes = arrange_panes(this.panes, this.models.chosen, events, this.image);
    this.refresh();
    if (again || (this.answered && this.panes.some((pane) => !pane.answer))) void this.run();
  }

  private async take(file: File): Promise<void> {
    clear_error();
    let image: ImageBitmap;
    try {
      image = await createImageBitmap(file);
    } catch {
      return show_error(`${file.name} is no image that this browser can show.`, "PNG, JPEG and WebP work everywhere.");
    }
    this.running?.abort();
    this.file = file;
    this.image = image;
    this.answered = null;
    this.isolated = null;
    for (const pane of this.panes) pane.set_image(image);
    show_panes(this.panes);
    this.refresh();
    say(`${file.name}, ${image.width} by ${image.height} pixels`);
  }

  private async take_example(): Promise<void> {
    const { file, classes } = await example_for(this.panes[0].choice.model);
    await this.take(file);
    if (!this.names.classes.length) this.names.set(classes);
    await this.run();
  }

  private names_changed(): void {
    this.isolated = null;
    this.refresh();
  }

  // Asking.

  private async run(): Promise<void> {
    this.names.finish_typing();
    if (!this.file || !this.names.classes.length) return;
    this.running?.abort();
    const control = new AbortController();
    this.running = control;
    clear_error();
    say("");
    const { file } = this;
    const job = this.job();
    const words = this.panes.map(() => api.progress_word());
    const finish = watch_progress(words[0]);
    this.refresh();
    try {
      await Promise.all(this.panes.map((pane, i) => pane.segment(file, job, words[i], control.signal)));
      this.answered = job;
      show_result(this.panes);
    } catch (problem) {
      if (this.running === control) show_problem(problem);
      control.abort();
    }
    finish();
    if (this.running !== control) return;
    this.running = null;
    if (control.signal.aborted) return this.refresh();
    await this.show_view();
    const { unknown, calibration } = this.thresholds;
    if (unknown !== job.unknown || calibration !== job.calibration) await this.relabel();  // moved meanwhile
  }

  private async relabel(): Promise<void> {
    if (!this.file || !this.answered || this.running) return;
    const { unknown, seen, calibration } = this.job();
    this.answered = { ...this.answered, unknown, seen, calibration };
    await this.guarded(async () => {
      await this.relabel_panes();
      show_result(this.panes);
      await this.show_view();
    });
  }

  private async relabel_panes(): Promise<void> {
    const { file, answered } = this;
    if (file && answered) await Promise.all(this.panes.map((pane) => pane.relabel(file, answered)));
  }

  private async save(output: string): Promise<void> {
    if (!this.file || !this.answered) return;
    const { file, answered } = this;
    const overlay = { alpha: this.view.opacity, contours: this.view.outlines };
    await this.guarded(async () => {
      save_output(await this.panes[0].relabel(file, answered, [output], overlay), output, file.name);
      await this.show_view();
    });
  }

  private async guarded(act: () => Promise<void>): Promise<void> {
    clear_error();
    try {
      await act();
    } catch (problem) {
      show_problem(problem);
    }
  }

  // Showing.

  /** Whether what is on the page is of these names; else they have to be asked for first. */
  private get current(): boolean {
    const job = this.job();
    return this.answered !== null && job.class_text === this.answered.class_text;
  }

  private refresh(): void {
    const ready = this.file !== null && this.panes.every((pane) => pane.answer) && this.current;
    const names_known = this.names.classes.length > 0;
    this.names.show(ready ? chips_of_answer(this.panes[0].answer!.classes, this.names.classes) : null, this.isolated);
    show_button(this.file !== null, names_known, this.running !== null, ready);
    by_id("below").hidden = !this.file;
    by_id("after").hidden = !ready;
    this.thresholds.enable_calibration(this.names.seen.length > 0);
    const prompts = this.panes.some((pane) => pane.choice.model.prompts);
    this.view.enable(ready, this.panes.some((pane) => pane.answer), prompts);
    if (ready) show_commands(this.job());
    this.draw();
  }

  private draw(): void {
    for (const pane of this.panes) pane.stage.draw({ ...this.view.look, isolated: this.isolated });
  }

  /** The class whose scores or attention are in view. */
  private get viewed(): number | null {
    return this.isolated ?? this.panes[0].largest();
  }

  private async show_view(): Promise<void> {
    if (this.view.kind !== "labels") this.isolated = this.viewed;
    const act = () => show_views(this.panes, this.view, this.viewed);
    await this.guarded(() =>
      act().catch(async (problem) => {
        if (!api.is_forgotten(problem)) throw problem;
        await this.relabel_panes();  // the server has forgotten the scores: they are computed again
        await act();
      }),
    );
    this.refresh();
  }

  private isolate(label: number | null): void {
    if (!this.answered || !this.current) return;
    this.isolated = label === this.isolated && this.view.kind === "labels" ? null : label;
    if (this.view.kind === "labels") this.refresh();
    else void this.show_view();
  }

  private pane_of(stage: Stage): Pane {
    return this.panes.find((pane) => pane.stage === stage) ?? this.panes[0];
  }

  private point(stage: Stage, place: Place | null, by_keyboard: boolean): void {
    if (by_keyboard) this.draw();
    const found = place && this.pane_of(stage).at(place);
    if (!place || !found) return hide_probe();
    const name = this.view.kind === "scores" ? this.panes[0].name_of(this.viewed) : null;
    show_probe(found, name, stage.position_of(place), by_keyboard);
  }
}
