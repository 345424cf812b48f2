/**
 * Shows plainly whether the line stands, and whether what was written goes out slowly. The words are
 * in the page; `data-state` chooses.
 */

import { post } from "deskbell/post.js";
import { live } from "deskbell/socket.js";

/** A blink of the line, or a page that is still coming up, is not worth a word. */
const PATIENCE = 700;
const FIRST_PATIENCE = 3_000;
const BACK_FOR = 2_500;

/** @type {Set<HTMLElement>} */
const strips = new Set();
let line = "online";
/** The server has asked for a pause, and something still waits. */
let isSlow = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {HTMLElement} strip */
export function connectionStrip(strip) {
  strips.add(strip);
  strip.dataset.state = said();
  return () => strips.delete(strip);
}

export function followConnection() {
  live.watch((state) => {
    clearTimeout(timer);
    if (state === "offline") show("offline");
    else if (state === "online" || state === "resting") welcome();
    else timer = setTimeout(() => show("reconnecting"), state === "connecting" ? FIRST_PATIENCE : PATIENCE);
  });
  const box = post();
  box.addEventListener("slow", () => slow(box.isWaiting));
  for (const type of ["gone", "failed"]) {
    box.addEventListener(type, () => slow(isSlow && box.isWaiting));
  }
}

/** Who was told that the line was lost is told that it is back. */
function welcome() {
  if (line === "online") return;
  show("back");
  timer = setTimeout(() => show("online"), BACK_FOR);
}

/** @param {string} state */
function show(state) {
  line = state;
  tell();
}

/** @param {boolean} now */
function slow(now) {
  isSlow = now;
  tell();
}

function tell() {
  for (const strip of strips) strip.dataset.state = said();
}

/** How the line is comes first: without one nothing goes out at all. */
function said() {
  return line === "online" && isSlow ? "slow" : line;
}
