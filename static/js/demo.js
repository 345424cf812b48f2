/**
 * Entry of the demo: the button that cuts the customer's line.
 */

const button = document.querySelector("[data-demo-cut]");
const frame = document.getElementById("demo-customer");

if (button instanceof HTMLButtonElement && frame instanceof HTMLIFrameElement) {
  const seconds = Number(button.dataset.seconds) || 10;
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    frame.contentWindow?.postMessage({ type: "deskbell:cut", seconds }, location.origin);
    countDown(button, seconds);
  });
}

/** @param {HTMLButtonElement} button @param {number} left */
function countDown(button, left) {
  const place = button.querySelector(".demo-count");
  if (place) place.textContent = left > 0 ? String(left) : "";
  // Disabled, the button would lose the focus of who has just pressed it.
  button.setAttribute("aria-disabled", String(left > 0));
  if (left > 0) setTimeout(() => countDown(button, left - 1), 1_000);
}
