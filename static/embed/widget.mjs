/**
 * For bundlers: puts the desk's own loader onto the page, so that it stays as new as the desk. May be
 * copied into a project; where there is no page, as on a server that renders one, it does nothing.
 */

/** @returns {any} what keeps calls until the loader is there */
function queue() {
  const kept = (/** @type {any[]} */ ...call) => kept.q.push(call);
  kept.q = /** @type {any[][]} */ ([]);
  return kept;
}

/** @param {{desk: string, site: string, locale?: string}} which the desk's address and the site's key */
export function load({ desk, site, locale }) {
  if (typeof document === "undefined" || window.Deskbell?.site) return;
  if (!window.Deskbell?.q) window.Deskbell = queue();
  // Shut down and loaded again before it came, as React does in its strict mode.
  const { q } = window.Deskbell;
  q.splice(0, 1 + q.findLastIndex(([name]) => name === "shutdown"));
  const { origin, href: src } = new URL("/widget.js", desk);
  if (document.querySelector(`script[src="${src}"]`)) return;
  const script = document.createElement("script");
  Object.assign(script, { src, async: true, onload: () => script.remove(), onerror: () => failed(script, origin) });
  Object.assign(script.dataset, { site }, locale && { locale });
  document.head.append(script);
}

/** @param {HTMLScriptElement} script @param {string} origin */
function failed(script, origin) {
  script.remove();
  const isMixed = location.protocol === "https:" && origin.startsWith("http:");
  const why = isMixed ? "Mixed content: http in https." : `If this page's policy forbids it, it lacks: script-src ${origin}`;
  console.warn(`Deskbell: ${script.src} cannot be loaded. ${why}`);
}

/** The calls of docs/embed.md; what comes before the loader waits for it. @param {any[]} call */
export function Deskbell(...call) {
  if (typeof window === "undefined") return;
  window.Deskbell ??= queue();
  window.Deskbell(...call);
}
