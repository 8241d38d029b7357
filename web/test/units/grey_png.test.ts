import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { test } from "node:test";
import { from_base64 } from "../../src/base64";
import { decode_grey_png, unknown_label } from "../../src/grey_png";

function chunk(kind: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(kind, "latin1"), data, Buffer.alloc(4)]);
}

/** A PNG of rows that begin with their filter. */
function png(width: number, height: number, bits: number, rows: number[], color = 0): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = bits;
  head[9] = color;
  const data = deflateSync(Uint8Array.from(rows));
  return new Uint8Array(Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", data.subarray(0, 5)),
    chunk("IDAT", data.subarray(5)), chunk("IEND", Buffer.alloc(0)),
  ]));
}

test("every filter, by hand", async () => {
  const rows = [
    0, 10, 20, 30,
    1, 5, 1, 1, // left: 5 6 7
    2, 1, 1, 250, // above: 6 7 1 (modulo 256)
    3, 2, 3, 4, // half of left and above: 3+2=5, (5+7)/2+3=9, (9+1)/2+4=9
    4, 1, 1, 1, // Paeth: 5+1=6; of 6,9,5 estimate 10 -> 9+1=10; of 10,9,9 estimate 10 -> 10+1=11
  ];
  const image = await decode_grey_png(png(3, 5, 8, rows));
  assert.deepEqual([image.width, image.height, image.bits], [3, 5, 8]);
  assert.deepEqual([...image.values], [10, 20, 30, 5, 6, 7, 6, 7, 1, 5, 9, 9, 6, 10, 11]);
});

test("16 bits, high byte first, filters by bytes of the pixel before", async () => {
  const image = await decode_grey_png(png(2, 1, 16, [1, 1, 2, 1, 1]));
  assert.deepEqual([...image.values], [258, 515]);
});

test("other files are refused", async () => {
  await assert.rejects(decode_grey_png(new Uint8Array(20)), /not a PNG/);
  await assert.rejects(decode_grey_png(png(1, 1, 8, [0, 1, 2, 3], 2)), /not a grey PNG/);
  await assert.rejects(decode_grey_png(png(2, 2, 8, [0, 1, 2])), /ends early/);
});

test("unknown is the largest value", () => assert.deepEqual([8, 16].map(unknown_label), [255, 65535]));

test("base64", () => assert.deepEqual([...from_base64("AP+A")], [0, 255, 128]));
