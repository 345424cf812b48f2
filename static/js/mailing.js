/**
 * Below the chat: where answers are mailed. It opens by itself when nobody is there to answer, once, and is closed and
 * opened like any other part.
 */

import { announce } from "deskbell/announcer.js";
import { mount } from "deskbell/mounts.js";
import { post } from "deskbell/post.js";
import { refresh } from "deskbell/refresh.js";
import * as storage from "deskbell/storage.js";
import { viewer } from "deskbell/viewer.js";

export function mailing() {
  mount("#widget-mail", part);
  // What was just said may be a question that nobody is there to answer.
  post().addEventListener("sent", () => {
    if (!isInUse()) refresh("#widget-mail", 1_000);
  });
}

/** @param {HTMLElement} element */
function part(element) {
  const details = element.querySelector("details");
  const { asks } = element.dataset;
  if (!details || !asks) return;
  const key = `deskbell:mail:${viewer().keeper}`;
  if (storage.get(key) !== null) details.open = false;
  else announce(asks);
  details.addEventListener("toggle", () => details.open || storage.set(key, "dismissed"));
}

/** Whether somebody is about to write an address: it is not taken from under their hands. */
function isInUse() {
  return document.querySelector("#widget-mail:focus-within") !== null;
}
