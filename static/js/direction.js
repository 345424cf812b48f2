/**
 * Names within sentences, as the server puts them (`app/direction.py`): their direction does not move what stands
 * around them. In a string they stand between two characters that isolate them, on the page each is an element.
 */

/** Embeddings, overrides, isolates and their ends; then what ends a line or a paragraph, and with it every isolate. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const ENDS = /[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/g;
const ISOLATED = /\u2068([^\u2068\u2069]*)\u2069/;

/** @param {string} name */
export function isolated(name) {
  return `\u2068${name.replace(TURNS, "").replace(ENDS, " ")}\u2069`;
}

/** What is said and, at every second place, a name in it. @param {string} text @returns {string[]} */
export function pieces(text) {
  return text.split(ISOLATED);
}

/**
 * Shows a text with its names as elements, so that what is read or copied is the words alone. The same text is not
 * written again: it would be announced again.
 *
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  const said = pieces(text);
  if (element.textContent === said.join("")) return;
  element.replaceChildren(...said.map((piece, index) => (index % 2 ? named(piece) : piece)));
}

/** @param {string} name */
function named(name) {
  const element = document.createElement("bdi");
  element.textContent = name;
  return element;
}
