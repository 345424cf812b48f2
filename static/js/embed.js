/**
 * Entry of the chat in a frame of another site (docs/embed.md). The page around it says whose it is, by a credential,
 * and whether it is shown; it is told what happens in it.
 */

import * as asking from "deskbell/asking.js";
import { pause } from "deskbell/backoff.js";
import "deskbell/customer.js";
import { first } from "deskbell/first.js";
import { dressed } from "deskbell/mounts.js";
import { whenReady } from "deskbell/page.js";
import { post } from "deskbell/post.js";
import { isLoggedOut } from "deskbell/refusals.js";
import { inkOn } from "deskbell/ink.js";
import { refresh } from "deskbell/refresh.js";
import { live } from "deskbell/socket.js";
import * as storage from "deskbell/storage.js";
import { toast } from "deskbell/toast.js";
import { Whereabouts } from "deskbell/whereabouts.js";
import { viewer } from "deskbell/viewer.js";
import { language, words } from "deskbell/words.js";

/**
 * What `greeting.js` has heard from the page around us.
 *
 * @typedef {{port: MessagePort, token: string, isKept: boolean, kept?: Record<string, string>, isOpen: boolean,
 *   takesFocus: boolean, page: object, taken: () => {clientId: string, text: string, topicId: number}[]}} Greeting
 *
 * `taken` ends the greeting, and gives what was sent to it.
 */

/** So much of its life an access token is used for. */
const FRESH = 0.8;
/** So long a credential that has ended may have its next one on the way, which another tab was given (ms). */
const HANDOVER = 1_000;

const { site = "" } = document.body.dataset;
/** @type {MessagePort | null} */
let host = null;
/** The visitor's credential, whether there is a visitor yet or not. */
let credential = "";
/** What the site's server has signed about the visitor, if it did. */
let identity = "";
/** @type {Whereabouts | null} where staff may see it */
let whereabouts = null;
/** Of several times that somebody came the last one counts. */
let coming = 0;
/** Who is here may be somebody else in a moment, to whom what is asked for now would be refused. */
let isArriving = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let renewal;

whenReady(() => {
  begin();
  const window_ = /** @type {HTMLElement & {greeting?: Greeting}} */ (document.getElementById("widget"));
  const greeted = () => window_.greeting && greet(window_.greeting);
  if (window_.greeting) greeted();
  else addEventListener("deskbell:greeted", greeted, { once: true });
});

function begin() {
  paint();
  live.renew = renew;
  // Nobody has no chat yet to ask for.
  if (document.querySelector("[data-visits]")) whereabouts = new Whereabouts(present);
  document.addEventListener("htmx:configRequest", (event) => {
    const { path } = /** @type {CustomEvent} */ (event).detail;
    // Articles are anybody's.
    if ((isArriving || !viewer().id) && !path.startsWith("/articles")) event.preventDefault();
  });
  document.addEventListener("deskbell:shown", () => isShown() || tell({ type: "close" }));
  document.addEventListener("deskbell:unread", (event) => {
    tell({ type: "unread", count: /** @type {CustomEvent} */ (event).detail.count });
  });
  live.on("new_message", ({ message }) => written(message));
  document.addEventListener("keydown", typed);
}

/** The page around us has said who is here; somebody may have written already. @param {Greeting} said */
function greet({ port, token, isKept, kept = {}, isOpen, takesFocus, page, taken }) {
  host = port;
  host.onmessage = ({ data }) => heard(data);
  if (isKept) storage.keptBy(kept, (key, value) => tell({ type: "keep", key, value }));
  else toast({ title: words("unkept-here"), key: "unkept", stays: true });
  whereabouts?.moved(page);
  void arrive(String(token));
  for (const { clientId, text, topicId } of taken()) post().add(null, text, clientId, undefined, [], false, topicId);
  const begun = composer()?.value;
  if (begun) say(begun);
  if (isOpen) heard({ type: "open", takesFocus });
}

/** @param {any} said */
function heard(said) {
  if (said.type === "kept") storage.heard(String(said.key), said.value);
  else if (said.type === "token") void arrive(String(said.token));
  else if (said.type === "say") say(String(said.text));
  else if (said.type === "page") whereabouts?.moved(said);
  else if (said.type === "attributes") whereabouts?.described(said.attributes);
  else if (said.type === "identify") void arrive(credential, String(said.token));
  else document.dispatchEvent(new CustomEvent("deskbell:host", { detail: said }));
}

/** @param {object} said */
function tell(said) {
  host?.postMessage(said);
}

/** Somebody has written; lines of the system are no news to the page around. @param {any} message */
function written({ id, message: text, sender, createdAt }) {
  if (!sender) return;
  const isMine = sender.id === viewer().id;
  tell({ type: "message", message: { id, text, isMine, at: Date.parse(createdAt) } });
}

/**
 * Whoever has this credential is here: a visitor, whom the site may know, or somebody who has not written yet.
 *
 * @param {string} token
 * @param {string} [proof] what the site has signed
 */
async function arrive(token, proof = "") {
  const isAnother = credential !== "" && credential !== token;
  credential = token;
  identity = proof || (isAnother ? "" : identity);
  const turn = ++coming;
  isArriving = true;
  await arrived(token, isAnother, turn);
  if (turn === coming) isArriving = false;
}

/** @param {string} token @param {boolean} isAnother than was here before @param {number} turn */
async function arrived(token, isAnother, turn) {
  for (let tries = 0; turn === coming; tries += 1) {
    try {
      const proof = identity;
      const visit = await ask("visits", { token, ...signed() });
      if (turn !== coming) return;
      if (!visit && isAnother) return begone();
      if (!visit && !viewer().id) return strange();
      // They have written, and so come to be, while this was on its way.
      if (!visit && tries === 0) continue;
      if (!visit) return tell({ type: "ended" });
      if (identity === proof) identity = "";
      enter(visit);
      return;
    } catch (error) {
      const { code, message, retryAfter = 0 } = /** @type {import("deskbell/socket.js").Refusal} */ (error);
      if (turn !== coming) return;
      if (isOver(code)) return;
      if (code === "identity_invalid") {
        disbelieve(message);
        continue;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause(tries), retryAfter * 1_000)));
    }
  }
}

/** Whom the site names has a credential that nobody knew before. @param {string} token */
function keep(token) {
  if (token === credential) return;
  credential = token;
  tell({ type: "token", token });
}

/** For who runs the site; whoever was here stays. @param {string} why */
function disbelieve(why) {
  console.warn(`Deskbell: identify: ${why}`);
  identity = "";
}

/** Whether the credential holds no longer, or is another's: that is told, or said. @param {string} code */
function isOver(code) {
  if (code === "identity_expired") freeze();
  else if (code === "other_identity") tell({ type: "ended" });
  else if (isLoggedOut(code)) end(credential);
  else return false;
  return true;
}

/** It is told unless another tab has been given the next one. @param {string} ended */
function end(ended) {
  setTimeout(() => credential === ended && tell({ type: "ended" }), HANDOVER);
}

/** Nothing of a known person stays on the page once the site says no more who it is; nobody becomes a stranger by it. */
function freeze() {
  live.rest();
  clearTimeout(renewal);
  tell({ type: "unread", count: 0 });
  const chat = document.querySelector(".chat");
  const notice = /** @type {HTMLTemplateElement} */ (document.getElementById("expired")).content.cloneNode(true);
  if (!chat) return;
  chat.replaceWith(notice);
  document.getElementById("begin-anew")?.addEventListener("click", () => tell({ type: "ended" }));
}

function signed() {
  return identity ? { identity } : {};
}

/** The visitor is to be forgotten here: nothing that they wrote is left to the next one. */
function begone() {
  const { keeper } = viewer();
  for (const key of storage.keys("deskbell:")) if (key.split(":")[2] === keeper) storage.remove(key);
  storage.forgetFiles(keeper);
  location.reload();
}

/** Nobody yet: the first message brings a visitor about. */
function strange() {
  live.rest();
  if (!identity) asking.ask();
  first.send = writeFirst;
  first.announce = announceFirst;
  void post().drain();
}

/** What comes back says who wrote; who it is may have been said since, and counts. @param {object} payload @returns {Promise<any>} */
async function writeFirst(payload) {
  const [token, proof] = [credential, identity];
  const about = { ...asking.said(), language: navigator.language, ...signed() };
  const given = await ask("messages", { ...payload, ...about, token }).catch((refusal) => refused(refusal, token));
  if (given === null) return writeFirst(payload);
  if (credential !== token) return given;
  if (identity === proof) identity = "";
  become(given);
  written(given.message);
  live.connect();
  if (identity) void arrive(credential, identity);
  return given;
}

/** By a file one comes to be as well, which the first message then takes along. @param {object} file @returns {Promise<any>} */
async function announceFirst(file) {
  const token = credential;
  const about = { ...asking.said(), language: navigator.language, ...signed() };
  const given = await ask("files", { ...file, ...about, token });
  if (credential === token) become(given);
  live.connect();
  return given;
}

/**
 * The first message was: it waits for who is here by now, or goes without what the site has signed.
 *
 * @param {{code: string, message: string, fields?: object}} refusal
 * @param {string} token
 */
function refused(refusal, token) {
  if (credential === token && refusal.code === "identity_invalid") return disbelieve(refusal.message) ?? null;
  if (credential === token && !isOver(refusal.code)) asking.askAgain(refusal);
  throw refusal;
}

/** Somebody is here of whom the page does not know what they have written. @param {Parameters<typeof become>[0]} visit */
function enter(visit) {
  become(visit);
  refresh("#widget-chat", 0);
  live.connect();
}

/**
 * What a page of ours is told by the server, this one is told here.
 *
 * @param {{user: {id: number, name: string, pageKey: string}, accessToken: string, expiresIn: number, token: string}} visit
 */
function become({ user, accessToken, expiresIn, token }) {
  first.send = first.announce = null;
  asking.asked();
  keep(token);
  Object.assign(document.body.dataset, { userId: user.id, userName: user.name, role: "customer", pageKey: user.pageKey });
  const headers = { Authorization: `Bearer ${accessToken}`, "X-Page": user.pageKey, "Accept-Language": language() };
  document.body.setAttribute("hx-headers", JSON.stringify(headers));
  const meta = document.querySelector('meta[name="live-token"]') ?? document.createElement("meta");
  meta.setAttribute("name", "live-token");
  meta.setAttribute("content", accessToken);
  document.head.append(meta);
  dressed(document.body);
  clearTimeout(renewal);
  renewal = setTimeout(renew, expiresIn * 1_000 * FRESH);
}

/** Where the visitor is; who had not written yet may have been written to. @param {object} where */
async function present(where) {
  if (!credential) return;
  const token = credential;
  const isStranger = viewer().id === 0;
  try {
    const visit = await ask("presence", { token, language: navigator.language, isStranger, ...where });
    if (!visit || viewer().id !== 0 || credential !== token) return;
    enter(visit);
    if (identity) void arrive(credential, identity);
  } catch (error) {
    const { code, fields = {} } = /** @type {{code: string, fields?: Record<string, string>}} */ (error);
    if (whereabouts?.without(Object.keys(fields))) console.warn("Deskbell: attributes that cannot be:", fields);
    else if (credential === token) isOver(code);
  }
}

/** A token that runs out, or holds no longer since its visitor is somebody known now, as another tab has told. */
async function renew() {
  clearTimeout(renewal);
  if (isArriving) return; // whoever that is gets one, and connects with it
  const [token, before] = [credential, viewer().id];
  try {
    const visit = await ask("visits", { token });
    if (credential !== token) return;
    if (!visit) return tell({ type: "ended" });
    become(visit);
    if (viewer().id !== before) refresh("#widget-chat", 0);
    live.connect();
  } catch (error) {
    if (credential !== token) return;
    if (!isOver(/** @type {{code: string}} */ (error).code)) renewal = setTimeout(renew, pause(3));
  }
}

/** @param {string} what @param {object} payload @returns {Promise<any>} */
async function ask(what, payload) {
  const headers = { "Content-Type": "application/json", "Accept-Language": language() };
  const body = JSON.stringify(payload);
  let answer;
  try {
    answer = await fetch(`/embed/${site}/${what}`, { method: "POST", credentials: "omit", headers, body });
    if (answer.status === 204) return null;
    const given = await answer.json();
    if (answer.ok) return given;
    throw given.error;
  } catch (error) {
    throw /** @type {{code?: string}} */ (error)?.code ? error : { code: "no_answer", message: "" };
  }
}

/** Into the composer, where the visitor sends it or not. @param {string} text */
function say(text) {
  const field = composer();
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Safari lets nothing of a frame have the focus until somebody does something in it: the first letter goes where it is meant. @param {KeyboardEvent} event */
function typed({ key, ctrlKey, metaKey, altKey }) {
  const isNowhere = document.activeElement === document.body || document.activeElement === null;
  const isLetter = [...key].length === 1 && !ctrlKey && !metaKey && !altKey;
  if (isNowhere && isLetter && isShown()) composer()?.focus();
}

/** In the site's colour, with ink on it that can be read. */
function paint() {
  const { colour = "" } = document.body.dataset;
  const { style } = document.documentElement;
  style.setProperty("--site", colour);
  style.setProperty("--on-site", inkOn(colour));
}

function isShown() {
  return document.getElementById("widget")?.hidden === false;
}

function composer() {
  return /** @type {HTMLTextAreaElement | null} */ (document.querySelector(".composer-text"));
}
