/**
 * A list above the field, of what may be meant by what is written there: one goes over it with arrows, and writes on.
 */

import { cloned } from "deskbell/parts.js";

/** @type {{field: HTMLTextAreaElement, list: HTMLElement, take: (item: Element) => void, ended: AbortController} | null} */
let offered = null;

/**
 * @param {HTMLTextAreaElement} field
 * @param {string} name of the template of the list
 * @param {HTMLElement[]} items without any the list goes
 * @param {(item: Element) => void} take
 */
export function offer(field, name, items, take) {
  leave();
  const list = cloned(name);
  if (!list || items.length === 0 || document.activeElement !== field) return;
  items.forEach((item, index) => (item.id = `offered-${index}`));
  list.append(...items);
  field.before(list);
  const ended = new AbortController();
  offered = { field, list, take, ended };
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  mark(0);
  const { signal } = ended;
  field.addEventListener("keydown", key, { signal, capture: true });
  field.addEventListener("blur", leave, { signal });
  list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the field keeps the focus
  list.addEventListener("click", ({ target }) => chosen(target instanceof Element ? target.closest("[role=option]") : null), { signal });
}

export function leave() {
  offered?.ended.abort();
  offered?.list.remove();
  for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) offered?.field.removeAttribute(name);
  offered = null;
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (!offered || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  const { list } = offered;
  const at = [...list.children].findIndex((item) => item.ariaSelected === "true");
  if (event.key === "ArrowDown") mark((at + 1) % list.children.length);
  else if (event.key === "ArrowUp") mark((at || list.children.length) - 1);
  else if (event.key === "Enter" || event.key === "Tab") chosen(list.children[at]);
  else if (event.key === "Escape") leave();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation(); // it would be sent, or the window closed
}

/** @param {number} index */
function mark(index) {
  [...(offered?.list.children ?? [])].forEach((item, at) => {
    item.ariaSelected = String(at === index);
    if (at !== index) return;
    offered?.field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  });
}

/** @param {Element | null | undefined} item */
function chosen(item) {
  const take = offered?.take;
  if (!item || !take) return;
  leave();
  take(item);
}
