/**
 * Which chats a filter of the inbox shows, as the server would have it. Pure.
 */

/** @typedef {{status: string, agent: {id: number} | null, provider: {id: number} | null, needsReply: boolean, lastMessage: object | null, siteId: number | null, activeAt: string | null, isSnoozed?: boolean, isUnread?: boolean, dueAt?: string | null}} Listed */

/** @type {Record<string, (chat: Listed, viewerId: number) => boolean>} */
const FILTERS = {
  all: (chat) => chat.status !== "archived",
  waiting: (chat) => chat.status === "waiting",
  open: (chat) => chat.status === "open",
  mine: (chat, viewerId) => chat.status === "open" && chat.agent?.id === viewerId,
  unassigned: (chat) => ["waiting", "open"].includes(chat.status) && !chat.agent && !chat.provider,
  needs_reply: (chat) => chat.needsReply && !chat.provider,
  closed: (chat) => chat.status === "closed",
  archived: (chat) => chat.status === "archived" && !chat.mergedInto,
  blocked: (chat) => chat.status === "blocked",
  snoozed: () => false,
  unread: (chat) => Boolean(chat.isUnread),
  overdue: (chat) => Boolean(chat.dueAt) && new Date(chat.dueAt ?? 0) <= new Date(),
};

/**
 * Neither an empty room stands in a list, nor a provider's in which nobody has said anything.
 *
 * @param {string} filter
 * @param {Listed} chat
 * @param {number} viewerId
 * @param {number} [siteId] whose chats alone are shown; 0 for those of all
 */
export function belongs(filter, chat, viewerId, siteId = 0) {
  if (siteId && chat.siteId !== siteId) return false;
  if (chat.activeAt === null || (chat.provider && !chat.lastMessage)) return false;
  if (chat.isSnoozed) return filter === "snoozed";
  return FILTERS[filter]?.(chat, viewerId) ?? false;
}

/**
 * Whether a row stands above another: what one has pinned, newest activity first, then the higher id.
 *
 * @param {{activeAt: string, id: number, isPinned?: boolean}} one
 * @param {{activeAt: string, id: number, isPinned?: boolean}} other
 */
export function isAbove(one, other) {
  if (one.isPinned !== other.isPinned) return Boolean(one.isPinned);
  if (one.activeAt !== other.activeAt) return one.activeAt > other.activeAt;
  return one.id > other.id;
}
