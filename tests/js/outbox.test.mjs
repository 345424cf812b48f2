import assert from "node:assert/strict";
import { test } from "node:test";
import { giveUp, itemsOf, Outbox } from "../../static/js/outbox.js";

class Storage {
  entries = new Map();
  isFull = false;
  get = (key) => this.entries.get(key) ?? null;
  set = (key, value) => {
    this.entries.set(key, value);
    return !this.isFull;
  };
  remove = (key) => this.entries.delete(key);
  keys = (prefix) => [...this.entries.keys()].filter((key) => key.startsWith(prefix));
}

/** A server that knows repeats by their `clientId`, and answers as it is told. */
class Server {
  stored = [];
  answers = [];
  isUp = true;
  request = async (event, { clientId, message, chatId, replyTo, attachments, topicId }) => {
    assert.equal(event, "send_message");
    if (!this.isUp) throw { code: "offline", message: "" };
    const answer = this.answers.shift();
    if (answer?.code) throw answer;
    if (answer === "silent") return new Promise(() => {});
    if (!this.stored.some((row) => row.clientId === clientId)) this.stored.push({ clientId, message, chatId, replyTo, attachments, ...(topicId && { topicId }) });
    if (answer === "lost") throw { code: "no_answer", message: "" };
    return { ok: true, message: { clientId, chatId: chatId ?? 9, version: this.stored.length } };
  };
  get texts() {
    return this.stored.map((row) => row.message);
  }
}

function opened(server = new Server(), storage = new Storage(), alone = (_name, work) => work()) {
  const waits = [];
  const outbox = new Outbox({
    keeper: "7",
    storage,
    alone,
    request: server.request,
    isOnline: () => server.isUp,
    wait: async (ms) => void waits.push(ms),
  });
  const heard = [];
  for (const type of ["added", "failed", "waiting", "gone", "sent", "slow", "unkept"]) {
    outbox.addEventListener(type, ({ detail }) => heard.push([type, detail.text ?? detail.code ?? detail.clientId]));
  }
  return { outbox, server, storage, waits, heard };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("what is written is sent in order, one at a time, and leaves the storage", async () => {
  const { outbox, server, storage } = opened();
  for (const text of ["one", "two", "three"]) outbox.add(5, text);
  await settled();
  assert.deepEqual(server.texts, ["one", "two", "three"]);
  assert.equal(storage.entries.size, 0);
});

test("what is written offline outlives the page and is sent once when the line is back", async () => {
  const server = new Server();
  const storage = new Storage();
  server.isUp = false;
  const before = opened(server, storage).outbox;
  before.add(5, "one");
  before.add(5, "two");
  await settled();
  assert.deepEqual(server.texts, []);
  const after = opened(server, storage).outbox;
  assert.deepEqual(after.items().map((item) => item.text), ["one", "two"]);
  server.isUp = true;
  await after.drain();
  await before.drain();
  assert.deepEqual(server.texts, ["one", "two"]);
});

test("what a message replies to outlives page, loss and failure", async () => {
  const server = new Server();
  const storage = new Storage();
  server.isUp = false;
  opened(server, storage).outbox.add(5, "one", "a", 91);
  await settled();
  server.isUp = true;
  server.answers = ["lost", { code: "chat_blocked", message: "no" }];
  const { outbox } = opened(server, storage);
  await outbox.drain();
  outbox.retry("a");
  await settled();
  assert.deepEqual(server.stored.map((row) => [row.message, row.replyTo]), [["one", 91]]);
  outbox.add(5, "two");
  await settled();
  assert.equal(server.stored[1].replyTo, undefined);
});

test("a lost answer is asked for again under the same name and doubles nothing", async () => {
  const { outbox, server } = opened();
  server.answers.push("lost", "lost");
  outbox.add(5, "one");
  outbox.add(5, "two");
  await settled();
  assert.deepEqual(server.texts, ["one", "two"]);
  assert.deepEqual(outbox.items(), []);
});

test("what goes along is waited for, in any page, while words go past it", async () => {
  const { outbox, server, storage } = opened();
  outbox.add(5, "pictures", "a", undefined, [{ name: "one.png", key: "k1" }, { name: "two.png", key: "k2", id: 8 }]);
  outbox.add(5, "words");
  await settled();
  assert.deepEqual(server.texts, ["words"]);
  const after = opened(server, storage).outbox;
  after.add(5, "more words");
  await settled();
  assert.deepEqual(server.texts, ["words", "more words"]);
  after.change("a", (item) => ({ ...item, files: [{ ...item.files[0], id: 7 }, item.files[1]] }));
  await settled();
  await outbox.drain();
  assert.deepEqual(server.stored.at(-1).attachments, [7, 8]);
  assert.equal(server.stored.length, 3);
  assert.equal(storage.entries.size, 0);
});

test("what is known of a message that has gone by then changes nothing", async () => {
  const { outbox, server, storage, heard } = opened();
  outbox.add(5, "one", "a");
  await settled();
  const before = heard.length;
  outbox.change("a", (item) => ({ ...item, state: "failed" }));
  outbox.discard("a");
  assert.equal(heard.length, before);
  assert.deepEqual([server.texts, storage.entries.size], [["one"], 0]);
});

test("too fast waits for as long as the server asks, and says so", async () => {
  const { outbox, server, waits, heard } = opened();
  server.answers.push({ code: "too_fast", message: "Slowly.", retryAfter: 2.5 });
  outbox.add(5, "one");
  await settled();
  assert.deepEqual(server.texts, ["one"]);
  assert.deepEqual(waits, [2_500]);
  assert.ok(heard.some(([type]) => type === "slow"));
});

test("a refusal for good fails with its reason and does not hold up the next", async () => {
  const { outbox, server } = opened();
  server.answers.push({ code: "chat_blocked", message: "This chat is blocked." });
  outbox.add(5, "one");
  outbox.add(5, "two");
  await settled();
  assert.deepEqual(server.texts, ["two"]);
  const [failed] = outbox.items();
  assert.deepEqual([failed.text, failed.state, failed.reason], ["one", "failed", "This chat is blocked."]);
});

test("what failed can be tried again, under the same name, or be given up", async () => {
  const { outbox, server } = opened();
  server.answers.push({ code: "invalid", message: "No." }, { code: "invalid", message: "No." });
  const { clientId } = outbox.add(5, "one");
  const other = outbox.add(5, "two");
  await settled();
  outbox.retry(clientId);
  outbox.discard(other.clientId);
  await settled();
  assert.deepEqual(server.stored.map((row) => row.clientId), [clientId]);
  assert.deepEqual(outbox.items(), []);
});

test("an error of the server is not tried for ever", async () => {
  const { outbox, server } = opened();
  server.answers.push(...Array.from({ length: 5 }, () => ({ code: "internal", message: "Oh." })));
  outbox.add(5, "poison");
  outbox.add(5, "two");
  await settled();
  assert.deepEqual(server.texts, ["two"]);
  assert.equal(outbox.items()[0].state, "failed");
});

test("what is written after the session has ended waits for the same person", async () => {
  for (const code of ["unauthorized", "token_invalid"]) {
    const { outbox, server } = opened();
    server.answers.push({ code, message: "Please log in." });
    outbox.add(5, "one");
    await settled();
    assert.deepEqual(outbox.items().map((item) => item.state), ["waiting"]);
    await outbox.drain();
    assert.deepEqual(server.texts, ["one"]);
  }
});

test("a message that is seen in its chat needs no answer", async () => {
  const { outbox, server } = opened();
  server.answers.push("silent");
  const { clientId } = outbox.add(5, "one");
  outbox.add(5, "two");
  await settled();
  assert.deepEqual(server.texts, []);
  outbox.confirm(clientId);
  await settled();
  assert.deepEqual(server.texts, ["two"]);
  assert.deepEqual(outbox.items(), []);
});

test("what waits cannot be discarded, so what went while it waited has arrived", () => {
  const { outbox, heard } = opened();
  const item = { clientId: "c", chatId: 5, text: "one", at: "", order: 1, state: "waiting" };
  const key = "deskbell:outbox:7:c";
  const details = [];
  outbox.addEventListener("gone", ({ detail }) => details.push(detail.isSent));
  outbox.heard({ key, oldValue: null, newValue: JSON.stringify(item) });
  outbox.heard({ key, oldValue: JSON.stringify(item), newValue: null });
  outbox.heard({ key, oldValue: JSON.stringify({ ...item, state: "failed" }), newValue: null });
  outbox.heard({ key: "deskbell:outbox:8:c", oldValue: null, newValue: JSON.stringify(item) });
  assert.deepEqual(heard.map(([type]) => type), ["added", "gone", "gone"]);
  assert.deepEqual(details, [true, false]);
});

test("what its writer gives up goes from everywhere, and counts as sent nowhere", () => {
  const { outbox, heard, storage, server } = opened();
  server.isUp = false;
  outbox.add(5, "one");
  outbox.add(5, "two");
  storage.set("deskbell:outbox:8:c", JSON.stringify({ clientId: "c", text: "somebody else's" }));
  const details = [];
  outbox.addEventListener("gone", ({ detail }) => details.push(detail.isSent));
  // What this browser's other tabs are told of it.
  const { set, remove } = storage;
  const told = (key, change) => {
    const oldValue = storage.get(key);
    change();
    outbox.heard({ key, oldValue, newValue: storage.get(key) });
  };
  storage.set = (key, value) => told(key, () => set(key, value));
  storage.remove = (key) => told(key, () => remove(key));
  giveUp(storage, "7");
  assert.deepEqual(itemsOf(storage, "7"), []);
  assert.equal(itemsOf(storage, "8").length, 1);
  assert.deepEqual(details, [false, false]);
  assert.ok(heard.some(([type]) => type === "failed"));
});

test("what was given up while it was on its way and refused stays away", async () => {
  const { outbox, server, storage, heard } = opened();
  server.answers.push({ code: "blocked", message: "No." });
  outbox.add(5, "one");
  giveUp(storage, "7");
  await settled();
  assert.deepEqual(outbox.items(), []);
  assert.ok(!heard.some(([type]) => type === "failed"));
});

test("a full storage keeps nothing beyond the page, says so, and sends all the same", async () => {
  const storage = new Storage();
  storage.isFull = true;
  const { outbox, server, heard } = opened(new Server(), storage);
  outbox.add(5, "one");
  assert.equal(outbox.isUnkept, true);
  await settled();
  assert.deepEqual(server.texts, ["one"]);
  assert.ok(heard.some(([type]) => type === "unkept"));
  assert.equal(outbox.isUnkept, false);
  storage.isFull = false;
  server.isUp = false;
  outbox.add(5, "two");
  assert.equal(outbox.isUnkept, false);
});

test("nonsense in the storage is not sent", async () => {
  const storage = new Storage();
  storage.set("deskbell:outbox:7:x", "{nonsense");
  storage.set("deskbell:outbox:7:y", '{"clientId": 3}');
  const { outbox, server } = opened(new Server(), storage);
  await outbox.drain();
  assert.deepEqual(server.texts, []);
});

test("two tabs take turns, so that each message goes out once and in order", async () => {
  const server = new Server();
  const storage = new Storage();
  let last = Promise.resolve();
  const alone = (_name, work) => (last = last.then(work));
  const one = opened(server, storage, alone).outbox;
  const other = opened(server, storage, alone).outbox;
  one.add(5, "a");
  other.add(5, "b");
  one.add(5, "c");
  await settled();
  assert.deepEqual(server.texts, ["a", "b", "c"]);
});

test("a draft that two tabs send at once is one message by its name", async () => {
  const server = new Server();
  const storage = new Storage();
  const one = opened(server, storage).outbox;
  const other = opened(server, storage).outbox;
  one.add(5, "hello", "c");
  other.add(5, "hello", "c");
  await settled();
  other.add(5, "hello", "c");
  await settled();
  assert.deepEqual(server.stored.map((row) => row.clientId), ["c"]);
  assert.deepEqual(other.items(), []);
});

test("a customer without a chat sends without one", async () => {
  const { outbox, server } = opened();
  outbox.add(null, "hello");
  await settled();
  assert.equal(server.stored[0].chatId, undefined);
});

test("a topic goes with its message, and not with one that was refused and is tried again", async () => {
  const { outbox, server } = opened();
  server.answers = [{ code: "invalid", message: "Gone" }];
  const { clientId } = outbox.add(null, "First", undefined, undefined, [], false, 4);
  await settled();
  outbox.retry(clientId);
  outbox.add(null, "Second", undefined, undefined, [], false, 5);
  await settled();
  assert.deepEqual(server.stored.map(({ message, topicId }) => [message, topicId]), [["First", undefined], ["Second", 5]]);
});

test("a topic stays with what was refused for something else", async () => {
  for (const code of ["internal", "chat_blocked"]) {
    const { outbox, server } = opened();
    server.answers = Array.from({ length: code === "internal" ? 5 : 1 }, () => ({ code, message: "Oh." }));
    const { clientId } = outbox.add(null, "First", undefined, undefined, [], false, 4);
    await settled();
    assert.equal(outbox.items()[0].state, "failed");
    server.answers = [];
    outbox.retry(clientId);
    await settled();
    assert.deepEqual(server.stored.map(({ message, topicId }) => [message, topicId]), [["First", 4]]);
    assert.deepEqual(outbox.items(), []);
  }
});
