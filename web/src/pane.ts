// One model's (or head's) side of the page: its answer, and the views that come from the server's kept session.
import * as api from "./api";
import { percent } from "./chips";
import type { Job } from "./commands";
import { from_base64 } from "./base64";
import { decode_grey_png, type GreyImage } from "./grey_png";
import { largest_class, type LabelMap } from "./paint";
import { Stage, type Place, type StageEvents } from "./stage";

export interface Choice {
  model: api.ModelInfo;
  head: string | null;
}

export type ViewKind = "labels" | "scores" | "attention";

export interface Found {
  label: number | null;
  name: string;
  color: string;
  /** What is shown: the winning class's score, or that of the class whose scores are in view. 0 to 1. */
  score: number;
}

const SHOWN = ["labels", "confidence"];

function fields_of(job: Job, choice: Choice, outputs: string[]): api.Fields {
  const fields: api.Fields = { model: choice.model.name, outputs: outputs.join(","), keep: "true" };
  if (choice.head) fields.head = choice.head;
  if (job.vocabulary) fields.vocabulary = job.vocabulary;
  else fields.classes = job.class_text;
  if (job.unknown !== null) fields.unknown = String(job.unknown);
  if (job.seen.length) {
    fields.seen = job.seen.join(",");
    fields.calibration = String(job.calibration);
  }
  return fields;
}

export class Pane {
  readonly stage: Stage;
  answer: api.Answer | null = null;
  private map: LabelMap | null = null;
  private confidence: Uint16Array | null = null;
  private plane: GreyImage | null = null;
  private layers: number[] | null = null;
  private asked = 0;
  private shown = 0;

  constructor(
    public choice: Choice,
    events: StageEvents,
  ) {
    this.stage = new Stage(events);
  }

  set_image(image: ImageBitmap): void {
    this.drop_answer();
    this.stage.set_image(image);
  }

  /** Forgets the answer, here and on the server. */
  drop_answer(): void {
    if (this.answer?.session) void api.forget(this.answer.session);
    ++this.asked;
    this.answer = null;
    this.map = this.confidence = this.plane = this.layers = null;
    this.stage.set_labels(null, []);
    this.stage.set_note("");
  }

  async segment(file: File, job: Job, word: string, signal: AbortSignal, more: string[] = []): Promise<api.Answer> {
    const outputs = [...new Set([...SHOWN, ...more])];
    const answer = await api.segment(file, fields_of(job, this.choice, outputs), word, signal);
    const old = this.answer?.session;
    if (old && old !== answer.session) void api.forget(old);
    await this.take(answer, ++this.asked, signal);
    return answer;
  }

  /** Labels under the job's thresholds, from the kept session where there is one, else computed again. */
  async relabel(file: File, job: Job, more: string[] = [], overlay: object = {}): Promise<api.Answer> {
    const outputs = [...new Set([...SHOWN, ...more])];
    const { unknown, seen, calibration } = job;
    const turn = ++this.asked;
    if (this.answer?.session) {
      try {
        const answer = await api.relabel(this.answer.session, { unknown, seen, calibration, outputs, overlay });
        await this.take(answer, turn);
        return answer;
      } catch (problem) {
        if (!api.is_forgotten(problem)) throw problem;
        this.answer.session = null;
      }
    }
    return this.segment(file, job, api.progress_word(), new AbortController().signal, more);
  }

  /** Makes it the pane's answer, unless something was asked for later or it is wanted no more. */
  private async take(answer: api.Answer, turn: number, signal?: AbortSignal): Promise<void> {
    const [map, confidence] = await Promise.all([
      api.label_map(answer),
      decode_grey_png(from_base64(answer.confidence)),
    ]);
    signal?.throwIfAborted();
    if (turn !== this.asked) return;
    this.answer = answer;
    this.map = map;
    this.confidence = confidence.values;
    this.stage.set_labels(map, answer.classes.map((found) => found.color));
    this.stage.describe(this.summary());
  }

  /** "water 92%, sand 6%, unknown 2%": the largest classes. */
  summary(): string {
    if (!this.answer) return "";
    const { classes, unknown_pixels, width, height } = this.answer;
    const parts = classes.filter((found) => found.pixels > 0).sort((a, b) => b.pixels - a.pixels);
    const text = parts.slice(0, 6).map((found) => `${found.name} ${percent(found.share)}`);
    if (parts.length > 6) text.push(`${parts.length - 6} more`);
    if (unknown_pixels) text.push(`unknown ${percent(unknown_pixels / (width * height))}`);
    return text.join(", ");
  }

  /** What people are shown for a label; null for none of the answer's. */
  name_of(label: number | null): string | null {
    return label === null ? null : (this.answer?.classes[label]?.name ?? null);
  }

  /** The label that most pixels have. */
  largest(): number | null {
    return this.map ? largest_class(this.map) : null;
  }

  /** What is at a place; null without an answer. */
  at(place: Place): Found | null {
    const index = this.stage.index_of(place);
    if (index === null || !this.answer || !this.map || !this.confidence) return null;
    const label = this.map.labels[index];
    const found = this.answer.classes[label];
    const score = (this.plane?.values[index] ?? this.confidence[index]) / 255;
    if (!found) return { label: null, name: "unknown", color: "transparent", score };
    return { label, name: found.name, color: found.color, score };
  }

  /** The layers that have attention maps; none for a model without relationship prompts. */
  async attention_layers(): Promise<number[]> {
    if (!this.choice.model.prompts || !this.answer?.session) return [];
    this.layers ??= (await api.attention(this.answer.session)).layers;
    return this.layers;
  }

  layer_address(layer: number, label: number): string {
    return api.attention_address(this.answer?.session ?? "", layer, label);
  }

  /** Fetches what a view of a class shows. A later call wins over an earlier one that arrives after it. */
  async show(kind: ViewKind, label: number | null, layer: number | null): Promise<void> {
    const turn = ++this.shown;
    const session = this.answer?.session;
    let heat: ImageBitmap | null = null;
    let plane: GreyImage | null = null;
    let note = "";
    const known = this.answer && label !== null && label < this.answer.classes.length;
    if (kind !== "labels" && known) {
      if (!session) note = "The scores of this image are too large to be kept: there is no such view of it.";
      else if (kind === "scores") {
        [heat, plane] = await Promise.all([api.score_view(session, label), api.score_plane(session, label)]);
      } else if (!this.choice.model.prompts) {
        note = "This model is a CLIP without relationship prompts: it has no attention maps.";
      } else if (layer !== null) {
        heat = await api.attention_view(session, layer, label);
      }
    }
    if (turn !== this.shown) return;
    this.plane = plane;
    this.stage.set_heat(heat);
    this.stage.set_note(note);
  }
}
