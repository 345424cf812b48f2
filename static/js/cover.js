/**
 * A window that fills a small screen covers the page: what is behind it cannot be reached meanwhile.
 */

/** The width at which styles let the window fill the screen. */
export const SMALL = "(max-width: 480px)";
/** What is seen above the window, or only heard. */
const ABOVE = "#toasts, #announcer, script, template";

/**
 * @param {HTMLElement} window_ a child of the body
 * @param {AbortSignal} signal ends it
 * @returns {() => void} to be called when the window was opened or closed
 */
export function covering(window_, signal) {
  const screen = matchMedia(SMALL);
  const settle = () => {
    const isCovering = screen.matches && !window_.hidden && !signal.aborted;
    if (isCovering) window_.setAttribute("aria-modal", "true");
    else window_.removeAttribute("aria-modal");
    for (const other of document.body.children) {
      if (other !== window_ && !other.matches(ABOVE)) other.toggleAttribute("inert", isCovering);
    }
  };
  screen.addEventListener("change", settle, { signal });
  signal.addEventListener("abort", settle);
  return settle;
}
