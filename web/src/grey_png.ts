// Reads grey PNG files of 8 or 16 bits exactly. A canvas would do for 8 bits, but has no 16: label maps of more than
// 255 classes have them.

export interface GreyImage {
  width: number;
  height: number;
  bits: number;
  /** Row by row. */
  values: Uint16Array;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

async function inflate(parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const a = Math.abs(estimate - left);
  const b = Math.abs(estimate - up);
  const c = Math.abs(estimate - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Undoes the filters of the rows in place; each row begins with the number of its filter. */
function unfilter(rows: Uint8Array, stride: number, height: number, step: number): void {
  for (let y = 0; y < height; ++y) {
    const start = y * (stride + 1);
    const filter = rows[start];
    for (let x = 0; x < stride; ++x) {
      const at = start + 1 + x;
      const left = x >= step ? rows[at - step] : 0;
      const up = y > 0 ? rows[at - stride - 1] : 0;
      const corner = x >= step && y > 0 ? rows[at - stride - 1 - step] : 0;
      if (filter === 1) rows[at] += left;
      else if (filter === 2) rows[at] += up;
      else if (filter === 3) rows[at] += (left + up) >> 1;
      else if (filter === 4) rows[at] += paeth(left, up, corner);
    }
  }
}

/** Throws an Error if the bytes are no such PNG. */
export async function decode_grey_png(bytes: Uint8Array<ArrayBuffer>): Promise<GreyImage> {
  if (SIGNATURE.some((value, i) => bytes[i] !== value)) throw new Error("not a PNG");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let width = 0;
  let height = 0;
  let bits = 0;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = at + 8;
    if (kind === "IHDR") {
      width = view.getUint32(data);
      height = view.getUint32(data + 4);
      bits = bytes[data + 8];
      const plain = bytes[data + 9] === 0 && bytes[data + 12] === 0;
      if (!plain || (bits !== 8 && bits !== 16)) throw new Error("not a grey PNG of 8 or 16 bits");
    } else if (kind === "IDAT") {
      parts.push(bytes.subarray(data, data + length));
    }
    at = data + length + 4;
  }
  const step = bits / 8;
  const stride = width * step;
  const rows = await inflate(parts);
  if (rows.length !== (stride + 1) * height) throw new Error("a PNG that ends early");
  unfilter(rows, stride, height, step);
  const values = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; ++y) {
    let at = y * (stride + 1) + 1;
    for (let x = 0; x < width; ++x, ++i, at += step) {
      values[i] = step === 1 ? rows[at] : (rows[at] << 8) | rows[at + 1];
    }
  }
  return { width, height, bits, values };
}

/** The value that stands for unknown in a label map of so many bits. */
export function unknown_label(bits: number): number {
  return bits === 8 ? 255 : 65535;
}
