/**
 * Files that cannot be had just now: it is said so, and they are asked for again while somebody looks. What is there and
 * cannot be played here is a file like others.
 */

import { cloned } from "deskbell/parts.js";

/** Between two attempts (ms). */
const PAUSE = 5_000;
const LONGEST = 60_000;

/** @type {WeakMap<HTMLElement, number>} */
const pauses = new WeakMap();
/** What is looked at again is asked for again. */
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting && target instanceof HTMLElement) later(target);
});

/** @param {HTMLElement} element a picture, or what is played, that could not be loaded */
export async function miss(element) {
  if (await isThere(element)) return unplayed(element);
  if (wordOf(element)) return later(element);
  const word = cloned("file-missing");
  if (word) element.after(word);
  for (const end of ["load", "loadeddata"]) element.addEventListener(end, () => found(element), { once: true });
  seen.observe(element);
}

/** Whether it is not its way that is broken, nor the server. @param {HTMLElement} element */
async function isThere(element) {
  if (!(element instanceof HTMLMediaElement) || element.error?.code === MediaError.MEDIA_ERR_NETWORK) return false;
  const answer = await fetch(element.src, { method: "HEAD" }).catch(() => null);
  return answer?.ok ?? false;
}

/** The card that leads to it. @param {HTMLElement} element */
function unplayed(element) {
  const figure = element.closest(".file-played");
  const link = figure?.querySelector("a[data-file]");
  const card = cloned("file-unplayed");
  if (!figure || !link || !card) return;
  for (const name of ["href", "data-file"]) card.setAttribute(name, link.getAttribute(name) ?? "");
  card.querySelector(".file-name")?.append(...link.childNodes);
  const about = figure.querySelector(".file-about");
  if (about) card.querySelector(".file-name")?.after(" ", about);
  figure.replaceWith(card);
}

/** @param {HTMLElement} element */
function wordOf(element) {
  const next = element.nextElementSibling;
  return next?.matches(".file-missing") ? next : null;
}

/** @param {HTMLElement} element */
function found(element) {
  seen.unobserve(element);
  wordOf(element)?.remove();
  pauses.delete(element);
}

/** Tries it again after a while, which grows, if it is in sight by then. @param {HTMLElement} element */
function later(element) {
  const pause = pauses.get(element) ?? PAUSE;
  pauses.set(element, Math.min(LONGEST, pause * 2));
  setTimeout(() => {
    const { top, bottom } = element.getBoundingClientRect();
    const isSeen = element.isConnected && bottom > 0 && top < innerHeight && !document.hidden;
    if (isSeen && wordOf(element)) element.setAttribute("src", element.getAttribute("src") ?? "");
    else if (element.isConnected) {
      seen.unobserve(element);
      seen.observe(element);
    }
  }, pause);
}
