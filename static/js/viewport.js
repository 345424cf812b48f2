/**
 * How much of the page the keyboard on a screen covers, for styles: `--keyboard` on `<html>`.
 */

/** Less is a browser's bar that moves. */
const LEAST = 80;

export function watchKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const look = () => {
    // A page that is zoomed in shows less of itself, too.
    const covered = view.scale > 1.05 ? 0 : window.innerHeight - view.height - view.offsetTop;
    document.documentElement.style.setProperty("--keyboard", `${covered > LEAST ? Math.round(covered) : 0}px`);
  };
  view.addEventListener("resize", look);
  view.addEventListener("scroll", look);
  look();
}
