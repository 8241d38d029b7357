// Keys that work wherever the focus is, but not while something is typed.

export interface KeyEvents {
  run(): void;
  all_classes(): void;
  original(): void;
  outlines(): void;
}

const TYPING = "select, textarea, input:not([type=range], [type=checkbox])";

export function watch_keys(events: KeyEvents): void {
  window.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter") return events.run();
    const typing = event.target instanceof Element && event.target.matches(TYPING);
    if (typing || command || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "escape") events.all_classes();
    else if (key === "o") events.original();
    else if (key === "l") events.outlines();
  });
}
