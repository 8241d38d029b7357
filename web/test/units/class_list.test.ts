import assert from "node:assert/strict";
import { test } from "node:test";
import { class_list_text, parse_class_list, title_of, with_classes } from "../../src/class_list";

const names = (text: string) => parse_class_list(text).map((named) => named.names);

test("commas and lines between classes, semicolons between names", () => {
  assert.deepEqual(names("sky, car;vehicle , tree\nroad"), [["sky"], ["car", "vehicle"], ["tree"], ["road"]]);
});

test("blanks are collapsed, empty entries and comments left out", () => {
  assert.deepEqual(names("  traffic   light ,, ;sky;\n# a comment\n\ngrass # another\nC#"), [
    ["traffic light"], ["sky"], ["grass"], ["C#"],
  ]);
});

test("quotes and backslashes keep separators", () => {
  assert.deepEqual(names('"car, big";"5"" gun", a\\,b'), [["car, big", '5" gun'], ["a,b"]]);
});

test("what is written is read again", () => {
  const list = [["sky"], ["car, big", 'a "b"', "x;y"], ["#1"], ["@file"], ["back\\slash"]].map((names) => ({ names }));
  assert.deepEqual(parse_class_list(class_list_text(list)), list);
});

test("names that are there already are not added again, whatever their case", () => {
  const list = with_classes(parse_class_list("sky, car;vehicle"), parse_class_list("Sky, Vehicle;van, tree, tree"));
  assert.deepEqual(list.map((named) => named.names), [["sky"], ["car", "vehicle"], ["van"], ["tree"]]);
});

test("a vocabulary's title goes before the first name", () => {
  assert.equal(title_of({ names: ["aeroplane"], title: "plane" }), "plane");
  assert.equal(title_of({ names: ["sky", "air"] }), "sky");
});
