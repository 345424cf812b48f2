/**
 * Pieces of page: from the server's HTML, from a `<template>`, and from one state into the next.
 */

/**
 * The one element that a part rendered by the server consists of.
 *
 * @param {string} html
 * @returns {HTMLElement | null}
 */
export function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const root = template.content.firstElementChild;
  return root instanceof HTMLElement ? root : null;
}

/**
 * @param {string} id of a `<template>`
 * @returns {HTMLElement | null}
 */
export function cloned(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return null;
  const root = template.content.firstElementChild?.cloneNode(true);
  return root instanceof HTMLElement ? root : null;
}

/**
 * Turns an element into another and keeps what is equal, so that focus, selection and hover
 * stay, nothing flickers, and a screen reader hears only what is new.
 *
 * @param {Element} old
 * @param {Element} fresh
 */
export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  let next = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const there = alike(next, child);
    if (!there) {
      old.insertBefore(child, next);
      continue;
    }
    while (next && next !== there) next = removed(next);
    if (!there.isEqualNode(child)) {
      if (there instanceof Element) morph(there, /** @type {Element} */ (child));
      else there.nodeValue = child.nodeValue;
    }
    next = there.nextSibling;
  }
  while (next) next = removed(next);
}

/** The first node from `next` on that can become `child`. @param {ChildNode | null} next @param {Node} child */
function alike(next, child) {
  for (let there = next; there; there = there.nextSibling) {
    if (isSameKind(there, child)) return there;
  }
  return null;
}

/** @param {Node} one @param {Node} other */
function isSameKind(one, other) {
  if (!(one instanceof Element) || !(other instanceof Element)) return one.nodeType === other.nodeType;
  if (one.id && other.id && one.id !== other.id) return false;
  return one.tagName === other.tagName && one.classList.item(0) === other.classList.item(0);
}

/** @param {ChildNode} node @returns {ChildNode | null} what came after it */
function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}
