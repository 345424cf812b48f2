/**
 * Toasts: short notes at the edge of the page, made here or swapped in by the server.
 */

import { write } from "deskbell/direction.js";
import { cloned } from "deskbell/parts.js";

const SHOWN_FOR = 6_000;
const ERRORS_SHOWN_FOR = 10_000;
const AT_MOST = 4;

/**
 * @typedef {object} Note
 * @property {string} title
 * @property {string} [text]
 * @property {string} [href] where a click leads
 * @property {string} [key] a later note of this key takes the earlier one's place
 * @property {boolean} [stays] until it is dismissed
 * @property {boolean} [isError]
 */

/** @param {Note} note */
export function toast({ text = "", title, href, key, stays, isError }) {
  const place = document.getElementById("toasts");
  const element = cloned("toast");
  if (!place || !element) return;
  const heading = element.querySelector(".toast-title");
  if (heading) write(heading, title);
  fill(element.querySelector(".toast-text"), text);
  const link = element.querySelector("a.toast-link");
  if (link && href) link.setAttribute("href", href);
  if (stays) element.dataset.stay = "";
  if (isError) element.dataset.kind = "error";
  if (key) {
    element.dataset.key = key;
    [...place.children].find((child) => child.getAttribute("data-key") === key)?.remove();
  }
  place.append(element);
  return element;
}

/** What it told of has been seen. @param {string} key */
export function untoast(key) {
  document.querySelector(`#toasts > [data-key="${CSS.escape(key)}"]`)?.remove();
}

/** Takes away what arrives in the place of toasts, however it came. @param {HTMLElement} place */
export function toasts(place) {
  const timers = new Map();
  const go = (/** @type {Element} */ element) => {
    clearTimeout(timers.get(element));
    timers.delete(element);
    element.remove();
  };
  const wait = (/** @type {Element} */ element) => {
    clearTimeout(timers.get(element));
    if (element.hasAttribute("data-stay")) return;
    const isError = element.getAttribute("data-kind") === "error";
    const own = Number(element.getAttribute("data-seconds")) * 1_000;
    timers.set(element, setTimeout(() => go(element), own || (isError ? ERRORS_SHOWN_FOR : SHOWN_FOR)));
  };
  const arrived = () => {
    for (const element of place.children) if (!timers.has(element)) wait(element);
    const passing = [...place.children].filter((element) => !element.hasAttribute("data-stay"));
    for (const element of passing.slice(0, Math.max(0, passing.length - AT_MOST))) go(element);
  };
  // Who reads or aims at a toast must not lose it.
  const hold = (/** @type {Event} */ event) => clearTimeout(timers.get(toastOf(event)));
  const resume = (/** @type {Event} */ event) => {
    const element = toastOf(event);
    if (element?.isConnected) wait(element);
  };
  const toastOf = (/** @type {Event} */ event) =>
    [...place.children].find((child) => event.target instanceof Node && child.contains(event.target));
  const clicked = (/** @type {Event} */ event) => {
    const element = toastOf(event);
    const isDone = event.target instanceof Element && event.target.closest("[data-dismiss], a[href]");
    if (element && isDone) go(element);
  };

  const watching = new MutationObserver(arrived);
  watching.observe(place, { childList: true });
  place.addEventListener("pointerover", hold);
  place.addEventListener("focusin", hold);
  place.addEventListener("pointerout", resume);
  place.addEventListener("focusout", resume);
  place.addEventListener("click", clicked);
  arrived();
  return () => {
    watching.disconnect();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

/** @param {Element | null} element @param {string | undefined} text */
function fill(element, text) {
  if (!(element instanceof HTMLElement)) return;
  element.textContent = text ?? "";
  element.hidden = !text;
}
