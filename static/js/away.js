/**
 * Says beside the chat when somebody will be there, and what is said until then; changes when that changes.
 */

import { mount } from "deskbell/mounts.js";
import { backAt, stateAt } from "deskbell/opening.js";
import { viewer } from "deskbell/viewer.js";
import { language, words } from "deskbell/words.js";

/** A clock may be set, a device may sleep, days turn. */
const LOOK_AGAIN = 60_000;

/** Where something is said of hours. */
export function away() {
  const notice = document.getElementById("away");
  if (!notice) return;
  const ahead = JSON.parse(notice.dataset.ahead ?? "[]");
  const skew = Number(notice.dataset.now) - Date.now();
  const wasOpen = stateAt(ahead, Number(notice.dataset.now)).isOpen;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const show = () => {
    const now = Date.now() + skew;
    const { isOpen, changes } = stateAt(ahead, now);
    const status = document.getElementById("widget-status");
    const { staffed, answered } = status?.dataset ?? {};
    // Nobody is told who is there before they have written; who opens meanwhile comes.
    const isStaffed = staffed === "true" || (!wasOpen && !viewer().id);
    const isAnswered = answered === "true";
    write(notice, !isOpen && changes !== null ? changes - skew : null, new Date());
    // A chat that is still on its way has yet to say who is there.
    notice.hidden = !status || isAnswered || (isOpen && isStaffed);
    document.querySelector(".widget")?.toggleAttribute("data-away", !isOpen && !isAnswered);
    clearTimeout(timer);
    timer = setTimeout(show, Math.min(Math.max((changes ?? Infinity) - now, 0), LOOK_AGAIN));
  };
  const place = (/** @type {Element | null} */ head) => head?.after(notice);
  place(document.querySelector(".widget .widget-head"));
  mount(".widget .widget-head", place);
  mount("#widget-status", show);
  document.addEventListener("visibilitychange", show);
  show();
}

/** @param {HTMLElement} notice @param {number | null} at by the viewer's clock @param {Date} now */
function write(notice, at, now) {
  const when = notice.querySelector(".away-when");
  if (!(when instanceof HTMLElement)) return;
  when.hidden = at === null;
  if (at === null) return;
  const { key, values } = backAt(new Date(at), now, language());
  const text = words(key, values);
  // The same again would be read out again.
  if (when.textContent !== text) when.textContent = text;
}
