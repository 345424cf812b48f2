import assert from "node:assert/strict";
import { test } from "node:test";

// Without words in the page each shows as its key.
globalThis.document = { documentElement: { lang: "en" }, querySelector: () => null };
globalThis.HTMLTemplateElement = class {};
const { countDown } = await import("../../static/js/due.js");

const NOW = new Date(Date.UTC(2026, 0, 31, 9));
const MINUTE = 60_000;

/** What stands there of an answer that is due so many minutes from now, and whether it is late. */
function shown(minutes, open) {
  const at = new Date(NOW.getTime() + minutes * MINUTE);
  const time = { dateTime: at.toISOString(), dataset: { open }, textContent: "" };
  time.toggleAttribute = (name, isThere) => void (time[name] = isThere);
  countDown(time, NOW);
  return [time.textContent, time["data-over"]];
}

/** From so many minutes from now to so many. */
function span(from, to) {
  return [from, to].map((minutes) => NOW.getTime() + minutes * MINUTE).join("-");
}

test("a first answer is due, its time stands still, or it is late", () => {
  assert.deepEqual(shown(5, span(-5, 5)), ["time-left", false]);
  assert.deepEqual(shown(90, `${span(-5, 0)} ${span(85, 90)}`), ["stands-still", false]);
  assert.deepEqual(shown(-5, span(-20, -5)), ["was-due", true]);
});

test("what is late by the server's clock and not yet by the browser's is late", () => {
  assert.deepEqual(shown(2, ""), ["was-due", true]);
});
