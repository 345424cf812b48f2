/**
 * What was recorded is heard: one at a time, at the speed that this browser was told last, from wherever one likes.
 */

import { bars, minutes } from "deskbell/bars.js";
import { linkOf } from "deskbell/files.js";
import * as storage from "deskbell/storage.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

const SPEEDS = [1, 1.5, 2];
const SPEED = "deskbell:voice-speed";
/** What a recorder writes says nowhere how long it is; whoever seeks beyond its end is told. */
const BEYOND = 1e9;

/** One for all of them, in no place of the page: what is heard goes on when its message is rendered anew. */
const audio = new Audio();
/** Which one it has, by `data-voice`; nothing has been heard yet without it. */
let current = "";
let isFetching = false;
/** Of those that have not been sent: by `data-voice` what they are. @type {Map<string, string>} */
const own = new Map();
/** Where those begin that were sought before they were heard. @type {Map<string, number>} */
const begins = new Map();

for (const type of ["play", "pause", "ended", "timeupdate", "seeked", "durationchange"]) audio.addEventListener(type, show);
audio.addEventListener("play", flow);
audio.addEventListener("error", () => void failed());

/** @param {HTMLElement} control of a `.voice` @param {string} type of event */
export function handle(control, type) {
  const root = /** @type {HTMLElement} */ (control.closest(".voice"));
  if (type === "input") seek(root, Number(/** @type {HTMLInputElement} */ (control).value));
  else if ("play" in control.dataset) void toggle(root);
  else if ("speed" in control.dataset) faster();
}

/** @param {HTMLElement} root of a recording that has not been sent @param {Blob} blob @param {{seconds: number, peaks: number[]}} voice */
export function showOwn(root, blob, { seconds, peaks }) {
  const url = URL.createObjectURL(blob);
  root.dataset.voice = url;
  root.dataset.seconds = String(seconds);
  root.setAttribute("aria-label", words("voice-of", { length: minutes(seconds) }));
  own.set(url, url);
  root.querySelector(".voice-wave svg")?.setAttribute("viewBox", `0 0 ${4 * peaks.length || 4} 32`);
  root.querySelector(".voice-wave path")?.setAttribute("d", bars(peaks));
  const input = /** @type {HTMLInputElement} */ (root.querySelector("input"));
  input.max = String(seconds);
  input.step = String(Math.max(0.01, seconds / 50));
  /** @type {HTMLElement} */ (root.querySelector(".voice-time")).textContent = minutes(seconds);
}

/** It is sent, or thrown away. @param {HTMLElement} root */
export function forgetOwn({ dataset: { voice = "" } }) {
  if (voice === current) stop();
  own.delete(voice);
  URL.revokeObjectURL(voice);
}

/** Nobody hears anything while they record. */
export function stop() {
  audio.pause();
}

/** @param {HTMLElement} root */
async function toggle(root) {
  const { voice = "" } = root.dataset;
  if (voice === current && !audio.paused) return stop();
  if (voice === current && isFetching) return;
  for (const other of document.querySelectorAll(".file :is(audio, video)")) /** @type {HTMLMediaElement} */ (other).pause();
  try {
    if (voice !== current || audio.error) await load(voice);
    if (voice !== current) return; // another one was asked for meanwhile
    const at = begins.get(voice);
    begins.delete(voice);
    if (at !== undefined) audio.currentTime = at;
    else if (audio.ended || audio.currentTime >= lengthOf(root) - 0.05) audio.currentTime = 0;
    audio.playbackRate = speed();
    await audio.play();
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    if (name !== "AbortError") refused(name ? "" : message);
  }
}

/** @param {string} voice */
async function load(voice) {
  stop();
  const before = current;
  current = voice;
  paint(before);
  isFetching = true;
  try {
    const url = own.get(voice) ?? (await linkOf(Number(voice))).url;
    if (current !== voice) return;
    if (!url) throw { message: words("went-wrong") };
    audio.src = url;
    await measured(voice);
  } finally {
    if (current === voice) isFetching = false;
  }
}

/** Once it is known how long it is, so that it can be sought in. @param {string} voice unless another one is loaded meanwhile */
async function measured(voice) {
  await happens("loadedmetadata");
  if (current !== voice || Number.isFinite(audio.duration)) return;
  audio.currentTime = BEYOND;
  await happens("seeked");
  if (current !== voice) return;
  audio.currentTime = 0;
  await happens("seeked");
}

/** @param {string} type @returns {Promise<void>} */
function happens(type) {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const end = (/** @type {() => void} */ how) => () => (ended.abort(), how());
    audio.addEventListener(type, end(resolve), { signal: ended.signal });
    audio.addEventListener("error", end(() => reject({ message: "" })), { signal: ended.signal });
  });
}

/** @param {HTMLElement} root @param {number} at in seconds */
function seek(root, at) {
  const { voice = "" } = root.dataset;
  if (voice === current && !isFetching && audio.readyState > 0) audio.currentTime = at;
  else begins.set(voice, at);
  paint(voice);
}

function speed() {
  const kept = Number(storage.get(SPEED));
  return SPEEDS.includes(kept) ? kept : SPEEDS[0];
}

function faster() {
  const next = SPEEDS[(SPEEDS.indexOf(speed()) + 1) % SPEEDS.length];
  storage.set(SPEED, String(next));
  audio.playbackRate = next;
  show();
}

function failed() {
  if (current && !isFetching) refused("");
}

/** @param {string} message */
function refused(message) {
  toast({ title: message || words("went-wrong"), key: "voice", isError: true });
  audio.removeAttribute("src");
  const before = current;
  current = "";
  isFetching = false;
  paint(before);
}

/** While it plays the drawing follows it closely, where movement is wanted. */
function flow() {
  if (audio.paused || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  show();
  requestAnimationFrame(flow);
}

function show() {
  paint(current);
  // Its chat is not looked at any more, or it was taken back.
  if (!audio.paused && !document.querySelector(of(current))) stop();
}

/** @param {string} voice */
function of(voice) {
  return `.voice[data-voice="${CSS.escape(voice)}"]`;
}

/** It may be shown more than once, and anew. @param {string} voice */
function paint(voice) {
  for (const root of voice ? document.querySelectorAll(of(voice)) : []) paintOne(/** @type {HTMLElement} */ (root));
}

/** @param {HTMLElement} root */
function paintOne(root) {
  const { voice = "" } = root.dataset;
  const isCurrent = voice === current;
  const length = lengthOf(root);
  const at = Math.min(begins.get(voice) ?? (isCurrent && !isFetching ? audio.currentTime : 0), length);
  const isPlaying = isCurrent && !audio.paused;
  root.classList.toggle("is-playing", isPlaying);
  const [play, time, faster] = ["[data-play]", ".voice-time", "[data-speed]"].map((each) => /** @type {HTMLElement} */ (root.querySelector(each)));
  put(play, "aria-label", words(isPlaying ? "pause" : "play"));
  const told = isCurrent || begins.has(voice) ? minutes(Math.floor(at)) : minutes(length);
  if (time.textContent !== told) time.textContent = told;
  faster.hidden = !isCurrent;
  const said = `${speed()}×`;
  if (faster.textContent !== said) faster.textContent = said;
  put(faster, "aria-label", words("voice-speed", { speed: said }));
  const input = /** @type {HTMLInputElement} */ (root.querySelector("input"));
  input.value = String(at);
  put(input, "aria-valuetext", words("voice-at", { at: minutes(Math.floor(at)), length: minutes(length) }));
  const [whole, heard] = root.querySelectorAll(".voice-wave path");
  const each = whole.getAttribute("d")?.split(/(?=M)/) ?? [];
  put(heard, "d", each.slice(0, Math.round((at / (length || 1)) * each.length)).join(""));
}

/** @param {Element} element @param {string} name @param {string} value */
function put(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** What it is, where that is known, else what it is said to be. @param {HTMLElement} root */
function lengthOf({ dataset: { voice, seconds } }) {
  return voice === current && Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : Number(seconds);
}
