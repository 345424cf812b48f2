/**
 * Says that somebody is in front of this page, so that they are not taken for idle.
 */

import { refresh } from "deskbell/refresh.js";
import { live } from "deskbell/socket.js";

const PAUSE = 60_000;

/** One's own menu says what holds, whichever page has changed it. @param {any} answer */
function shows({ state }) {
  const menu = document.getElementById("availability");
  if (menu && menu.dataset.state !== state) refresh("#availability");
}

export function noteActivity() {
  let said = -PAUSE;
  const say = () => {
    if (document.hidden || !live.isOnline || performance.now() - said < PAUSE) return;
    said = performance.now();
    live.request("be_active", {}).then(shows, () => {}); // the next one will do
  };
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "visibilitychange"]) {
    document.addEventListener(name, say, { passive: true });
  }
  // A page that comes was asked for by somebody; a line that comes back was not.
  let isNew = true;
  live.watch((state) => {
    if (state !== "online" || !isNew) return;
    isNew = false;
    say();
  });
}
