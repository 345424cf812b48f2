/**
 * The sound of a new message, and the button that silences it.
 */

import { bell } from "deskbell/bell.js";
import * as storage from "deskbell/storage.js";
import { viewer } from "deskbell/viewer.js";
import { words } from "deskbell/words.js";

/** What comes sooner after a sound makes no second one, in whichever tab. */
const APART = 1_500;

let rangAt = -Infinity;
/** @type {BroadcastChannel | null} */
let tabs = null;

/** Another tab of this person says when it rings. */
export function hearOtherTabs() {
  tabs = new BroadcastChannel(`deskbell:rings:${viewer().keeper}`);
  tabs.addEventListener("message", () => {
    rangAt = performance.now();
  });
}

/** @param {HTMLElement} button `#mute` */
export function muteButton(button) {
  const paint = () => {
    button.setAttribute("aria-pressed", String(isMuted()));
    button.title = words(isMuted() ? "sound-off" : "sound-on");
  };
  const toggle = () => {
    storage.set(key(), isMuted() ? "" : "yes");
    paint();
    if (!isMuted()) play();
  };
  const elsewhere = (/** @type {StorageEvent} */ event) => event.key === key() && paint();
  button.addEventListener("click", toggle);
  addEventListener("storage", elsewhere);
  paint();
  return () => removeEventListener("storage", elsewhere);
}

/**
 * In one tab of all that this person has open, and of those in one that is allowed to.
 *
 * @param {string} news the same in all tabs
 * @param {() => boolean} isLookedAt
 */
export function ringOnce(news, isLookedAt) {
  void bell().once({ key: `sound:${news}`, isLookedAt, tell: ring, isAble: isAllowed() });
}

function ring() {
  if (isMuted() || performance.now() - rangAt < APART) return;
  rangAt = performance.now();
  tabs?.postMessage("rings");
  play();
}

function isMuted() {
  return storage.get(key()) === "yes";
}

function key() {
  return `deskbell:muted:${viewer().keeper}`;
}

/** Browsers are silent until somebody has touched the page; that is theirs to decide. */
function isAllowed() {
  return navigator.userActivation?.hasBeenActive !== false;
}

function play() {
  const sound = document.getElementById("message-sound");
  if (!(sound instanceof HTMLAudioElement)) return;
  sound.currentTime = 0;
  sound.play().catch(() => {});
}
