// The server's HTTP interface (docs/guide/serving.md) as functions.
import { from_base64 } from "./base64";
import { decode_grey_png, unknown_label, type GreyImage } from "./grey_png";
import type { LabelMap } from "./paint";

export interface ModelInfo {
  name: string;
  /** What opens it in the program: a name on the hub or a path; null for a path that is not told. */
  place: string | null;
  prompts: boolean;
  head: string | null;
  heads: string[];
  known_words: string[];
}

export interface Vocabulary {
  name: string;
  description: string;
  classes: string[][];
  titles: string[];
  seen: boolean[];
}

export interface FoundClass {
  label: number;
  name: string;
  color: string;
  pixels: number;
  share: number;
}

export interface Answer {
  model: string;
  head: string | null;
  width: number;
  height: number;
  windows: number;
  classes: FoundClass[];
  background: number | null;
  unknown_pixels: number;
  unknown_words: string[];
  notes: string[];
  seconds: Record<string, number>;
  session?: string | null;
  labels: string;
  confidence: string;
  [output: string]: unknown;
}

export interface Attention {
  layers: number[];
  classes: number;
}

/** What the server says about a request that it does not answer as asked. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** The server keeps a session no longer. */
export function is_forgotten(problem: unknown): boolean {
  return problem instanceof ServerError && problem.status === 404;
}

async function checked(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  let about: { message?: string; hint?: string } = {};
  try {
    about = (await answer.json()).error ?? {};
  } catch {
    // no JSON: something between us and the server has answered
  }
  throw new ServerError(answer.status, about.message ?? `The server answered ${answer.status}.`, about.hint ?? "");
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, options);
  } catch (problem) {
    if (options.signal?.aborted) throw problem;
    throw new ServerError(0, "The server does not answer.", "Is relprompt serve still running?");
  }
  return checked(answer);
}

export async function models(): Promise<ModelInfo[]> {
  return (await (await ask("/v1/models")).json()).models;
}

export async function vocabularies(): Promise<Vocabulary[]> {
  return (await (await ask("/v1/vocabularies")).json()).vocabularies;
}

export type Fields = Record<string, string>;

export async function segment(image: File, fields: Fields, word: string, signal: AbortSignal): Promise<Answer> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set("image", image, image.name);
  return (await ask(`/v1/segment?progress=${word}`, { method: "POST", body, signal })).json();
}

/** Labels of a kept session under other settings. */
export async function relabel(session: string, settings: object): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(settings);
  return (await ask(`/v1/sessions/${session}/relabel`, { method: "POST", headers, body })).json();
}

export async function forget(session: string): Promise<void> {
  await fetch(`/v1/sessions/${session}`, { method: "DELETE" }).catch(() => undefined);
}

export async function score_plane(session: string, label: number): Promise<GreyImage> {
  const answer = await ask(`/v1/sessions/${session}/scores/${label}.png`);
  return decode_grey_png(new Uint8Array(await answer.arrayBuffer()));
}

export async function score_view(session: string, label: number): Promise<ImageBitmap> {
  const answer = await ask(`/v1/sessions/${session}/scores/${label}.png?style=heat&alpha=0.8`);
  return createImageBitmap(await answer.blob());
}

export async function attention(session: string): Promise<Attention> {
  return (await ask(`/v1/sessions/${session}/attention`)).json();
}

export function attention_address(session: string, layer: number, label: number): string {
  return `/v1/sessions/${session}/attention/${layer}/${label}.png?alpha=0.8`;
}

export async function attention_view(session: string, layer: number, label: number): Promise<ImageBitmap> {
  return createImageBitmap(await (await ask(attention_address(session, layer, label))).blob());
}

/** A text for people about a request that waits or runs and its share that is done; null before and after. */
export async function progress(word: string): Promise<{ text: string; share: number | null } | null> {
  const answer = await fetch(`/v1/progress/${word}`).catch(() => null);
  if (!answer?.ok) return null;
  const state = await answer.json();
  if (state.state === "waiting") {
    return { text: state.before ? `Waiting behind ${state.before} other requests` : "Waiting", share: null };
  }
  if (!state.of) return { text: "Reading the image and the names", share: null };
  return { text: `Window ${state.windows} of ${state.of}`, share: state.windows / state.of };
}

/** The name of a request to ask about: random, so that nobody else's is meant. */
export function progress_word(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function label_map(answer: Answer): Promise<LabelMap> {
  const { width, height, bits, values } = await decode_grey_png(from_base64(answer.labels));
  return { width, height, labels: values, unknown: unknown_label(bits) };
}
