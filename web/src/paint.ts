// Label maps as pixels: colours over an image and the lines between classes.
import { rgb_of } from "./colors";

export interface LabelMap {
  width: number;
  height: number;
  labels: Uint16Array;
  /** The value that is no class. */
  unknown: number;
}

/** Every how many pixels are enough for `most` of them along the longer side. */
export function step_for(width: number, height: number, most: number): number {
  return Math.max(1, Math.ceil(Math.max(width, height) / most));
}

/** Every step-th label of every step-th row. */
export function thinned(map: LabelMap, step: number): LabelMap {
  if (step === 1) return map;
  const width = Math.ceil(map.width / step);
  const height = Math.ceil(map.height / step);
  const labels = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) labels[i++] = map.labels[y * step * map.width + x * step];
  }
  return { width, height, labels, unknown: map.unknown };
}

/** Packed colours as ImageData has them in memory: alpha in the highest byte. */
function packed(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * RGBA of the map's size: each class in its colour; what is unknown, or of another class than `isolated`, is
 * transparent.
 */
export function paint_classes(map: LabelMap, colors: string[], isolated: number | null): Uint32Array {
  const table = colors.map((color) => packed(...rgb_of(color)));
  const pixels = new Uint32Array(map.labels.length);
  for (let i = 0; i < pixels.length; ++i) {
    const label = map.labels[i];
    if (label === map.unknown || (isolated !== null && label !== isolated)) continue;
    pixels[i] = table[label] ?? 0;
  }
  return pixels;
}

/**
 * RGBA of `scale` times the map's size: a white line along every border between two labels, or around the isolated
 * class. `thickness` in pixels of the result.
 */
export function paint_outlines(map: LabelMap, scale: number, thickness: number, isolated: number | null): Uint32Array {
  const width = map.width * scale;
  const height = map.height * scale;
  const pixels = new Uint32Array(width * height);
  const light = packed(255, 255, 255);
  const kind = (i: number) => (isolated === null ? map.labels[i] : Number(map.labels[i] === isolated));
  const reach = Math.max(1, Math.round(thickness / 2));
  const fill = (x0: number, y0: number, x1: number, y1: number) => {
    for (let y = Math.max(0, y0); y < Math.min(height, y1); ++y) {
      pixels.fill(light, y * width + Math.max(0, x0), y * width + Math.min(width, x1));
    }
  };
  for (let y = 0; y < map.height; ++y) {
    for (let x = 0; x < map.width; ++x) {
      const i = y * map.width + x;
      const own = kind(i);
      const left = x * scale;
      const top = y * scale;
      if (x + 1 < map.width && kind(i + 1) !== own) {
        fill(left + scale - reach, top - reach, left + scale + reach, top + scale + reach);
      }
      if (y + 1 < map.height && kind(i + map.width) !== own) {
        fill(left - reach, top + scale - reach, left + scale + reach, top + scale + reach);
      }
    }
  }
  return pixels;
}

/** The label that most pixels have, or null where all are unknown. */
export function largest_class(map: LabelMap): number | null {
  const counts = new Map<number, number>();
  for (const label of map.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  counts.delete(map.unknown);
  let best: number | null = null;
  for (const [label, count] of counts) {
    if (best === null || count > counts.get(best)! || (count === counts.get(best)! && label < best)) best = label;
  }
  return best;
}
