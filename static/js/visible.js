/**
 * What can be seen of a text, as the server sees it (`app/visible.py`): what holds nothing else is empty.
 */

const SHOWN =
  /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb\u2800\u{1d159}\u{13430}-\u{1343f}\u{13441}\u{13442}\u{16fe4}]/u;

/** @param {string} text */
export function shows(text) {
  return SHOWN.test(text);
}
