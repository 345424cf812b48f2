/**
 * Who is there: the dots and lines of a person, wherever they stand on the page.
 */

import { localise } from "deskbell/times.js";

/** @param {{userId: number, isOnline: boolean, lastSeen: string | null}} event */
export function showPresence({ userId, isOnline, lastSeen }) {
  for (const element of document.querySelectorAll(`[data-presence-of="${userId}"]`)) {
    element.setAttribute("data-online", String(isOnline));
    const time = element.querySelector('.presence-offline time[data-time="seen"]');
    if (time instanceof HTMLTimeElement && lastSeen) time.dateTime = lastSeen;
    localise(element);
  }
}
