// The class names as chips: one each, in its class's colour, with its share of the image once that is known.
import type { FoundClass } from "./api";
import { color_of } from "./colors";
import { title_of, type NamedClass } from "./class_list";
import { make, swatch } from "./dom";

export interface Chip {
  title: string;
  /** All names, for the tooltip. */
  names: string[];
  color: string;
  /** Of the image's pixels, 0 to 1; null before an answer. */
  share: number | null;
  removable: boolean;
}

export interface ChipEvents {
  pick(label: number): void;
  remove(label: number): void;
}

export function chip_of(named: NamedClass, label: number): Chip {
  return { title: title_of(named), names: named.names, color: color_of(label), share: null, removable: true };
}

/** Those of an answer; its background and contrast words are no names of the list, and stay. */
export function chips_of_answer(found: FoundClass[], list: NamedClass[]): Chip[] {
  return found.map(({ name, color, share }, label) => {
    const named = list[label];
    return { title: name, names: named?.names ?? [name], color, share, removable: named !== undefined };
  });
}

/** "12%", "<1%", "0%". */
export function percent(share: number): string {
  if (share === 0) return "0%";
  return share < 0.005 ? "<1%" : `${Math.round(share * 100)}%`;
}

export function show_chips(list: HTMLElement, chips: Chip[], isolated: number | null, events: ChipEvents): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset.chip;
  const scrolled = list.scrollTop;
  list.replaceChildren(...chips.map((chip, label) => element_of(chip, label, isolated, events)));
  list.scrollTop = scrolled;
  const chosen = isolated === null ? null : (list.children[isolated] as HTMLElement | undefined);
  if (chosen) show_within(list, chosen);
  if (focused) list.querySelector<HTMLElement>(`[data-chip="${CSS.escape(focused)}"]`)?.focus();
}

/** Scrolls the list alone, not the page, so far that the chip is seen. */
function show_within(list: HTMLElement, chip: HTMLElement): void {
  const box = list.getBoundingClientRect();
  const place = chip.getBoundingClientRect();
  if (place.top < box.top) list.scrollTop -= box.top - place.top;
  else if (place.bottom > box.bottom) list.scrollTop += place.bottom - box.bottom;
}

function element_of(chip: Chip, label: number, isolated: number | null, events: ChipEvents): HTMLElement {
  const known = chip.share !== null;
  const more = chip.names.length - 1;
  const name = make(
    "button",
    {
      type: "button",
      class: "chip-name",
      "data-chip": `name ${label}`,
      "aria-pressed": known ? String(isolated === label) : undefined,
      title: more > 0 ? chip.names.join("; ") : undefined,
    },
    swatch(chip.color),
    make("span", { class: "chip-title" }, chip.title),
  );
  if (more > 0) name.append(make("span", { class: "chip-more" }, `+${more}`));
  if (chip.share !== null) name.append(make("span", { class: "chip-share" }, percent(chip.share)));
  name.addEventListener("click", () => events.pick(label));
  const item = make("li", { class: "chip" }, name);
  item.classList.toggle("absent", chip.share === 0);
  item.classList.toggle("chosen", isolated === label);
  if (chip.removable) {
    const away = make("button", {
      type: "button",
      class: "chip-remove",
      "data-chip": `remove ${label}`,
      "aria-label": `Remove ${chip.title}`,
    });
    away.textContent = "×";
    away.addEventListener("click", () => events.remove(label));
    item.append(away);
  }
  return item;
}
