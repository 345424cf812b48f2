import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../../static/js/backoff.js";
import { isolated, pieces } from "../../static/js/direction.js";
import { belongs, isAbove } from "../../static/js/filters.js";
import { marks } from "../../static/js/grouping.js";
import { backAt, stateAt } from "../../static/js/opening.js";
import { uniqueId } from "../../static/js/ids.js";

test("pauses grow from one second to thirty and are spread", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 99].map((tries) => pause(tries, 0.5)), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.deepEqual([pause(0, 0), pause(0, 1)], [750, 1250]);
  assert.ok(pause(50, 1) <= 30_000);
});

test("messages of one sender, one day and five minutes stand together", () => {
  const at = Date.UTC(2026, 0, 31, 9);
  const minute = 60_000;
  const lines = [
    { senderId: "1", at, day: "a" },
    { senderId: "1", at: at + minute, day: "a" },
    { senderId: "2", at: at + 2 * minute, day: "a" },
    { senderId: null, at: at + 2 * minute, day: "a" },
    { senderId: null, at: at + 2 * minute, day: "a" },
    { senderId: "2", at: at + 3 * minute, day: "a" },
    { senderId: "2", at: at + 8 * minute, day: "a" },
    { senderId: "2", at: at + 9 * minute, day: "b" },
  ];
  assert.deepEqual(marks(lines).map((mark) => mark.isFollowed), [true, false, false, false, false, false, false, false]);
  assert.deepEqual(marks(lines).map((mark) => mark.startsDay), [true, false, false, false, false, false, false, true]);
  assert.deepEqual(marks([]), []);
});

test("a filter shows what the server would show", () => {
  const chat = (more) => ({ status: "open", agent: { id: 3 }, provider: null, needsReply: false, lastMessage: {}, activeAt: "2026", ...more });
  const filters = (one) =>
    ["all", "waiting", "mine", "unassigned", "needs_reply", "closed"].filter((name) => belongs(name, one, 3));
  assert.deepEqual(filters(chat({})), ["all", "mine"]);
  assert.deepEqual(filters(chat({ agent: { id: 4 }, needsReply: true })), ["all", "needs_reply"]);
  assert.deepEqual(filters(chat({ status: "waiting", agent: null, needsReply: true })), ["all", "waiting", "unassigned", "needs_reply"]);
  assert.deepEqual(filters(chat({ status: "closed" })), ["all", "closed"]);
  assert.deepEqual(filters(chat({ status: "archived" })), []);
  assert.equal(belongs("unread", chat({ status: "archived", isUnread: true }), 3), true);
  assert.equal(belongs("unread", chat({}), 3), false);
  const late = { dueAt: new Date(Date.now() - 1).toISOString() };
  assert.equal(belongs("overdue", chat(late), 3), true);
  assert.equal(belongs("overdue", chat({ dueAt: new Date(Date.now() + 60_000).toISOString() }), 3), false);
  assert.equal(belongs("overdue", chat({}), 3), false);
  assert.equal(belongs("overdue", chat({ ...late, isSnoozed: true }), 3), false);
  assert.equal(belongs("unread", chat({ isUnread: true, isSnoozed: true }), 3), false);
  assert.deepEqual(filters(chat({ agent: null, provider: { id: 8 } })), ["all"]);
  assert.deepEqual(filters(chat({ provider: { id: 8 }, agent: null, needsReply: true })), ["all"]);
  assert.deepEqual(filters(chat({ activeAt: null })), []);
  assert.deepEqual(filters(chat({ agent: null, provider: { id: 8 }, lastMessage: null })), []);
  assert.deepEqual(filters(chat({ lastMessage: null })), ["all", "mine"]);
  assert.equal(belongs("nonsense", chat({}), 3), false);
});

test("a list of one site shows nothing of another, nor of none", () => {
  const chat = (siteId) => ({ status: "open", agent: null, provider: null, needsReply: false, lastMessage: {}, siteId, activeAt: "2026" });
  const shown = (siteId) => [3, 4, null].filter((of) => belongs("all", chat(of), 1, siteId));
  assert.deepEqual(shown(3), [3]);
  assert.deepEqual(shown(0), [3, 4, null]);
  assert.equal(belongs("closed", chat(3), 1, 3), false);
});

test("who is closed opens next, by the times ahead", () => {
  const ahead = [[10, 20], [30, 40]];
  assert.deepEqual([9, 10, 19, 20, 30, 40].map((now) => stateAt(ahead, now)), [
    { isOpen: false, changes: 10 },
    { isOpen: true, changes: 20 },
    { isOpen: true, changes: 20 },
    { isOpen: false, changes: 30 },
    { isOpen: true, changes: 40 },
    { isOpen: false, changes: null },
  ]);
  assert.deepEqual(stateAt([], 1), { isOpen: false, changes: null });
});

test("when somebody is back is told by the viewer's own days", () => {
  const now = new Date(2026, 0, 5, 23, 30); // a Monday
  const told = (...at) => backAt(new Date(2026, 0, ...at), now, "en-GB");
  assert.equal(told(5, 23, 45).key, "back-today");
  assert.equal(told(6, 0, 15).key, "back-tomorrow");
  assert.equal(told(6, 23, 59).key, "back-tomorrow");
  assert.deepEqual(told(7, 9, 5), { key: "back-on", values: { day: "Wednesday", time: "09:05" } });
  assert.equal(told(11, 9).values.day, "Sunday");
  assert.equal(told(12, 9).values.day, "Monday 12 January");
  assert.equal(backAt(new Date(2026, 0, 12, 9), now, "de").values.day, "Montag, 12. Januar");
});

test("the list is by activity, then by id", () => {
  assert.equal(isAbove({ activeAt: "2026-02", id: 1 }, { activeAt: "2026-01", id: 9 }), true);
  assert.equal(isAbove({ activeAt: "2026-01", id: 9 }, { activeAt: "2026-01", id: 10 }), false);
  assert.equal(isAbove({ activeAt: "2026-01", id: 10 }, { activeAt: "2026-01", id: 9 }), true);
  const pinned = { activeAt: "2026-01", id: 1, isPinned: true };
  const other = { activeAt: "2026-02", id: 2, isPinned: false };
  assert.deepEqual([isAbove(pinned, other), isAbove(other, pinned)], [true, false]);
});

test("names are made where the browser has no randomUUID, too", () => {
  const own = Object.getOwnPropertyDescriptor(crypto, "randomUUID");
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  const made = Array.from({ length: 50 }, uniqueId);
  if (own) Object.defineProperty(crypto, "randomUUID", own);
  else delete crypto.randomUUID;
  for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(made).size, 50);
});

test("a name within a sentence is apart, and holds nothing that would end that", () => {
  assert.equal(isolated("Ana"), "\u2068Ana\u2069");
  assert.equal(isolated("\u2069\u202eA\u2067n\u2066a\u202c\n\u2029"), "\u2068Ana  \u2069");
  assert.equal(isolated("\u200fa\u061c\u200e"), "\u2068\u200fa\u061c\u200e\u2069");
  assert.deepEqual(pieces(`${isolated("Ana")} and ${isolated("Ben")} are typing`), ["", "Ana", " and ", "Ben", " are typing"]);
  assert.deepEqual(pieces("Sound on"), ["Sound on"]);
});
