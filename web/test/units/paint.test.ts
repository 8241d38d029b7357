import assert from "node:assert/strict";
import { test } from "node:test";
import { largest_class, paint_classes, paint_outlines, step_for, thinned, type LabelMap } from "../../src/paint";

const RED = 0xff0000ff; // alpha, blue, green, red
const GREEN = 0xff00ff00;
const map: LabelMap = { width: 3, height: 2, labels: Uint16Array.of(0, 0, 1, 1, 255, 1), unknown: 255 };

test("each class in its colour, unknown transparent", () => {
  assert.deepEqual([...paint_classes(map, ["#ff0000", "#00ff00"], null)], [RED, RED, GREEN, GREEN, 0, GREEN]);
});

test("an isolated class alone", () => {
  assert.deepEqual([...paint_classes(map, ["#ff0000", "#00ff00"], 0)], [RED, RED, 0, 0, 0, 0]);
});

test("lines on both sides of a border, none where there is none", () => {
  const two: LabelMap = { width: 2, height: 1, labels: Uint16Array.of(0, 1), unknown: 255 };
  const line = [...paint_outlines(two, 4, 2, null)].map((pixel) => (pixel ? "#" : ".")).join("");
  assert.equal(line, "...##......##......##......##...");
  const one = { ...two, labels: Uint16Array.of(1, 1) };
  assert.ok(paint_outlines(one, 4, 2, null).every((pixel) => pixel === 0));
  const others = { ...two, labels: Uint16Array.of(0, 2) };
  assert.ok(paint_outlines(others, 4, 2, 1).every((pixel) => pixel === 0), "no border of the isolated class");
});

test("every second pixel", () => {
  assert.deepEqual([step_for(4000, 3000, 1800), step_for(1800, 2, 1800), step_for(10, 1801, 1800)], [3, 1, 2]);
  const labels = Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const small = thinned({ width: 3, height: 3, labels, unknown: 255 }, 2);
  assert.deepEqual([small.width, small.height, ...small.labels], [2, 2, 1, 3, 7, 9]);
});

test("the class of most pixels", () => {
  assert.equal(largest_class(map), 1);
  assert.equal(largest_class({ ...map, labels: Uint16Array.of(255, 255, 255, 255, 255, 3) }), 3);
  assert.equal(largest_class({ ...map, labels: new Uint16Array(6).fill(255) }), null);
});
