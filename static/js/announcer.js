/**
 * Short news for screen readers, politely.
 */

/** @type {HTMLElement | null} */
let place = null;

/** @param {string} text */
export function announce(text) {
  place ??= made();
  // The same sentence twice is announced twice only if the region was empty in between.
  place.textContent = "";
  const region = place;
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

function made() {
  const region = document.createElement("div");
  region.id = "announcer";
  region.className = "visually-hidden";
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
  return region;
}
