/**
 * Behaviour for elements that come and go. HTMX swaps, scripts append and history restores; what
 * watches the document for all of them need not know who did it.
 */

/** @typedef {(element: HTMLElement) => (void | (() => void))} Setup */

/** @type {{selector: string, setup: Setup}[]} */
const behaviours = [];

/** @type {Map<Element, (() => void)[]>} */
const mounted = new Map();

/** @type {((root: Element) => void)[]} */
const dressers = [];

/**
 * Every element that matches, now and later, is set up once; what `setup` returns is called when
 * the element has left the document.
 *
 * @param {string} selector
 * @param {Setup} setup
 */
export function mount(selector, setup) {
  behaviours.push({ selector, setup });
}

/**
 * Called with every part that is added to the page.
 *
 * @param {(root: Element) => void} dresser
 */
export function dress(dresser) {
  dressers.push(dresser);
}

/** Begins to watch; what is registered by then is set up at once. */
export function watch() {
  added(document.body);
  new MutationObserver((records) => {
    for (const [element, ends] of [...mounted]) {
      if (!element.isConnected) {
        mounted.delete(element);
        for (const end of ends) end();
      }
    }
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (node instanceof Element && node.isConnected) added(node);
      }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
}

/** For a part that was changed in place. @param {Element} root */
export function dressed(root) {
  for (const dresser of dressers) dresser(root);
}

/** @param {Element} root */
function added(root) {
  dressed(root);
  for (const { selector, setup } of behaviours) {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches(selector)) found.unshift(root);
    for (const element of found) start(element, setup);
  }
}

/** Several behaviours may be of the same elements. @type {WeakMap<Element, Set<Setup>>} */
const started = new WeakMap();

/** @param {Element} element @param {Setup} setup */
function start(element, setup) {
  if (!(element instanceof HTMLElement)) return;
  const done = started.get(element) ?? new Set();
  // An element that is moved leaves and comes back within one batch, still set up.
  if (done.has(setup) && mounted.has(element)) return;
  done.add(setup);
  started.set(element, done);
  const end = setup(element);
  const ends = mounted.get(element) ?? [];
  if (end) ends.push(end);
  mounted.set(element, ends);
}
