import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { color_of, rgb_of } from "../../src/colors";

declare const SOURCE_FOLDER: string;

test("the table is the program's", () => {
  const source = readFileSync(`${SOURCE_FOLDER}/src/image/palette.cpp`, "utf8");
  const table = source.slice(0, source.indexOf("clang-format on")).match(/0x[0-9A-F]{6}/g)!;
  assert.equal(table.length, 256);
  table.forEach((color, label) => assert.equal(color_of(label), "#" + color.slice(2).toLowerCase()));
});

test("beyond the table as `relprompt` continues it", () => {
  // a number in base 192, each digit from 255 down
  const number = (256 * 4374377) % 192 ** 3;
  const expected = [Math.floor(number / 192 ** 2), Math.floor(number / 192) % 192, number % 192].map((level) => 255 - level);
  assert.deepEqual(rgb_of(color_of(256)), expected);
  assert.equal(new Set(Array.from({ length: 5000 }, (_, label) => color_of(256 + label))).size, 5000);
});

test("channels of a colour", () => assert.deepEqual(rgb_of("#01fe80"), [1, 254, 128]));
