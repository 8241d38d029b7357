// The box of names: chips, the field for new ones, vocabularies.
import type { Vocabulary } from "./api";
import { chip_of, show_chips, type Chip } from "./chips";
import { class_list_text, parse_class_list, with_classes, type NamedClass } from "./class_list";
import { by_id, make } from "./dom";

export interface NamesEvents {
  changed(): void;
  pick(label: number): void;
}

export class NamesBox {
  private list: NamedClass[] = [];
  /** The built-in list that `list` is, unchanged. */
  private vocabulary: string | null = null;
  private vocabularies: Vocabulary[] = [];
  private readonly chips = by_id("chips");
  private readonly field = by_id<HTMLInputElement>("name");
  private readonly select = by_id<HTMLSelectElement>("vocabulary");

  constructor(private readonly events: NamesEvents) {
    by_id<HTMLFormElement>("add").addEventListener("submit", (event) => {
      event.preventDefault();
      this.add_text(this.field.value);
    });
    this.field.addEventListener("input", () => {
      const text = this.field.value;
      const quotes = text.split('"').length - 1;
      if (text.endsWith(",") && !text.endsWith("\\,") && quotes % 2 === 0) this.add_text(text);
    });
    this.field.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!/[,\n]/.test(text)) return;
      event.preventDefault();
      this.add_text(this.field.value + text);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Backspace" && this.field.value === "" && this.list.length) this.remove(this.list.length - 1);
    });
    by_id("clear").addEventListener("click", () => this.set([]));
    this.select.addEventListener("change", () => this.choose(this.select.value));
  }

  get classes(): NamedClass[] {
    return this.list;
  }

  get chosen_vocabulary(): string | null {
    return this.vocabulary;
  }

  get text(): string {
    return class_list_text(this.list);
  }

  /** Labels of the classes that a zero-shot split trained on; empty where there is no split. */
  get seen(): number[] {
    const labels = this.list.flatMap((named, label) => (named.seen ? [label] : []));
    return labels.length < this.list.length ? labels : [];
  }

  offer(vocabularies: Vocabulary[]): void {
    this.vocabularies = vocabularies;
    for (const { name, description, classes } of vocabularies) {
      this.select.append(make("option", { value: name, title: description }, `${name} (${classes.length})`));
    }
  }

  set(list: NamedClass[], vocabulary: string | null = null): void {
    this.list = list;
    this.vocabulary = vocabulary;
    this.select.value = vocabulary ?? "";
    this.events.changed();
  }

  /** Takes what is typed but not added yet. */
  finish_typing(): void {
    if (this.field.value.trim()) this.add_text(this.field.value);
  }

  show(shares: Chip[] | null, isolated: number | null): void {
    const chips = shares ?? this.list.map(chip_of);
    show_chips(this.chips, chips, isolated, {
      pick: (label) => this.events.pick(label),
      remove: (label) => this.remove(label),
    });
    this.chips.hidden = chips.length === 0;
  }

  private add_text(text: string): void {
    this.field.value = "";
    this.set(with_classes(this.list, parse_class_list(text)));
    this.chips.scrollTop = this.chips.scrollHeight;
  }

  private remove(label: number): void {
    if (label < this.list.length) this.set(this.list.filter((_, other) => other !== label));
    this.field.focus();
  }

  private choose(name: string): void {
    const found = this.vocabularies.find((vocabulary) => vocabulary.name === name);
    if (!found) return;
    const list = found.classes.map((names, i) => ({ names, title: found.titles[i], seen: found.seen[i] }));
    this.set(list, name);
  }
}
