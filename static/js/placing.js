/**
 * Where one is: looked up when one asks for it, shown, and sent by another click. Nobody else hears of it until then.
 */

import { cloned } from "deskbell/parts.js";
import { styled } from "deskbell/styled.js";
import { language } from "deskbell/words.js";

/** @typedef {import("deskbell/composer.js").Needs["send"]} Send */

const OPTIONS = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 };

/** @param {HTMLFormElement} form @param {Send} send */
export async function place(form, send) {
  await styled();
  const box = cloned("placing");
  const said = box?.querySelector("[role=status]");
  const button = box?.querySelector("[data-send-place]");
  if (!box || !(said instanceof HTMLElement) || !(button instanceof HTMLElement)) return;
  form.querySelector(".placing")?.remove();
  form.querySelector(".composer-bar")?.before(box);
  const remove = () => {
    box.remove();
    form.querySelector("textarea")?.focus();
  };
  const leave = /** @type {HTMLElement} */ (box.querySelector("[data-remove]"));
  leave.addEventListener("click", remove);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // the window around it would close
    event.stopPropagation();
    remove();
  });
  leave.focus();
  try {
    const found = await position();
    const name = `${found.latitude.toFixed(5)}, ${found.longitude.toFixed(5)}`;
    const metres = new Intl.NumberFormat(language()).format(Math.ceil(found.accuracy));
    // Numbers of a place are read from left to right in any language.
    said.textContent = (said.dataset.near ?? "").replace("{place}", `\u2066${name}\u2069`).replace("{count}", metres);
    button.hidden = false;
    if (box.contains(document.activeElement)) button.focus();
    button.addEventListener("click", () => {
      remove();
      send("", undefined, undefined, [{ name, place: found }]);
    });
  } catch (error) {
    const isRefused = /** @type {GeolocationPositionError} */ (error).code === 1;
    said.textContent = (isRefused ? said.dataset.refused : said.dataset.unknown) ?? "";
  }
}

/** @returns {Promise<{latitude: number, longitude: number, accuracy: number}>} */
async function position() {
  const { coords } = await new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject, OPTIONS));
  const { latitude, longitude, accuracy } = coords;
  return { latitude, longitude, accuracy };
}
