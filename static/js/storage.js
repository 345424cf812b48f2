/**
 * What this browser keeps for us. Storage may be full or denied: then things last as long as the
 * page, and `set` says so, so that the writer can be told.
 */

/** @type {Map<string, string>} */
const memory = new Map();
/** Who keeps it for us where the browser does not. @type {((key: string, value: string | null) => void) | null} */
let keeper = null;

/**
 * In a frame of another site a browser may keep nothing; then the page around it does.
 *
 * @param {Record<string, string>} kept what it has kept before
 * @param {(key: string, value: string | null) => void} keep from now on; null for what is gone
 */
export function keptBy(kept, keep) {
  if (isKeeping()) return;
  keeper = keep;
  for (const [key, value] of Object.entries(kept)) heard(key, value);
}

/** What it was told by another tab, and by nobody else. @param {string} key @param {string | null} newValue */
export function heard(key, newValue) {
  const oldValue = memory.get(key) ?? null;
  if (!keeper || oldValue === newValue) return;
  if (newValue === null) memory.delete(key);
  else memory.set(key, newValue);
  dispatchEvent(new StorageEvent("storage", { key, oldValue, newValue }));
}

function isKeeping() {
  try {
    localStorage.setItem("deskbell:try", "");
    localStorage.removeItem("deskbell:try");
    return true;
  } catch {
    return false;
  }
}

/** Files on their way (`shelf.js`): it is done once no page has them open. @param {string} keeper */
export function forgetFiles(keeper) {
  remove(`deskbell:uploads:${keeper}`);
  try {
    indexedDB.deleteDatabase(`deskbell:files:${keeper}`);
  } catch {
    // Denied: then there was nothing.
  }
}

/** @param {string} key @returns {string | null} */
export function get(key) {
  if (memory.has(key)) return memory.get(key) ?? null;
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 * @returns {boolean} whether it will outlive the page
 */
export function set(key, value) {
  try {
    localStorage.setItem(key, value);
    memory.delete(key);
    return true;
  } catch {
    memory.set(key, value);
    keeper?.(key, value);
    return keeper !== null;
  }
}

/** @param {string} key */
export function remove(key) {
  if (memory.delete(key)) keeper?.(key, null);
  try {
    localStorage.removeItem(key);
  } catch {
    // Denied: then there was nothing to remove.
  }
}

/** @param {string} prefix @returns {string[]} */
export function keys(prefix) {
  const found = new Set(memory.keys());
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      found.add(localStorage.key(index) ?? "");
    }
  } catch {
    // Denied: what is in memory is all there is.
  }
  return [...found].filter((key) => key.startsWith(prefix));
}
