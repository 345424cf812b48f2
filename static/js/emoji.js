/**
 * Emoji: picked from a dialog, or completed by their code while one writes.
 */

import { leave, offer } from "deskbell/offering.js";
import { cloned } from "deskbell/parts.js";
import { styled } from "deskbell/styled.js";

const MOST_FOUND = 120;
const MOST_OFFERED = 6;

/** An emoji, its name, other words for it, and its codes. @typedef {[string, string, string, string]} Emoji */

/** @type {Promise<Emoji[][]> | undefined} */
let asked;

/** By group, in the page's language. @returns {Promise<Emoji[][]>} */
function all() {
  const template = document.getElementById("emoji-picker");
  const address = template instanceof HTMLTemplateElement ? template.content.querySelector("dialog")?.dataset.address : "";
  asked ??= fetch(address ?? "").then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))));
  asked.catch(() => (asked = undefined)); // the next one who wants it asks again
  return asked;
}

/**
 * Asks which one. The focus is back where it was, on the anchor most likely, when it is said.
 *
 * @param {HTMLElement} [anchor] gets the focus afterwards
 * @returns {Promise<string | null>} null when none was picked
 */
export async function pickEmoji(anchor) {
  const dialog = cloned("emoji-picker");
  if (!(dialog instanceof HTMLDialogElement) || document.getElementById("emoji")) return null;
  try {
    const [groups] = await Promise.all([all(), styled()]);
    if (document.getElementById("emoji")) return null;
    document.body.append(dialog);
    fill(dialog, groups);
  } catch {
    return null; // the line is down, and says so
  }
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("click", ({ target }) => {
      const choice = target instanceof Element ? target.closest(".emoji-grid button") : null;
      if (choice) dialog.close(choice.textContent ?? "");
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      anchor?.focus();
      resolve(dialog.returnValue || null);
    });
  });
}

/** One that is picked is written where the caret is. @param {HTMLTextAreaElement} field */
export async function insert(field) {
  const emoji = await pickEmoji(field);
  if (emoji) write(field, emoji, field.selectionStart, field.selectionEnd);
}

/** @param {HTMLDialogElement} dialog @param {Emoji[][]} groups */
function fill(dialog, groups) {
  const found = /** @type {HTMLElement} */ (dialog.querySelector("[data-found]"));
  const places = [...dialog.querySelectorAll("section:not([data-found]) .emoji-grid")];
  places.forEach((place, group) => place.append(...groups[group].map(choice)));
  const search = dialog.querySelector("input");
  const said = dialog.querySelector("[data-none]");
  const everything = known(groups.flat(), dialog.querySelector("[data-usual]")?.getAttribute("data-usual") ?? "");
  const rove = () => {
    const first = choices(dialog)[0];
    if (first) first.tabIndex = 0;
  };
  search?.addEventListener("input", () => {
    const wanted = wordsOf(search.value);
    const best = matching(everything, wanted).slice(0, MOST_FOUND);
    found.querySelector(".emoji-grid")?.replaceChildren(...best.map(choice));
    for (const section of dialog.querySelectorAll("section")) section.hidden = (section === found) !== wanted.length > 0;
    for (const button of choices(dialog)) button.tabIndex = -1;
    if (said) said.textContent = wanted.length > 0 && best.length === 0 ? said.getAttribute("data-none") : "";
    dialog.querySelector(".emoji-list")?.scrollTo(0, 0);
    rove();
  });
  search?.addEventListener("keydown", (event) => {
    const first = choices(dialog)[0];
    if (!first || event.isComposing || !["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Enter") first.click();
    else first.focus();
  });
  dialog.querySelector(".emoji-list")?.addEventListener("keydown", (event) => step(dialog, /** @type {KeyboardEvent} */ (event)));
  rove();
}

/** @param {Emoji} emoji */
function choice([emoji, name]) {
  const button = /** @type {HTMLElement} */ (cloned("emoji-choice"));
  button.textContent = emoji;
  button.title = name;
  button.setAttribute("aria-label", name);
  return button;
}

/** @param {Element} dialog @returns {HTMLElement[]} */
function choices(dialog) {
  return [...dialog.querySelectorAll("section:not([hidden]) .emoji-grid button")].filter((button) => button instanceof HTMLElement);
}

/** Arrows lead over the grid as it is seen. @param {Element} dialog @param {KeyboardEvent} event */
function step(dialog, event) {
  const every = choices(dialog);
  const here = every.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (here < 0) return;
  const isMirrored = getComputedStyle(dialog).direction === "rtl";
  const across = { ArrowRight: isMirrored ? -1 : 1, ArrowLeft: isMirrored ? 1 : -1 }[event.key];
  const next = across ? every[here + across] : { Home: every[0], End: every.at(-1) }[event.key] ?? beside(every, here, event.key);
  if (!next) return;
  event.preventDefault();
  every[here].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

/** The one above or below. @param {HTMLElement[]} every @param {number} here @param {string} key */
function beside(every, here, key) {
  const from = every[here].getBoundingClientRect();
  const way = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!way) return undefined;
  let row = null;
  let best;
  let nearest = Infinity;
  for (let at = here + way; every[at]; at += way) {
    const { top, left } = every[at].getBoundingClientRect();
    if (Math.abs(top - from.top) < 1) continue;
    row ??= top;
    if (Math.abs(top - row) > 1) break;
    if (Math.abs(left - from.left) < nearest) {
      nearest = Math.abs(left - from.left);
      best = every[at];
    }
  }
  return best;
}

/**
 * What is known of an emoji: its name and codes whole, the words of its name and of all that is said of it, and its place
 * among those that are usual, if it is one of them.
 *
 * @typedef {{emoji: Emoji, whole: string[], name: string[], all: string[], place: number | undefined}} Known
 */

/** @param {Emoji[]} emoji @param {string} usual `👍 yes good; ❤️ love` @returns {Known[]} */
function known(emoji, usual) {
  const wanted = new Map(usual.split(/;\s*/).map((each, place) => [each.split(" ")[0], { place, said: each }]));
  return emoji.map((each) => {
    const [sign, name, more, codes] = each;
    const own = wanted.get(sign);
    const whole = [wordsOf(name).join(" "), ...codes.split(" ").map((code) => wordsOf(code).join(" "))];
    return { emoji: each, whole, name: wordsOf(name), all: wordsOf(`${name} ${more} ${codes} ${own?.said ?? ""}`), place: own?.place };
  });
}

/**
 * Those of which each word that is wanted begins one, the best first: what is called just so, what is usual, and whole
 * words before what only begins so.
 *
 * @param {Known[]} emoji @param {string[]} wanted @returns {Emoji[]}
 */
function matching(emoji, wanted) {
  const has = (/** @type {string[]} */ words) => wanted.every((each) => words.includes(each));
  const begins = (/** @type {string[]} */ words) => wanted.every((each) => words.some((word) => word.startsWith(each)));
  const rank = (/** @type {Known} */ { whole, name, all, place }) => {
    if (whole.includes(wanted.join(" "))) return 0;
    const isUsual = place !== undefined;
    if (has(all)) return isUsual ? 1 : has(name) ? 2 : 3;
    if (begins(all)) return isUsual ? 4 : begins(name) ? 5 : 6;
    return Infinity;
  };
  const ranked = wanted.length > 0 ? emoji.map((each) => ({ each, rank: rank(each) })) : [];
  return ranked
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank || (one.each.place ?? 0) - (other.each.place ?? 0))
    .map(({ each }) => each.emoji);
}

/** @param {string} text */
function wordsOf(text) {
  return folded(text)
    .split(/[\s_:,;]+|(?<=\p{L})-/u)
    .filter(Boolean);
}

/** @param {string} text */
function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// While one writes

/** @param {HTMLTextAreaElement} field @param {string} [code] `:smi` or `:smile:`; none is being typed any more without it */
export async function complete(field, code) {
  if (!code) return leave();
  /** @type {Emoji[][]} */
  let groups;
  try {
    [groups] = await Promise.all([all(), styled()]);
  } catch {
    return;
  }
  const caret = field.selectionStart;
  if (!field.value.slice(0, caret).endsWith(code)) return; // it was written on meanwhile
  const wanted = code.slice(1).toLowerCase().replace(/:$/, "");
  const named = groups.flat().flatMap((emoji) => emoji[3].split(" ").map((name) => ({ name, emoji })));
  if (code.endsWith(":")) {
    leave();
    const one = named.find(({ name }) => name === wanted);
    if (one) write(field, one.emoji[0], caret - code.length, caret);
    return;
  }
  const found = named.filter(({ name }) => name.startsWith(wanted)).sort((one, other) => one.name.length - other.name.length);
  const seen = new Map(found.reverse().map(({ name, emoji }) => [emoji[0], { name, emoji }])); // the shortest code of each
  show(field, code, [...seen.values()].reverse().slice(0, MOST_OFFERED));
}

/** @param {HTMLTextAreaElement} field @param {string} code @param {{name: string, emoji: Emoji}[]} found */
function show(field, code, found) {
  offer(field, "emoji-completion", found.map(option), (item) => {
    const caret = field.selectionStart;
    write(field, `${item.firstElementChild?.textContent} `, caret - code.length, caret);
  });
}

/** @param {{name: string, emoji: Emoji}} found */
function option({ name, emoji }) {
  const item = /** @type {HTMLElement} */ (cloned("emoji-option"));
  const [sign, called, code] = item.children;
  sign.textContent = emoji[0];
  called.textContent = emoji[1];
  code.textContent = `:${name}:`;
  return item;
}

/** @param {HTMLTextAreaElement} field @param {string} text @param {number} start @param {number} end */
function write(field, text, start, end) {
  field.focus();
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
