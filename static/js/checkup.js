/**
 * Entry of "Does it work here?": what only this browser can tell of the way to the server. Each is tried for real, by
 * requests and sockets as the chat itself makes them.
 */

import { live } from "deskbell/socket.js";
import { language } from "deskbell/words.js";

/** @typedef {"ok" | "warning" | "failed"} Verdict */
/** @typedef {{verdict: Verdict, said?: string}} Found */

const PATIENCE = 8_000;
const SLOW = 1_000;
const AWRY = 5_000;
const ASKED = 8;
/** Pieces that are sent so far apart, and come closer, were gathered on the way. */
const APART = 300;
const END_OF_LINE = 10;
/** What is answered of a session that is not known. */
const UNKNOWN = 400;

const list = document.getElementById("checkup-tries");
if (list) void tryAll(list);

/** @param {HTMLElement} list */
async function tryAll(list) {
  const { echo = "", pieces = "" } = list.dataset;
  const began = performance.now();
  const told = await Promise.race([get(echo), late()]).then((answer) => ("host" in answer ? answer : null), () => null);
  const took = performance.now() - began;
  /** What goes by that answer. @param {() => Found} found @returns {() => Promise<Found>} */
  const by = (found) => async () => (told ? found() : { verdict: "failed" });
  const known = await Promise.all([
    tried("scheme", by(() => same(`${told.scheme}:`, location.protocol))),
    tried("host", by(() => same(told.host, location.host))),
  ]);
  // Who takes this page for another site's lets no socket of it in: that has one cause, and one fix.
  const cause = known.every((verdict) => verdict === "ok") ? "" : (list.dataset.cause ?? "");
  await Promise.all([
    tried("websocket", websocket, cause),
    tried("polling", polling, cause),
    tried("sticky", () => sticky(echo)),
    tried("pieces", async () => {
      // A packet that was lost on the way lets two come together, once.
      const found = await inPieces(pieces);
      return found.verdict === "ok" ? found : inPieces(pieces);
    }),
    tried("live", roundTrip, cause),
    tried("proxies", by(() => ({ verdict: told.forwarded === told.hops ? "ok" : "warning", said: told.address }))),
    tried("clock", by(() => agree(told.now + took / 2 - Date.now()))),
  ]);
  const done = document.getElementById("checkup-done");
  if (done) done.textContent = done.dataset.text ?? "";
}

/**
 * @param {string} key
 * @param {() => Promise<Found>} attempt
 * @param {string} [cause] of which a failure comes that is told already
 * @returns {Promise<Verdict>}
 */
async function tried(key, attempt, cause = "") {
  const row = document.getElementById(`try-${key}`);
  /** @type {Found} */
  const found = await Promise.race([attempt(), late()]).catch(() => ({ verdict: /** @type {Verdict} */ ("failed") }));
  const isExplained = cause !== "" && found.verdict === "failed";
  if (isExplained) Object.assign(found, { verdict: "warning", said: cause });
  const { verdict } = found;
  const made = document.getElementById(`checkup-${verdict}`);
  if (!row || !(made instanceof HTMLTemplateElement)) return verdict;
  row.querySelector(".checkup-mark")?.replaceWith(made.content.cloneNode(true));
  const said = row.querySelector(".checkup-said");
  if (said) said.textContent = found.said ?? "";
  row.querySelector(".checkup-fix")?.toggleAttribute("hidden", verdict === "ok" || isExplained);
  return verdict;
}

/** @returns {Promise<Found>} */
function late() {
  return new Promise((done) => setTimeout(() => done({ verdict: "failed" }), PATIENCE));
}

/** @param {string} path */
async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** @param {string} there @param {string} here @returns {Found} */
function same(there, here) {
  return there === here ? { verdict: "ok", said: here } : { verdict: "failed", said: `${there} ≠ ${here}` };
}

/** A socket that says nothing of whose it is, and is closed at once. @returns {Promise<Found>} */
function websocket() {
  return new Promise((done) => {
    const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/socket.io/?EIO=4&transport=websocket`);
    socket.onmessage = ({ data }) => {
      socket.close();
      done({ verdict: String(data).startsWith("0") ? "ok" : "failed" });
    };
    socket.onerror = socket.onclose = () => done({ verdict: "failed" });
  });
}

/** @returns {Promise<Found>} */
async function polling() {
  const address = "/socket.io/?EIO=4&transport=polling";
  const opened = await (await fetch(address, { cache: "no-store" })).text();
  if (!opened.startsWith("0")) return { verdict: "failed" };
  const { sid } = JSON.parse(opened.slice(1));
  const closed = await fetch(`${address}&sid=${sid}`, { method: "POST", body: "1" });
  // Where the session was met on another machine the first one is not known there (400): that is for `sticky` to say.
  return { verdict: closed.ok || closed.status === UNKNOWN ? "ok" : "failed", said: closed.ok ? "" : String(closed.status) };
}

/** Each answer says in which process of which machine it was made. @param {string} echo @returns {Promise<Found>} */
async function sticky(echo) {
  const answers = [];
  for (let number = 0; number < ASKED; number += 1) answers.push(await get(echo));
  const [machines, processes] = ["machine", "process"].map((name) => new Set(answers.map((each) => each[name])).size);
  return { verdict: machines > 1 ? "failed" : "ok", said: processes > 1 ? `${machines} / ${processes}` : "" };
}

/** The first one may come along with the head: each of the others is to come by itself. @param {string} pieces @returns {Promise<Found>} */
async function inPieces(pieces) {
  const reader = (await fetch(pieces, { cache: "no-store" })).body?.getReader();
  /** When each line was here. @type {number[]} */
  const came = [];
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    for (const byte of part.value) if (byte === END_OF_LINE) came.push(performance.now());
  }
  const gaps = came.slice(1).map((at, before) => at - came[before]);
  return { verdict: gaps.length && Math.min(...gaps) > APART ? "ok" : "failed" };
}

/** @returns {Promise<Found>} */
async function roundTrip() {
  await new Promise((/** @type {(value?: unknown) => void} */ done) => live.watch((state) => state === "online" && done()));
  const began = performance.now();
  await live.request("request", { method: "GET", path: "/me" });
  const took = Math.round(performance.now() - began);
  const said = new Intl.NumberFormat(language(), { style: "unit", unit: "millisecond" }).format(took);
  return { verdict: took > SLOW ? "warning" : "ok", said };
}

/** @param {number} apart @returns {Found} */
function agree(apart) {
  const said = new Intl.NumberFormat(language(), { style: "unit", unit: "second", maximumFractionDigits: 1 }).format(Math.abs(apart) / 1_000);
  return { verdict: Math.abs(apart) > AWRY ? "warning" : "ok", said };
}
