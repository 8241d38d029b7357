// What the page says beside the button: progress, problems, results.
import { progress, ServerError } from "./api";
import { by_id, make } from "./dom";
import type { Pane } from "./pane";

export function say(text: string): void {
  by_id("status").textContent = text;
}

/** For readers of the screen alone. */
export function announce(text: string): void {
  by_id("said").textContent = text;
}

export function show_error(message: string, hint = ""): void {
  const box = by_id("error");
  box.replaceChildren(make("strong", {}, message.charAt(0).toUpperCase() + message.slice(1)));
  if (hint) box.append(make("span", {}, hint));
  box.hidden = message === "";
}

export function clear_error(): void {
  by_id("error").hidden = true;
}

/** An error of any kind for people; one that they caused by cancelling is none. */
export function show_problem(problem: unknown): void {
  if (problem instanceof DOMException && problem.name === "AbortError") return;
  if (problem instanceof ServerError) show_error(problem.message, problem.hint);
  else show_error("The page has a bug.", problem instanceof Error ? problem.message : String(problem));
}

/** The button that starts it all says what is missing, and gives its place to the progress while something runs. */
export function show_button(image: boolean, names: boolean, running: boolean, done: boolean): void {
  const button = by_id<HTMLButtonElement>("run");
  button.disabled = !image || !names;
  button.hidden = running;
  by_id("working").hidden = !running;
  const missing = image ? "Add names first" : "Choose an image first";
  button.textContent = done ? "Label again" : button.disabled ? missing : "Label the image";
  button.classList.toggle("done", done);
}

/** What was found, in a sentence for each pane, and what the server remarks on it. */
export function show_result(panes: Pane[]): void {
  const lines: string[] = [];
  for (const pane of panes) {
    if (!pane.answer) continue;
    const seconds = Object.values(pane.answer.seconds).reduce((sum, value) => sum + value, 0);
    const { model, head } = pane.answer;
    const name = panes.length === 1 ? "" : head ? `${model}, head ${head}: ` : `${model}: `;
    lines.push(`${name}${pane.summary()} (${seconds.toFixed(2)}\u00a0s)`);
  }
  const { unknown_words = [], notes = [] } = panes[0].answer ?? {};
  const words = unknown_words.slice(0, 8).join(", ");
  const more = unknown_words.length > 8 ? ` and ${unknown_words.length - 8} more` : "";
  if (words) lines.push(`Words that the model has never read: ${words}${more}.`);
  say([...lines, ...notes].join("\n"));
}

/** Shows how far a request is until the function that it returns is called. */
export function watch_progress(word: string): () => void {
  const bar = by_id<HTMLProgressElement>("bar");
  const doing = by_id("doing");
  bar.removeAttribute("value");
  doing.textContent = "Sending the image";
  let over = false;
  const look = async () => {
    const state = await progress(word);
    if (over) return;
    if (state) {
      doing.textContent = state.text;
      if (state.share === null) bar.removeAttribute("value");
      else bar.value = state.share;
    }
    timer = window.setTimeout(look, 200);
  };
  let timer = window.setTimeout(look, 200);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
