/**
 * The form of a site: how the button will look, and how well its colour is seen, as it is written.
 */

import { contrast, DARK, inkOn, isColour, WHITE } from "deskbell/contrast.js";
import { words } from "deskbell/words.js";

/** Less than this and one has to look for it. */
const ENOUGH = 3;

const form = document.getElementById("site-form");
const stage = document.getElementById("preview");
const picker = document.getElementById("colour-picker");

if (form instanceof HTMLFormElement && stage && picker instanceof HTMLInputElement) {
  picker.hidden = false;
  form.addEventListener("input", ({ target }) => {
    if (target === picker) field("colour").value = picker.value;
    show(form, stage);
  });
  // After menus.js has put back what the server said, when the browser brought something else along.
  addEventListener("pageshow", () => setTimeout(() => show(form, stage)));
  show(form, stage);
}

/** @param {HTMLFormElement} from @param {HTMLElement} on */
function show(from, on) {
  on.dataset.edge = String(new FormData(from).get("edge"));
  const { value, min, max } = field("distance");
  const distance = Math.min(Math.max(Number(value) || 0, Number(min)), Number(max));
  on.style.setProperty("--distance", `${distance}px`);
  const greeting = on.querySelector(".preview-greeting");
  if (greeting instanceof HTMLElement) {
    greeting.textContent = field("greeting").value.trim();
    greeting.hidden = !greeting.textContent;
  }
  const away = document.getElementById("preview-away");
  if (away) away.textContent = field("away_text").value.trim() || (away.dataset.usual ?? "");
  const colour = field("colour").value.trim().toLowerCase();
  if (isColour(colour)) paint(on, colour);
}

/** @param {HTMLElement} on @param {string} colour */
function paint(on, colour) {
  const isWhite = inkOn(colour) === WHITE;
  on.querySelector("circle")?.setAttribute("fill", colour);
  on.querySelector("svg")?.setAttribute("data-ink", isWhite ? "white" : "dark");
  if (picker instanceof HTMLInputElement) picker.value = colour;
  note("icon", isWhite ? "white-icon" : "dark-icon", contrast(inkOn(colour), colour), true);
  const onWhite = contrast(WHITE, colour);
  note("white-page", "white-page", onWhite, onWhite < ENOUGH);
  const onDark = contrast(DARK, colour);
  note("dark-page", "dark-page", onDark, onDark < ENOUGH);
}

/** @param {string} name @param {string} key of its words @param {number} ratio @param {boolean} isShown */
function note(name, key, ratio, isShown) {
  const place = document.querySelector(`[data-note="${name}"]`);
  const text = place?.querySelector("span");
  if (!(place instanceof HTMLElement) || !text) return;
  const said = words(key, { ratio });
  // The same again would be read out again.
  if (text.textContent !== said) text.textContent = said;
  if (place.hidden === isShown) place.hidden = !isShown;
}

/** @param {string} id @returns {HTMLInputElement} */
function field(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}
