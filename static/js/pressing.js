/**
 * While a pointer is down nothing moves from under it: a click whose beginning and end meet two
 * elements is a click on neither, and whoever clicked would have to do it again.
 */

/** A press whose end nobody heard of, beyond the window perhaps. */
const LONGEST = 2_000;

/** @type {(() => void)[]} */
let waiting = [];
let isDown = false;
/** @type {number | undefined} */
let end;

addEventListener("pointerdown", begun, true);
// Not at once: the click comes after its pointer has been let go.
for (const over of ["pointerup", "pointercancel"]) addEventListener(over, () => setTimeout(released), true);

/** Now, or as soon as nobody presses anything. @param {() => void} act */
export function whenReleased(act) {
  if (isDown) waiting.push(act);
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
}
