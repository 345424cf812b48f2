/**
 * Entry of the live board: a screen on a wall that nobody touches for weeks. Its numbers come anew when something has
 * moved; times go on by themselves; that the line is lost, or the numbers do not come, is said with the time they are of.
 */

import { begin } from "deskbell/page.js";
import { morph, parsed } from "deskbell/parts.js";
import { isPressing, whenReleased } from "deskbell/pressing.js";
import { COUNTS_PAUSE, refresh } from "deskbell/refresh.js";
import { live } from "deskbell/socket.js";
import { language } from "deskbell/words.js";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** A blink of the line is not worth a word. */
const PATIENCE = 1_500;
/** The server shows numbers that are as old: what was told is in those that are asked for later than that. */
const KEPT = 1_000;
/** Fifty boards that are told the same do not ask in the same moment. */
const SCATTER = 1_000;
/** More than two of the questions that the clock asks. */
const TOO_LONG = 40_000;
const RENEWED = "board-renewed";
const TOLD = ["new_chat_message", "chat_changed", "snooze_changed", "chat_erased", "presence", "availability", "person_changed", "settings_changed"];

/** How far the server's clock is ahead of this one. */
let skew = 0;
/** When the numbers came that are shown. */
let cameAt = Date.now();
let isLost = false;
let isLate = false;
/** Of which scripts and sheets this page is. @type {string | undefined} */
let made;
let isPlanned = false;
let isAgain = false;

begin(() => {
  made = board().dataset.made;
  came(board());
  for (const name of TOLD) live.on(name, askSoon);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  live.watch((state) => {
    clearTimeout(timer);
    if (state === "online") {
      lost(false);
      askSoon(); // what was told while there was no line
    } else timer = setTimeout(() => lost(true), PATIENCE);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (detail.target.id !== "board") return;
    const fresh = detail.xhr.status === 200 ? parsed(detail.xhr.responseText) : null;
    detail.shouldSwap = false;
    // Nothing moves from under a finger.
    if (isPressing()) whenReleased(() => refresh("#board", 0));
    else if (fresh?.id === "board") came(fresh);
    else late(true);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => late(true));
  setInterval(tick, SECOND);
  tick();
  fullScreen();
});

function board() {
  return /** @type {HTMLElement} */ (document.getElementById("board"));
}

/** Numbers are here; in place, so that nothing flickers. @param {HTMLElement} fresh */
function came(fresh) {
  const there = board();
  if (fresh.dataset.made !== made) void renew();
  skew = Number(fresh.dataset.now) - Date.now();
  cameAt = Date.now();
  keepTimes(fresh);
  if (fresh !== there) {
    for (const name of there.classList) if (name.startsWith("htmx-")) fresh.classList.add(name);
    morph(there, fresh);
  }
  late(false);
}

/** Of what was told: each is followed by a question that the server answers by what it knows since. */
function askSoon() {
  if (isPlanned) {
    isAgain = true;
    return;
  }
  isPlanned = true;
  setTimeout(() => {
    isPlanned = false;
    refresh("#board", COUNTS_PAUSE);
    if (isAgain) askSoon();
    isAgain = false;
  }, KEPT + Math.random() * SCATTER);
}

/** The server is another one since this page came, perhaps weeks ago: once a minute, and if it has the page. */
async function renew() {
  if (Date.now() - Number(sessionStorage.getItem(RENEWED)) < 60 * SECOND) return;
  sessionStorage.setItem(RENEWED, String(Date.now()));
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.status === 200 && !answer.redirected) location.reload();
}

/** What ticks is written before it is seen. @param {Element} within */
function keepTimes(within) {
  const now = Date.now() + skew;
  for (const each of within.querySelectorAll("[data-since]")) {
    const text = lasted(Math.max(now - Number(each.getAttribute("data-since")), 0));
    const shown = each.firstElementChild ?? each;
    if (shown.textContent !== text) shown.textContent = text;
  }
}

function tick() {
  keepTimes(board());
  if (Date.now() - cameAt > TOO_LONG) late(true);
  const clock = document.getElementById("board-clock");
  const text = shown(Date.now() + skew, {});
  if (clock && clock.textContent !== text) clock.textContent = text;
}

/** What the clock shows there whose day it is. @param {number} at @param {Intl.DateTimeFormatOptions} more */
function shown(at, more) {
  const how = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more });
  try {
    return new Intl.DateTimeFormat(language(), { ...how, timeZone: board().dataset.zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(language(), how).format(at); // an old browser does not know the zone
  }
}

/** 0:07, 12:05, 1:02:05, 2 days 1:02:05. @param {number} ms */
function lasted(ms) {
  const [hours, minutes, seconds] = [Math.floor((ms % DAY) / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / SECOND) % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const days = Math.floor(ms / DAY);
  const clock = hours || days ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  if (!days) return clock;
  return `${new Intl.NumberFormat(language(), { style: "unit", unit: "day", unitDisplay: "narrow" }).format(days)} ${clock}`;
}

/** @param {boolean} now */
function lost(now) {
  isLost = now;
  tell();
}

/** @param {boolean} now */
function late(now) {
  isLate = now;
  tell();
}

/** The line comes first: without one no numbers come. */
function tell() {
  const line = document.getElementById("board-line");
  const state = isLost ? "lost" : isLate ? "late" : "online";
  if (!line) return;
  // Without a line numbers may come all the same: their time goes on.
  const at = shown(cameAt + skew, { second: "2-digit" });
  for (const time of line.querySelectorAll("time")) time.textContent = at;
  if (line.dataset.state === state) return;
  line.dataset.state = state;
  document.body.toggleAttribute("data-old", state !== "online");
}

function fullScreen() {
  const button = document.getElementById("board-full");
  if (!button) return;
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    void done.then(() => {}, () => {});
  });
}
