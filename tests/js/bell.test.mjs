import assert from "node:assert/strict";
import { test } from "node:test";
import { Bell } from "../../static/js/bell.js";

/** The tabs of one person: a lock, and words that all others hear. */
class Browser {
  told = [];
  #tabs = [];
  #last = Promise.resolve();
  /** Time passes when the test says so. */
  #clock = 0;
  #timers = [];

  tab({ place = "front", isLookedAt = false } = {}) {
    const tab = { place, isLookedAt, isDead: false, isHeld: false };
    const channel = {
      postMessage: (data) => this.#tabs.filter((other) => other !== tab).forEach((other) => other.hear?.({ data })),
      addEventListener: (_type, hear) => (tab.hear = hear),
    };
    const wait = (ms) => new Promise((resolve) => this.#timers.push({ at: this.#clock + ms, resolve }));
    const alone = (_name, work) => {
      const before = this.#last;
      const mine = before.then(() => (tab.isDead ? undefined : work()));
      this.#last = Promise.race([mine, new Promise((resolve) => (tab.die = () => resolve((tab.isDead = true))))]);
      return mine;
    };
    tab.bell = new Bell({ name: "bell", channel, alone, place: () => tab.place, wait });
    tab.hears = (key, isAble) =>
      tab.bell.once({ key, isLookedAt: () => tab.isLookedAt, tell: () => this.told.push([key, tab.place]), isAble });
    this.#tabs.push(tab);
    return tab;
  }

  async pass(ms) {
    const end = this.#clock + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await null;
      const next = this.#timers.sort((one, other) => one.at - other.at)[0];
      if (!next || next.at > end) break;
      this.#timers.shift();
      this.#clock = next.at;
      next.resolve();
    }
    this.#clock = end;
  }
}

test("of several tabs one tells, the one in front if there is one", async () => {
  const browser = new Browser();
  const tabs = ["hidden", "visible", "front", "hidden"].map((place) => browser.tab({ place }));
  for (const tab of tabs) void tab.hears("5:1");
  await browser.pass(2_000);
  tabs[2].place = "hidden";
  for (const tab of tabs) void tab.hears("5:2");
  await browser.pass(2_000);
  assert.deepEqual(browser.told, [["5:1", "front"], ["5:2", "visible"]]);
});

test("tabs that are alike tell once, and news of its own each time", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab(), browser.tab()];
  for (const key of ["5:1", "5:2", "6:1"]) for (const tab of tabs) void tab.hears(key);
  await browser.pass(5_000);
  assert.deepEqual(browser.told.map(([key]) => key), ["5:1", "5:2", "6:1"]);
});

test("none tells of what is looked at in any, or has been by the time it would be told", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab({ place: "hidden" }), browser.tab({ isLookedAt: true })];
  for (const tab of tabs) void tab.hears("5:1");
  await browser.pass(2_000);
  assert.deepEqual(browser.told, []);
  tabs[2].isLookedAt = false;
  for (const tab of tabs) void tab.hears("5:2");
  await browser.pass(50);
  for (const tab of tabs) tab.isLookedAt = true;
  await browser.pass(2_000);
  assert.deepEqual(browser.told, []);
  for (const tab of tabs) tab.isLookedAt = false;
  for (const tab of tabs) void tab.hears("5:3");
  await browser.pass(2_000);
  assert.deepEqual(browser.told, [["5:3", "front"]]);
});

test("a tab that is not able leaves it to another, and still says that it is looked at", async () => {
  const browser = new Browser();
  const front = browser.tab();
  const hidden = browser.tab({ place: "hidden" });
  void front.hears("5:1", false);
  void hidden.hears("5:1");
  await browser.pass(2_000);
  assert.deepEqual(browser.told, [["5:1", "hidden"]]);
  front.isLookedAt = true;
  void front.hears("5:2", false);
  void hidden.hears("5:2");
  await browser.pass(2_000);
  assert.equal(browser.told.length, 1);
});

test("the lock of a tab that dies goes to the next, and what it has told is not told again", async () => {
  const browser = new Browser();
  const [first, second] = [browser.tab(), browser.tab({ place: "visible" })];
  void first.hears("5:1");
  void second.hears("5:1");
  await browser.pass(110);
  assert.deepEqual(browser.told, [["5:1", "front"]]);
  void second.hears("5:2");
  first.die();
  await browser.pass(2_000);
  assert.deepEqual(browser.told, [["5:1", "front"], ["5:2", "visible"]]);
});

test("the lock is kept until a word has surely arrived", async () => {
  const browser = new Browser();
  const [first, second] = [browser.tab(), browser.tab()];
  const { hear } = second;
  second.hear = (event) => setTimeout(() => hear(event), 0);
  void first.hears("5:1");
  void second.hears("5:1");
  await browser.pass(110);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await browser.pass(2_000);
  assert.equal(browser.told.length, 1);
});
