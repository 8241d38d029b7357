import assert from "node:assert/strict";
import { test } from "node:test";
import { decode_rle } from "../rle.mjs";

test("runs, column by column, with differences and digits that go on", () => {
  // 2x3: runs 1 2 3; the third number is as it is, written 1 2 3
  assert.deepEqual([...decode_rle({ size: [2, 3], counts: "123" })], [0, 1, 1, 0, 0, 0]);
  // runs 0 100 2 102: 100 is 4 + 32 (more), then 3; 102 is 2 more than 100
  const bits = decode_rle({ size: [102, 2], counts: "0" + String.fromCharCode(48 + 36) + "3" + "2" + "2" });
  assert.equal(bits.reduce((sum: number, bit: number) => sum + bit, 0), 202);
  assert.throws(() => decode_rle({ size: [2, 2], counts: "1" }), /runs of 1/);
});
