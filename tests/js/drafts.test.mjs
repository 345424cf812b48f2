import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft } from "../../static/js/drafts.js";

function storage() {
  const entries = new Map();
  return {
    entries,
    get: (key) => entries.get(key) ?? null,
    set: (key, value) => Boolean(entries.set(key, value)),
    remove: (key) => void entries.delete(key),
  };
}

/** A tab's field: what it shows, and whether somebody types in it. */
class Tab {
  isTyping = false;
  constructor(shared, field = "") {
    this.draft = new Draft(shared, 7, 5);
    this.field = this.draft.begun(field);
  }
  types(text) {
    this.field = text;
    this.draft.write(text);
  }
  hears() {
    this.field = this.draft.followed(this.field, this.isTyping);
  }
  sends() {
    const taken = this.draft.taken(this.field);
    const sent = taken && { text: this.field.trim(), ...taken };
    this.field = "";
    return sent;
  }
  hearsSent(text) {
    this.field = this.draft.sentElsewhere(this.field, text);
  }
}

function tabs() {
  const shared = storage();
  return { shared, one: new Tab(shared), other: new Tab(shared) };
}

test("an edit shows in the other tab, back and forth", () => {
  const { one, other } = tabs();
  one.types("Hello");
  other.hears();
  other.types("Hello there");
  one.hears();
  assert.deepEqual([one.field, other.field], ["Hello there", "Hello there"]);
});

test("a draft outlives the page", () => {
  const { shared, one } = tabs();
  one.types('{"a": 1}');
  assert.equal(new Tab(shared).field, '{"a": 1}');
  assert.equal(new Tab(shared, "From the server").field, "From the server");
});

test("one draft sent by two tabs that have not heard of each other has one name, each text its own", () => {
  const { shared, one } = tabs();
  one.types("Hello");
  const late = storage();
  for (const [key, value] of shared.entries) late.set(key, value);
  const other = new Tab(late);
  const { clientId } = one.sends();
  assert.ok(clientId);
  assert.deepEqual(other.sends(), { text: "Hello", clientId });
  one.types("Hello");
  const again = one.sends();
  assert.notEqual(again.clientId, clientId);
  one.types("Hello");
  one.field = "Put there without a word";
  assert.deepEqual(one.sends(), { text: "Put there without a word" });
});

test("what was sent elsewhere leaves the field, also where somebody types", () => {
  const { one, other } = tabs();
  one.types("Hello ");
  other.hears();
  other.isTyping = true;
  assert.equal(one.sends().text, "Hello");
  other.hears();
  assert.equal(other.field, "");
  other.types("Hello");
  one.isTyping = true;
  one.field = "Hello ";
  one.hearsSent("Hello");
  assert.equal(one.field, "");
});

test("text that differs stays, and stays kept", () => {
  const { shared, one, other } = tabs();
  other.isTyping = true;
  other.types("Something else");
  one.types("Hello");
  other.hears();
  assert.equal(other.field, "Something else");
  one.sends();
  other.hears();
  other.hearsSent("Hello");
  assert.equal(other.field, "Something else");
  assert.equal(new Tab(shared).field, "Something else");
});

test("sending takes along no draft that another tab has written since", () => {
  const { shared, one, other } = tabs();
  one.types("Hello");
  other.types("Hello there");
  assert.equal(one.sends().text, "Hello");
  assert.equal(new Tab(shared).field, "Hello there");
});

test("what nobody wrote here is not sent once its draft is gone, what was written here is", () => {
  const { shared, one, other } = tabs();
  one.types("Hello");
  other.hears();
  shared.entries.clear();
  assert.equal(other.sends(), null);
  assert.equal(one.sends().text, "Hello");
  assert.equal(new Tab(shared, "From the server").sends().text, "From the server");
});

test("a draft that is removed empties every field that shows it", () => {
  const { shared, one, other } = tabs();
  one.types("Hello");
  other.hears();
  one.isTyping = true;
  shared.entries.clear();
  one.hears();
  other.hears();
  assert.deepEqual([one.field, other.field], ["", ""]);
  assert.equal(shared.entries.size, 0);
});

test("a field that somebody has only the caret in follows", () => {
  const { one, other } = tabs();
  other.isTyping = true;
  one.types("Hello");
  other.hears();
  one.types("Hello there");
  other.hears();
  assert.equal(other.field, "Hello there");
});

test("drafts are kept by person and chat, and one of before they had names is read", () => {
  const shared = storage();
  shared.set("deskbell:draft:7:own", "Old");
  const own = new Draft(shared, 7, null);
  assert.equal(own.begun(""), "Old");
  assert.equal(new Draft(shared, 8, null).begun(""), "");
  assert.equal(new Draft(shared, 7, 5).begun(""), "");
  assert.deepEqual(own.taken("Old"), { clientId: undefined });
});

test("what a draft replies to is kept with it, in its own chat", () => {
  const { shared, one, other } = tabs();
  one.draft.reply("", { chatId: 5, id: 91 });
  assert.equal(new Tab(shared).draft.repliesTo(5), 91);
  assert.equal(new Tab(shared).draft.repliesTo(6), undefined);
  one.types("Yes");
  other.hears();
  assert.equal(other.field, "Yes");
  assert.equal(other.draft.repliesTo(5), 91);
  other.draft.reply(other.field);
  one.hears();
  assert.equal(one.draft.repliesTo(5), undefined);
  one.draft.reply(one.field, { chatId: 5, id: 92 });
  one.sends();
  assert.equal(one.draft.repliesTo(5), undefined);
  assert.equal(shared.entries.size, 0);
});

test("whoever types goes on replying to what they see", () => {
  const { one, other } = tabs();
  one.draft.reply("", { chatId: 5, id: 91 });
  one.types("Mine");
  one.isTyping = true;
  other.hears();
  other.types("Theirs");
  other.draft.reply("Theirs", { chatId: 5, id: 92 });
  one.hears();
  assert.deepEqual([one.field, one.draft.repliesTo(5)], ["Mine", 91]);
});

test("what it is to be about is kept with it, also before a word, and goes as it is sent", () => {
  const { shared, one } = tabs();
  one.draft.choose(one.field, 3);
  assert.equal(new Tab(shared).draft.topicId, 3);
  one.types("Hello");
  one.draft.reply(one.field, { chatId: 5, id: 9 });
  assert.deepEqual([new Tab(shared).field, new Tab(shared).draft.topicId], ["Hello", 3]);
  one.sends();
  assert.equal(new Tab(shared).draft.topicId, undefined);
  assert.equal(shared.entries.size, 0);
});
