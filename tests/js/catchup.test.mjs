import assert from "node:assert/strict";
import { test } from "node:test";
import { CatchUp } from "../../static/js/catchup.js";

/** A chat as the server keeps it: rows stamped with versions, two a page. */
function server(rows, page = 2) {
  const calls = [];
  const answers = [];
  const request = async (event, { after }) => {
    calls.push(`${event} ${after}`);
    const prepared = answers.shift();
    if (prepared) await prepared();
    const changed = rows.filter((row) => row.version > after).sort((one, other) => one.version - other.version);
    const messages = changed.slice(0, page);
    const version = Math.max(0, ...rows.map((row) => row.version));
    const hasMore = changed.length > page;
    return { ok: true, chat: { version }, messages, hasMore, version: hasMore ? messages.at(-1).version : version };
  };
  return { calls, answers, request };
}

function page(version, line, wait = async () => {}) {
  const shown = [];
  const catchUp = new CatchUp({
    chatId: 1,
    version,
    request: line.request,
    row: (row) => shown.push(row.version),
    chat: () => {},
    wait,
  });
  return { catchUp, shown };
}

const row = (version) => ({ version, seq: version });

test("joining brings what changed since the page was rendered, page by page", async () => {
  const line = server([1, 2, 3, 4, 5].map(row));
  const { catchUp, shown } = page(1, line);
  await catchUp.join();
  assert.deepEqual(shown, [2, 3, 4, 5]);
  assert.deepEqual(line.calls, ["join_chat 1", "sync 3"]);
});

test("a live event in order is taken without asking", async () => {
  const line = server([row(1)]);
  const { catchUp, shown } = page(1, line);
  await catchUp.join();
  catchUp.receive({ version: 2 }, () => shown.push("live"));
  assert.deepEqual(shown, ["live"]);
  assert.equal(line.calls.length, 1);
});

test("a gap is fetched, and the event that showed it comes with the page", async () => {
  const rows = [row(1)];
  const line = server(rows);
  const { catchUp, shown } = page(1, line);
  await catchUp.join();
  rows.push(row(2), row(3));
  catchUp.receive({ version: 3 }, () => shown.push("live"));
  await settled();
  assert.deepEqual(shown, [2, 3]);
});

test("an event that comes while a page is fetched is not lost", async () => {
  const rows = [row(1)];
  const line = server(rows);
  const { catchUp, shown } = page(1, line);
  const joined = catchUp.join();
  rows.push(row(2));
  catchUp.receive({ version: 2 }, () => shown.push("live"));
  await joined;
  assert.deepEqual(shown, [2]);
  assert.equal(catchUp.versions.isBehind, false);
});

test("a chat that is further back than the page, after a restore, is told once and asked for no more", async () => {
  const line = server([1, 2, 3].map(row));
  let times = 0;
  const shown = [];
  const catchUp = new CatchUp({
    chatId: 1,
    version: 5,
    request: line.request,
    row: (row) => shown.push(row.version),
    chat: () => {},
    setBack: () => times++,
  });
  await catchUp.join();
  await catchUp.join();
  assert.deepEqual([times, shown, line.calls], [1, [], ["join_chat 5"]]);
});

test("as many changes after the restore do not hide what the page shows and the chat does not know", async () => {
  const line = server([1, 2, 3].map(row));
  let times = 0;
  const catchUp = new CatchUp({
    chatId: 1,
    version: 3,
    request: line.request,
    row: () => {},
    chat: () => {},
    isAhead: (chat) => chat.version === 3,
    setBack: () => times++,
  });
  await catchUp.join();
  assert.equal(times, 1);
});

test("a version that nobody knows of does not ask for ever", async () => {
  const line = server([row(1)]);
  const { catchUp } = page(1, line);
  await catchUp.join();
  catchUp.receive({ version: 7 }, () => {});
  await settled();
  assert.deepEqual(line.calls, ["join_chat 1", "sync 1"]);
});

test("an error that passes is tried again, one that does not is left", async () => {
  const line = server([row(1), row(2)]);
  const { catchUp, shown } = page(0, line);
  line.answers.push(() => Promise.reject({ code: "unavailable" }));
  await catchUp.join();
  assert.deepEqual(shown, [1, 2]);
  for (const code of ["chat_not_found", "unauthorized", "token_invalid"]) {
    line.calls.length = 0;
    line.answers.push(() => Promise.reject({ code }));
    await catchUp.join();
    assert.deepEqual(line.calls, ["join_chat 2"]);
  }
});

test("a new line does not wait for the pause after an error to end", async () => {
  const line = server([row(1)]);
  const { catchUp, shown } = page(0, line, () => new Promise(() => {}));
  line.answers.push(() => Promise.reject({ code: "unavailable" }));
  void catchUp.join();
  await settled();
  assert.deepEqual(shown, []);
  void catchUp.join();
  await settled();
  assert.deepEqual(shown, [1]);
  assert.deepEqual(line.calls, ["join_chat 0", "join_chat 0"]);
});

test("without a line nothing is asked until the next join, which starts where the page is", async () => {
  const rows = [row(1)];
  const line = server(rows);
  const { catchUp, shown } = page(1, line);
  line.answers.push(() => Promise.reject({ code: "offline" }));
  await catchUp.join();
  rows.push(row(2));
  catchUp.receive({ version: 2 }, () => shown.push("live"));
  assert.deepEqual(shown, []);
  await catchUp.join();
  assert.deepEqual(shown, [2]);
});

test("after the end nothing is shown any more", async () => {
  const line = server([row(1)]);
  const { catchUp, shown } = page(0, line);
  const joined = catchUp.join();
  catchUp.stop();
  await joined;
  assert.deepEqual(shown, []);
});

function settled() {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
