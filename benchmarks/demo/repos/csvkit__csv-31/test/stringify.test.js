import assert from "node:assert/strict";
import { test } from "node:test";
import { stringify } from "../src/index.js";

test("fields are quoted only where needed", () => {
  assert.equal(stringify([["a", "b c", "d,e"]]), 'a,b c,"d,e"\n');
});

test("quotes are doubled", () => {
  assert.equal(stringify([['say "hi"']]), '"say ""hi"""\n');
});
