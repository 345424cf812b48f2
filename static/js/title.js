/**
 * The title of the page: what is open, and before it how many messages are unread.
 */

let base = document.title.replace(/^\(\d+\+?\) /, "");
let count = 0;

/** @param {HTMLElement} badge `#unread-total` */
export function unreadTotal(badge) {
  countInTitle(Number(badge.dataset.count ?? 0));
}

/** @param {number} unread */
export function countInTitle(unread) {
  count = unread;
  write();
}

/** @param {HTMLElement} conversation `#conversation` */
export function titleOf(conversation) {
  base = conversation.dataset.title || base;
  write();
}

function write() {
  const wanted = count > 0 ? `(${count > 99 ? "99+" : count}) ${base}` : base;
  if (document.title !== wanted) document.title = wanted;
}
