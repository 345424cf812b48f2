/**
 * What this browser keeps for us. Storage may be full or denied: then things last as long as the
 * page, and `set` says so, so that the writer can be told.
 */

/** @type {Map<string, string>} */
const memory = new Map();

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
    return false;
  }
}

/** @param {string} key */
export function remove(key) {
  memory.delete(key);
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
