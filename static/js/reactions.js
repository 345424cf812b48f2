/**
 * Whoever sees a message can react to it with an emoji, and take that away.
 */

import { change } from "deskbell/changes.js";
import { cloned } from "deskbell/parts.js";
import { viewer } from "deskbell/viewer.js";

/** Given, or taken away by whom it was given. @param {HTMLElement} message @param {string} emoji */
export async function give(message, emoji) {
  const there = [...message.querySelectorAll("button.reaction")].find((each) => each.getAttribute("data-emoji") === emoji);
  const isOwn = there?.getAttribute("aria-pressed") === "true";
  const hadFocus = there === document.activeElement;
  await change(message, isOwn ? "unreact" : "react", { emoji });
  // The last one's button has gone, or is about to.
  if (isOwn && hadFocus && there?.getAttribute("data-user-ids") === String(viewer().id)) {
    message.querySelector("[data-react]")?.focus();
  }
}

/**
 * Some emoji at hand, beside the button, and the way to all others.
 *
 * @param {HTMLElement} button
 * @param {(emoji: string) => void} chosen
 */
export function choose(button, chosen) {
  const choice = cloned("reaction-choice");
  const chat = button.closest(".chat");
  const { id = "" } = button.closest(".message") ?? {};
  chat?.querySelector(".reaction-choice")?.remove();
  if (!choice || !chat) return;
  choice.dataset.of = id;
  const all = [...choice.querySelectorAll("button")];
  const leave = () => {
    choice.remove();
    button.focus();
  };
  chat.append(choice);
  choice.showPopover();
  place(choice, button);
  all[0].focus();
  choice.addEventListener("toggle", (event) => /** @type {ToggleEvent} */ (event).newState === "closed" && choice.remove());
  choice.addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest("button") : null;
    if (!pressed) return;
    leave();
    if (pressed.dataset.emoji) chosen(pressed.dataset.emoji);
    else void import("deskbell/emoji.js").then(({ pickEmoji }) => pickEmoji(button)).then((emoji) => emoji && chosen(emoji));
  });
  choice.addEventListener("keydown", (event) => {
    const forth = getComputedStyle(choice).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const index = all.findIndex((each) => each === document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") leave();
    else if (event.key.startsWith("Arrow")) all.at((index + (event.key === forth ? 1 : -1)) % all.length)?.focus();
    else return;
    if (event.key !== "Tab") event.preventDefault(); // the window around it would close
  });
}

/** Above the button where there is room, and within the window. @param {HTMLElement} choice @param {HTMLElement} button */
function place(choice, button) {
  const { top, bottom, left } = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight, style } = choice;
  const above = top - offsetHeight - 4;
  style.top = `${above > 8 ? above : bottom + 4}px`;
  style.left = `${Math.max(8, Math.min(left - offsetWidth / 2, innerWidth - offsetWidth - 8))}px`;
}
