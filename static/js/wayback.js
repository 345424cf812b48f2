/**
 * A window that fills a small screen is what the way back leads out of first: while it is open there
 * it has an entry of its own in the history.
 */

import { SMALL } from "deskbell/cover.js";

const OURS = "deskbell:window";

/**
 * @param {{open: () => void, close: () => void, isOpen: () => boolean}} window_ opens and closes it where the history leads
 * @param {AbortSignal} signal ends it
 * @returns {{opened: () => void, closed: () => void}} to be called when the window was opened or closed
 */
export function wayBack({ open, close, isOpen }, signal) {
  // A reload keeps the entry, and the window in it.
  let isHere = isOurs();
  let isLeaving = false;
  const opened = () => {
    // A frame of the demo has no history of its own.
    const isMeant = matchMedia(SMALL).matches && !document.body.hasAttribute("data-demo");
    if (!isMeant || isHere || isLeaving) return;
    history.pushState({ [OURS]: true }, "");
    isHere = true;
  };
  const closed = () => {
    if (!isHere || isLeaving) return;
    isLeaving = true;
    history.back();
  };
  const moved = () => {
    const wasHere = isHere;
    isHere = isOurs();
    if (isLeaving) {
      isLeaving = false;
      // Opened again before the history had moved.
      if (isOpen()) opened();
    } else if (wasHere && !isHere) close();
    else if (isHere && !wasHere) open();
  };
  addEventListener("popstate", moved, { signal });
  return { opened, closed };
}

function isOurs() {
  return Boolean(history.state?.[OURS]);
}
