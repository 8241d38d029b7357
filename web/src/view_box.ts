// How the answer is looked at: labels, scores or attention; opacity, outlines, the original; the layer.
import { by_id, make } from "./dom";
import type { ViewKind } from "./pane";

export interface ViewEvents {
  /** The same view looks different. */
  draw(): void;
  /** Another view, or another layer. */
  view(): void;
}

export class ViewBox {
  kind: ViewKind = "labels";
  layer: number | null = null;
  private readonly buttons = [...by_id("views").querySelectorAll<HTMLButtonElement>("[data-view]")];
  private readonly opacity_slider = by_id<HTMLInputElement>("opacity");
  private readonly outlines_box = by_id<HTMLInputElement>("outlines");
  private readonly original_box = by_id<HTMLInputElement>("original");

  constructor(private readonly events: ViewEvents) {
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(button.dataset.view as ViewKind));
    }
    for (const input of [this.opacity_slider, this.outlines_box, this.original_box]) {
      input.addEventListener("input", () => events.draw());
    }
  }

  get opacity(): number {
    return Number(this.opacity_slider.value) / 100;
  }

  get outlines(): boolean {
    return this.outlines_box.checked;
  }

  get look(): { opacity: number; outlines: boolean; original: boolean } {
    return { opacity: this.opacity, outlines: this.outlines, original: this.original_box.checked };
  }

  toggle_original(): void {
    this.original_box.checked = !this.original_box.checked;
    this.events.draw();
  }

  toggle_outlines(): void {
    this.outlines_box.checked = !this.outlines_box.checked;
    this.events.draw();
  }

  /**
   * Views exist once there is an answer to these names, that of attention for models that have maps of it; how labels
   * look can be changed as long as there are any.
   */
  enable(answered: boolean, labels: boolean, attention: boolean): void {
    for (const button of this.buttons) {
      button.disabled = !answered || (button.dataset.view === "attention" && !attention);
      button.title = button.dataset.view === "attention" && !attention ? "This model has no attention maps" : "";
    }
    for (const input of [this.opacity_slider, this.outlines_box, this.original_box]) input.disabled = !labels;
    by_id("strip").hidden = !answered || this.kind !== "attention";
    by_id("caption").hidden = !answered || this.kind === "labels";
  }

  /** Small images of the layers' maps, one of them chosen. */
  show_layers(layers: number[], address: (layer: number) => string): void {
    if (layers.length && (this.layer === null || !layers.includes(this.layer))) this.layer = layers[layers.length - 1];
    const strip = by_id("strip");
    const focused = (document.activeElement as HTMLElement | null)?.dataset.layer;
    strip.replaceChildren(
      ...layers.map((layer) => {
        const image = make("img", { src: address(layer), alt: "" });
        const chosen = String(layer === this.layer);
        const button = make("button", { type: "button", "data-layer": String(layer), "aria-pressed": chosen }, image, `Layer ${layer}`);
        button.addEventListener("click", () => {
          this.layer = layer;
          this.events.view();
        });
        return button;
      }),
    );
    if (focused) strip.querySelector<HTMLElement>(`[data-layer="${focused}"]`)?.focus();
  }

  /** Says what the colours of the view are. */
  show_caption(name: string | null): void {
    const text = this.kind === "scores" ? `Score of ${name}` : `What ${name} looks at in layer ${this.layer}`;
    by_id("caption-text").textContent = name === null ? "" : text;
  }

  private choose(kind: ViewKind): void {
    this.kind = kind;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.view === kind));
    this.events.view();
  }
}
