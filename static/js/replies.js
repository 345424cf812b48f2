/**
 * A message may reply to another one; the quote leads there.
 */

/** So long it is seen which message was led to. */
const SHOWN = 2_000;

/** What stands further up is asked for, many at a time. @param {Element} chat @param {string} id */
export async function goTo(chat, id) {
  let row = chat.querySelector(`#${id}`);
  for (let older = olderOf(chat); !row && older && (await isLoaded(older, id)); older = olderOf(chat)) {
    row = chat.querySelector(`#${id}`);
  }
  if (row instanceof HTMLElement && row.isConnected) show(row);
}

/** @param {Element} chat */
function olderOf(chat) {
  return chat.querySelector(".log-older");
}

/** It gives way to what was asked for, or it failed. @param {Element} older @param {string} id @returns {Promise<boolean>} */
function isLoaded(older, id) {
  return new Promise((done) => {
    const look = () => {
      const hasFailed = older.hasAttribute("data-failed");
      if (older.isConnected && !hasFailed) return;
      watching.disconnect();
      done(!hasFailed);
    };
    const watching = new MutationObserver(look);
    watching.observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-failed"] });
    const [kind, to] = id.split("-");
    if (kind === "message") older.setAttribute("hx-vals", JSON.stringify({ to })); // a note comes with what stands around it
    htmx.process(older); // which it does itself a moment after it has put it there
    htmx.trigger(older, "intersect");
    look();
  });
}

/** In the middle of the log, with the focus. @param {HTMLElement} row */
function show(row) {
  const log = row.closest(".log");
  if (!log) return;
  const [place, frame] = [row, log].map((each) => each.getBoundingClientRect());
  log.scrollTop += place.top + place.height / 2 - frame.top - frame.height / 2;
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.classList.add("is-shown");
  setTimeout(() => row.classList.remove("is-shown"), SHOWN);
}
