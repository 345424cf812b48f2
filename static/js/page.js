/**
 * What every page with a line to the server does.
 */

import { attachFiles } from "deskbell/attaching.js";
import { bell } from "deskbell/bell.js";
import { connectionStrip, followConnection } from "deskbell/connection.js";
import { conversation } from "deskbell/conversation.js";
import { followFiles, showFiles } from "deskbell/files.js";
import { markMine, markReactions } from "deskbell/mine.js";
import { dress, mount, watch } from "deskbell/mounts.js";
import { post } from "deskbell/post.js";
import { showPresence } from "deskbell/presence.js";
import { refuseGarbage } from "deskbell/requests.js";
import { live } from "deskbell/socket.js";
import { hearOtherTabs } from "deskbell/sound.js";
import { keepFresh, localise } from "deskbell/times.js";
import { toasts } from "deskbell/toast.js";
import { followFinding, followTools, offerTools } from "deskbell/tools.js";
import { watchKeyboard } from "deskbell/viewport.js";

/**
 * Begins when HTMX has, which waits for the document; before that nothing hears what is triggered.
 *
 * @param {() => void} extras registers what is this page's own, before anything is set up
 */
export function begin(extras) {
  whenReady(() => start(extras));
}

/**
 * On another site the page is shown first: somebody waits for it, and may write already. What it lacks is fetched again
 * there (`greeting.js`).
 *
 * @type {Promise<void>}
 */
const ready = new Promise((done) => {
  const inTurn = () => ("htmx" in window ? done() : setTimeout(inTurn, 100));
  const begins = "site" in document.body.dataset ? () => setTimeout(inTurn) : () => done();
  if (document.readyState === "complete") begins();
  else document.addEventListener("DOMContentLoaded", begins, { once: true });
});

/** @param {() => void} act */
export function whenReady(act) {
  void ready.then(act);
}

/** Connects, and sets up what the page holds and what will come. @param {() => void} extras */
function start(extras) {
  dress(localise);
  dress(markMine);
  dress(offerTools);
  dress(markReactions);
  dress(showFiles);
  live.start();
  // On another site the page has yet to learn whose it is.
  if (!("site" in document.body.dataset)) live.connect();
  mount(".connection", connectionStrip);
  mount("#toasts", toasts);
  mount(".chat", conversation);
  attachFiles();
  extras();
  watch();
  keepFresh();
  followTools();
  followFinding();
  followFiles();
  watchKeyboard();
  refuseGarbage();
  followConnection();
  post();
  // What another tab tells before this one has heard the news itself counts, too.
  bell();
  hearOtherTabs();
  live.on("presence", showPresence);
  obeyTheDemo();
  if (document.body.hasAttribute("data-debug")) Object.assign(window, { deskbell: { live } });
}

/** The page of the demo may cut the line of its frames; nobody else may. */
function obeyTheDemo() {
  if (!document.body.hasAttribute("data-demo")) return;
  addEventListener("message", ({ origin, source, data }) => {
    const isOurs = origin === location.origin && source === parent && parent !== window;
    if (isOurs && data?.type === "deskbell:cut") live.cut(Math.min(Number(data.seconds) || 0, 60) * 1_000);
  });
}
