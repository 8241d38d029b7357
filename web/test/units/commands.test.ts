import assert from "node:assert/strict";
import { test } from "node:test";
import { percent } from "../../src/chips";
import { command_of, place_of, python_of, type Job } from "../../src/commands";

const job: Job = {
  file_name: "street.jpg",
  model: { name: "demo", place: "/srv/my models/demo" },
  head: null,
  class_text: "sky, car;vehicle",
  vocabulary: null,
  unknown: null,
  seen: [],
  calibration: 0,
};

test("a command", () => {
  const command = "relprompt segment street.jpg --model '/srv/my models/demo' --classes 'sky, car;vehicle' --save labels,overlay -o out";
  assert.equal(command_of(job), command);
});

test("what a shell would take for something else is quoted", () => {
  const model = { name: "base", place: "org/name@main:base" };
  const command = command_of({ ...job, model, file_name: "-it's.png", class_text: "$(x)", head: "sclip", unknown: 0.25 });
  assert.match(command, /^relprompt segment '.\/-it'\\''s.png' --model org\/name@main:base --head sclip --classes '\$\(x\)' --unknown 0.25 /);
});

test("a path that the server does not tell leaves a word to replace", () => {
  const untold = { ...job, model: { name: "demo", place: null } };
  assert.match(command_of(untold), / --model PATH_OF_demo --classes /);
  assert.match(python_of(untold), /relprompt.Model\("PATH_OF_demo"\)/);
  assert.equal(place_of(untold), "PATH_OF_demo");
});

test("a vocabulary and its split", () => {
  const voc = { ...job, vocabulary: "voc-20", seen: [0, 1], calibration: 0.1 };
  assert.match(command_of(voc), /--vocabulary voc-20 --seen 0,1 --calibration 0.1 /);
  assert.match(python_of(voc), /Segmenter\(model, "voc-20", seen=\[0, 1\], calibration=0.1\)/);
});

test("Python", () => {
  const lines = python_of({ ...job, class_text: 'a "b"', head: "sclip", unknown: 0.5 }).split("\n");
  assert.equal(lines[2], 'model = relprompt.Model("/srv/my models/demo", head="sclip")');
  assert.equal(lines[3], 'segmenter = relprompt.Segmenter(model, "a \\"b\\"", unknown=0.5)');
  assert.equal(lines[4], 'result = segmenter("street.jpg")');
});

test("shares", () => assert.deepEqual([0, 0.001, 0.126, 1].map(percent), ["0%", "<1%", "13%", "100%"]));
