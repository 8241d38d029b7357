// The image with the labels over it: drawing, and what lies under the pointer or the keyboard's cross.
import { by_id, make } from "./dom";
import { paint_classes, paint_outlines, step_for, thinned, type LabelMap } from "./paint";

export interface View {
  /** Of the colours, 0 to 1. */
  opacity: number;
  outlines: boolean;
  /** The image alone. */
  original: boolean;
  isolated: number | null;
}

/** A place in the image, 0 to 1 from its left and upper edge. */
export interface Place {
  x: number;
  y: number;
}

export interface StageEvents {
  /** The pointer or the cross is over a place, or over none. */
  point(stage: Stage, place: Place | null, by_keyboard: boolean): void;
  /** A place was chosen. */
  pick(stage: Stage, place: Place): void;
}

// Small images are enlarged to this, so that borders are thin lines; the pixels of the labels stay square.
const WANTED_SIDE = 900;
// Large ones are drawn with every second or third pixel, so that sliders stay quick.
const LARGEST_SIDE = 1400;
const KEYBOARD_STEPS = 40;

function canvas_of(pixels: Uint32Array, width: number, height: number): HTMLCanvasElement {
  const canvas = make("canvas");
  canvas.width = width;
  canvas.height = height;
  const bytes = new Uint8ClampedArray(pixels.buffer as ArrayBuffer);
  canvas.getContext("2d")!.putImageData(new ImageData(bytes, width, height), 0, 0);
  return canvas;
}

export class Stage {
  readonly element: HTMLElement;
  private readonly canvas = make("canvas", { class: "picture", role: "img", tabindex: "0" });
  private readonly label = make("figcaption", { class: "stage-name" });
  private readonly note = make("p", { class: "stage-note", hidden: "" });
  private image: ImageBitmap | null = null;
  private scaled: HTMLCanvasElement | null = null;
  private heat: ImageBitmap | null = null;
  private map: LabelMap | null = null;
  /** `map` as it is drawn. */
  private drawn: LabelMap | null = null;
  private colors: string[] = [];
  private painted: { isolated: number | null; classes: HTMLCanvasElement; outlines: HTMLCanvasElement } | null = null;
  private cross: Place | null = null;

  constructor(private readonly events: StageEvents) {
    this.element = make("figure", { class: "stage" }, this.canvas, this.label, this.note);
    this.canvas.addEventListener("pointermove", (event) => events.point(this, this.place_of(event), false));
    this.canvas.addEventListener("pointerleave", () => events.point(this, null, false));
    this.canvas.addEventListener("click", (event) => events.pick(this, this.place_of(event)));
    this.canvas.addEventListener("keydown", (event) => this.on_key(event));
    this.canvas.addEventListener("blur", () => this.move_cross(null));
    this.canvas.setAttribute("aria-describedby", by_id("keys").id);
  }

  set_name(name: string): void {
    this.label.textContent = name;
  }

  /** Says in a sentence why a view is not there; "" takes it away. */
  set_note(note: string): void {
    this.note.textContent = note;
    this.note.hidden = note === "";
  }

  set_image(image: ImageBitmap): void {
    this.image = image;
    this.scaled = null;
    this.set_labels(null, []);
    this.describe("The image, not labelled yet");
  }

  set_labels(map: LabelMap | null, colors: string[]): void {
    this.map = map;
    this.drawn = map && thinned(map, step_for(map.width, map.height, LARGEST_SIDE));
    this.colors = colors;
    this.painted = null;
    this.heat = null;
  }

  /** An image to see in place of the labels. */
  set_heat(heat: ImageBitmap | null): void {
    this.heat = heat;
  }

  /** What readers of the screen say of the image. */
  describe(text: string): void {
    this.canvas.setAttribute("aria-label", text);
  }

  /** Where a pixel of the place is in the label map. */
  index_of(place: Place): number | null {
    if (!this.map) return null;
    const x = Math.min(this.map.width - 1, Math.floor(place.x * this.map.width));
    const y = Math.min(this.map.height - 1, Math.floor(place.y * this.map.height));
    return y * this.map.width + x;
  }

  /** The place on the screen. */
  position_of(place: Place): { left: number; top: number } {
    const box = this.canvas.getBoundingClientRect();
    return { left: box.left + place.x * box.width, top: box.top + place.y * box.height };
  }

  draw(view: View): void {
    if (!this.image) return;
    const step = step_for(this.image.width, this.image.height, LARGEST_SIDE);
    const width = this.drawn?.width ?? Math.ceil(this.image.width / step);
    const height = this.drawn?.height ?? Math.ceil(this.image.height / step);
    const scale = Math.max(1, Math.ceil(WANTED_SIDE / Math.max(width, height)));
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const context = this.canvas.getContext("2d")!;
    const draw = (source: CanvasImageSource) => context.drawImage(source, 0, 0, width * scale, height * scale);
    // Colours that mean something are told from those of the image where that is grey.
    if (this.drawn && !view.original && (this.heat || view.isolated !== null)) {
      context.filter = this.heat ? "grayscale(1)" : "grayscale(1) brightness(0.75)";
    }
    draw(this.image_of(this.image, width * scale, height * scale));
    context.filter = "none";
    if (this.drawn && !view.original) {
      const painted = this.paint(this.drawn, view.isolated, scale);
      context.imageSmoothingEnabled = this.heat !== null;
      context.globalAlpha = view.opacity;
      draw(this.heat ?? painted.classes);
      context.globalAlpha = 1;
      if (view.outlines) {
        context.shadowColor = "rgb(0 0 0 / 0.8)";
        context.shadowBlur = 3;
        draw(painted.outlines);
        context.shadowBlur = 0;
      }
    }
    if (this.cross) this.draw_cross(context, this.cross);
  }

  /** The image in the canvas's size, scaled once. */
  private image_of(image: ImageBitmap, width: number, height: number): HTMLCanvasElement {
    if (this.scaled?.width === width && this.scaled.height === height) return this.scaled;
    this.scaled = make("canvas");
    this.scaled.width = width;
    this.scaled.height = height;
    const context = this.scaled.getContext("2d")!;
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
    return this.scaled;
  }

  private paint(map: LabelMap, isolated: number | null, scale: number) {
    if (this.painted?.isolated === isolated) return this.painted;
    const thickness = Math.max(2, Math.round((Math.max(map.width, map.height) * scale) / 600));
    const outlines = paint_outlines(map, scale, thickness, isolated);
    this.painted = {
      isolated,
      classes: canvas_of(paint_classes(map, this.colors, isolated), map.width, map.height),
      outlines: canvas_of(outlines, map.width * scale, map.height * scale),
    };
    return this.painted;
  }

  private draw_cross(context: CanvasRenderingContext2D, place: Place): void {
    const { width, height } = this.canvas;
    const arm = Math.max(width, height) / 40;
    const x = place.x * width;
    const y = place.y * height;
    const lines = new Path2D();
    lines.moveTo(x - arm, y);
    lines.lineTo(x + arm, y);
    lines.moveTo(x, y - arm);
    lines.lineTo(x, y + arm);
    for (const [color, line_width] of [["#000", arm / 4], ["#fff", arm / 9]] as const) {
      context.strokeStyle = color;
      context.lineWidth = line_width;
      context.stroke(lines);
    }
  }

  private place_of(event: MouseEvent): Place {
    const box = this.canvas.getBoundingClientRect();
    const share = (at: number, size: number) => Math.min(0.9999, Math.max(0, at / size));
    return { x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) };
  }

  private on_key(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (move && this.map) {
      event.preventDefault();
      const from = this.cross ?? { x: 0.5, y: 0.5 };
      const step = (value: number, by: number) => Math.min(0.9999, Math.max(0, value + by / KEYBOARD_STEPS));
      this.move_cross({ x: step(from.x, move[0]), y: step(from.y, move[1]) });
    } else if (event.key === "Enter" && this.cross) {
      event.preventDefault();
      this.events.pick(this, this.cross);
    }
  }

  private move_cross(cross: Place | null): void {
    if (!cross && !this.cross) return;
    this.cross = cross;
    this.events.point(this, cross, true);
  }
}
