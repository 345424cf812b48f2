/**
 * The sound of a new message, and the button that silences it.
 */

import * as storage from "deskbell/storage.js";
import { words } from "deskbell/words.js";

const KEY = "deskbell:muted";
/** Several tabs hear of one message; one of them is enough. */
const HEARD = "deskbell:rung";
const APART = 1_500;

/** @param {HTMLElement} button `#mute` */
export function muteButton(button) {
  const paint = () => {
    button.setAttribute("aria-pressed", String(isMuted()));
    button.title = words(isMuted() ? "sound-off" : "sound-on");
  };
  const toggle = () => {
    storage.set(KEY, isMuted() ? "" : "yes");
    paint();
    if (!isMuted()) play();
  };
  const elsewhere = (/** @type {StorageEvent} */ event) => event.key === KEY && paint();
  button.addEventListener("click", toggle);
  addEventListener("storage", elsewhere);
  paint();
  return () => removeEventListener("storage", elsewhere);
}

export function ring() {
  if (isMuted() || Date.now() - Number(storage.get(HEARD)) < APART) return;
  storage.set(HEARD, String(Date.now()));
  play();
}

function isMuted() {
  return storage.get(KEY) === "yes";
}

/** Browsers are silent until somebody has touched the page; that is theirs to decide. */
function play() {
  const sound = document.getElementById("message-sound");
  if (!(sound instanceof HTMLAudioElement) || navigator.userActivation?.hasBeenActive === false) return;
  sound.currentTime = 0;
  sound.play().catch(() => {});
}
