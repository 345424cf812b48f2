/**
 * While a pointer is down nothing moves from under it: a click whose beginning and end meet two
 * elements is a click on neither, and whoever clicked would have to do it again. Nor does a list
 * of chats while a mouse moves over it: whoever aims at a row would open the one that came there.
 */

/** A press whose end nobody heard of, beyond the window perhaps; and who never rests sees what is new all the same. */
const LONGEST = 2_000;

/** So long after its last move a mouse may still be about to click. */
const AIMING = 500;

/** @type {(() => void)[]} */
let waiting = [];
/** @type {(() => void)[]} */
let still = [];
let isDown = false;
let aimedSince = 0;
/** @type {number | undefined} */
let end;
/** @type {number | undefined} */
let rest;

addEventListener("pointerdown", begun, true);
// Not at once: the click comes after its pointer has been let go.
for (const over of ["pointerup", "pointercancel"]) addEventListener(over, () => setTimeout(released), true);
addEventListener("pointermove", moved, { capture: true, passive: true });

/** Now, or as soon as nobody presses anything. @param {() => void} act */
export function whenReleased(act) {
  if (isDown) waiting.push(act);
  else act();
}

/** Now, or as soon as nobody presses anything nor aims at a row of the list. @param {() => void} act */
export function whenStill(act) {
  if (isDown || aimedSince) still.push(act);
  else act();
}

export function isPressing() {
  return isDown;
}

function begun() {
  isDown = true;
  clearTimeout(end);
  end = setTimeout(released, LONGEST);
}

function released() {
  isDown = false;
  clearTimeout(end);
  const acts = waiting;
  waiting = [];
  for (const act of acts) act();
  rested(aimedSince);
}

/** @param {PointerEvent} event */
function moved({ target, pointerType, timeStamp }) {
  clearTimeout(rest);
  if (pointerType !== "mouse" || !(target instanceof Element) || !target.closest("#chat-rows")) return rested();
  aimedSince ||= timeStamp;
  if (timeStamp - aimedSince > LONGEST) rested();
  else rest = setTimeout(rested, AIMING);
}

/** The list may move again, unless somebody presses, or still aims. */
function rested(aims = 0) {
  aimedSince = aims;
  if (isDown || aims) return;
  const acts = still;
  still = [];
  for (const act of acts) act();
}
