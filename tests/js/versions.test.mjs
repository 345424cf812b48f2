import assert from "node:assert/strict";
import { test } from "node:test";
import { Versions } from "../../static/js/versions.js";

test("the next version is applied, an earlier one ignored, a later one is a gap", () => {
  const versions = new Versions(5);
  assert.equal(versions.apply({ version: 6 }), "apply");
  assert.equal(versions.apply({ version: 6 }), "ignore");
  assert.equal(versions.apply({ version: 3 }), "ignore");
  assert.equal(versions.apply({ version: 8 }), "gap");
  assert.equal(versions.last, 6);
});

test("a gap stays known until it is closed", () => {
  const versions = new Versions(0);
  versions.apply({ version: 3 });
  assert.equal(versions.isBehind, true);
  versions.reach(2);
  assert.equal(versions.isBehind, true);
  versions.reach(3);
  assert.equal(versions.isBehind, false);
});

test("reaching an earlier version takes nothing back", () => {
  const versions = new Versions(9);
  versions.reach(4);
  assert.equal(versions.last, 9);
});
