/**
 * Menus, dialogs, forms that are sent once, and the choice of light or dark: on every page.
 */

const MENU = "details.menu";

/** Where the pointer went down last. @type {EventTarget | null} */
let pressed = null;

addEventListener("pointerdown", ({ target }) => (pressed = target), true);

// Nothing here asks for two clicks: the second of somebody in a hurry would undo the first, or meet what it has opened.
/** @param {MouseEvent} event @returns {boolean} whether it is the second of two in a hurry */
function isHurried({ detail, target }) {
  const hit = target instanceof Element ? target : null;
  return detail > 1 && Boolean(hit?.matches("dialog, :is(a, button, summary), :is(a, button, summary) *"));
}

addEventListener(
  "click",
  (event) => {
    if (!isHurried(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
// It would take the focus back from where the first one has put it.
addEventListener("mousedown", (event) => isHurried(event) && event.preventDefault(), true);

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const item = target?.closest(".menu-item");
  for (const menu of openMenus()) {
    const isChosen = item && menu.contains(item) && !item.matches("[data-theme-choice]");
    if (isChosen || !(target && menu.contains(target))) menu.open = false;
    if (isChosen) backToSummary(menu);
  }
  const opener = target?.closest("[data-opens]")?.getAttribute("data-opens");
  if (opener) {
    event.preventDefault(); // some name their command as well, for who is quicker than this script
    openDialog(opener, target);
  }
  // A click on the dialog itself, not on what is in it, is a click beside it; what is selected in it may end there.
  const isBeside = target instanceof HTMLDialogElement && target === pressed;
  if (isBeside || target?.closest("[data-closes]")) target.closest("dialog")?.close();
  const unveils = target?.closest("[data-unveils]");
  const secret = document.getElementById(unveils?.getAttribute("data-unveils") ?? "");
  if (unveils && secret instanceof HTMLInputElement) unveil(unveils, secret, secret.type === "password");
  const choice = target?.closest("[data-theme-choice]");
  if (choice) chooseTheme(choice.getAttribute("data-theme-choice") ?? "auto");
});

document.addEventListener("keydown", (event) => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const menu = target?.closest(MENU);
  if (!(menu instanceof HTMLDetailsElement)) return;
  if (event.key === "Escape" && menu.open) {
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    menu.open = true;
    step(menu, event.key === "ArrowDown" ? 1 : -1);
  }
});

document.addEventListener("focusout", (event) => {
  for (const menu of openMenus()) {
    const isLeft = event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget);
    if (isLeft && event.target instanceof Node && menu.contains(event.target)) menu.open = false;
  }
});

// A long menu is searched: where there is a keyboard, its field has the focus, and it forgets what was searched for.
document.addEventListener(
  "toggle",
  ({ target }) => {
    const field = target instanceof HTMLDetailsElement && target.matches(MENU) && target.querySelector(".menu-search input");
    if (!(field instanceof HTMLInputElement)) return;
    if (target.open && !matchMedia("(pointer: coarse)").matches) field.focus();
    if (target.open || !field.value) return;
    field.value = "";
    htmx.trigger(field, "search");
  },
  true,
);

/** @param {Element} button @param {HTMLInputElement} field @param {boolean} isShown */
function unveil(button, field, isShown) {
  field.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", String(isShown));
}

// What is sent by a script is for the script to say, so this comes after it and looks.
addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.defaultPrevented || !event.target.matches("[data-once]")) return;
  // A browser keeps what stood in a field of text, and proposes it; passwords it keeps as such.
  for (const veil of event.target.querySelectorAll("[data-unveils]")) {
    const secret = document.getElementById(veil.getAttribute("data-unveils") ?? "");
    if (secret instanceof HTMLInputElement) unveil(veil, secret, false);
  }
  const buttons = event.target.querySelectorAll('button[type="submit"]');
  // After the browser has collected the form, or the button's own value would be missing.
  setTimeout(() => buttons.forEach((button) => button.setAttribute("disabled", "")));
});

// Back from the history, a form can be sent again. What the browser brings back into the fields of a page that was
// loaded anew may have been written by somebody else; what was typed before all of the page was there was not.
const FORMS = ".account-form, .site-form";
/** @type {WeakSet<Element>} */
const written = new WeakSet();
addEventListener("input", ({ target }) => {
  const form = target instanceof Element && target.closest(FORMS);
  if (form) written.add(form);
});
addEventListener("pageshow", ({ persisted }) => {
  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = document.querySelectorAll(FORMS);
  if (!persisted) {
    if (isBroughtBack()) for (const form of forms) if (!written.has(form)) form.reset();
    return;
  }
  for (const button of document.querySelectorAll("form[data-once] button[disabled]")) button.removeAttribute("disabled");
});

// The answer to a form that was refused is asked for by its address from now on: the way back would send the form again.
history.replaceState(history.state, "");

showTheme();

/** A page that one has come to has no fields of before. */
function isBroughtBack() {
  const [way] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return way?.type !== "navigate";
}

/** @returns {HTMLDetailsElement[]} */
function openMenus() {
  return /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll(`${MENU}[open]`)]);
}

/**
 * What is chosen goes away with the menu, and would take the focus along. Not at once: HTMX forgets
 * which button sends a form when the button loses the focus before that. By then the menu may be another element.
 *
 * @param {HTMLDetailsElement} menu
 */
function backToSummary(menu) {
  const summary = menu.querySelector("summary");
  setTimeout(() => {
    const focused = document.activeElement;
    const isNowhere = !focused || focused === document.body || menu.contains(focused);
    if (isNowhere && summary) (summary.isConnected ? summary : document.getElementById(summary.id))?.focus();
  });
}

/** @param {HTMLDetailsElement} menu @param {number} by */
function step(menu, by) {
  const items = [...menu.querySelectorAll(".menu-item")].filter((item) => item instanceof HTMLElement);
  const index = items.findIndex((item) => item === document.activeElement);
  const next = index < 0 && by < 0 ? items.length - 1 : (index + by + items.length) % items.length;
  items[next]?.focus();
}

/** @param {string} id @param {Element | null} from */
function openDialog(id, from) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  // The browser gives the focus back to who has it now: a menu's item is gone by then, and what was
  // refreshed meanwhile is another element of the same id.
  const way = from?.closest(MENU)?.querySelector("summary") ?? from?.closest("[data-opens]");
  if (way instanceof HTMLElement) way.focus();
  dialog.addEventListener("close", () => backTo(way?.id), { once: true });
  dialog.showModal();
}

/** @param {string | undefined} id */
function backTo(id) {
  const focused = document.activeElement;
  const isNowhere = !focused || focused === document.body || !focused.checkVisibility();
  if (isNowhere && id) document.getElementById(id)?.focus();
}

/** @param {string} choice */
function chooseTheme(choice) {
  const key = `deskbell:theme:${document.documentElement.dataset.person}`;
  try {
    if (choice === "auto") localStorage.removeItem(key);
    else localStorage.setItem(key, choice);
  } catch {
    // Denied: the choice holds as long as the page.
  }
  document.documentElement.dataset.theme = choice;
  showTheme();
}

function showTheme() {
  const chosen = document.documentElement.dataset.theme ?? "auto";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-choice") === chosen));
  }
}
