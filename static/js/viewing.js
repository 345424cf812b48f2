/**
 * Pictures of a chat, one at a time and as large as they are.
 */

import { linkOf } from "deskbell/files.js";
import { cloned } from "deskbell/parts.js";
import { styled } from "deskbell/styled.js";
import { words } from "deskbell/words.js";

/** @param {HTMLAnchorElement} link of the picture that is shown first */
export async function view(link) {
  await styled();
  const dialog = cloned("viewer");
  const picture = dialog?.querySelector("img");
  if (!(dialog instanceof HTMLDialogElement) || !picture) return;
  const pictures = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll(".log a.file-picture")]);
  let current = link;

  const show = async (/** @type {HTMLAnchorElement} */ next) => {
    current = next;
    dialog.classList.remove("is-large");
    const small = next.querySelector("img");
    picture.src = small?.currentSrc || small?.src || "";
    picture.alt = small?.alt ?? "";
    for (const side of ["width", "height"]) picture.setAttribute(side, small?.getAttribute(side) ?? "");
    const name = dialog.querySelector(".viewer-name");
    if (name) name.textContent = next.dataset.name ?? "";
    const all = pictures();
    dialog.querySelector("[data-previous]")?.toggleAttribute("disabled", all[0] === next);
    dialog.querySelector("[data-next]")?.toggleAttribute("disabled", all.at(-1) === next);
    const { url } = await linkOf(Number(next.dataset.file)).catch(() => ({ url: null }));
    if (current === next && url) {
      picture.src = url;
      dialog.querySelector("[data-download]")?.setAttribute("href", url);
      dialog.querySelector("[data-download]")?.setAttribute("download", next.dataset.name ?? "");
    }
  };
  const move = (/** @type {number} */ by) => {
    const next = pictures()[pictures().indexOf(current) + by];
    if (next) void show(next);
  };
  const enlarge = () => {
    const isLarge = dialog.classList.toggle("is-large");
    dialog.querySelector("[data-zoom]")?.setAttribute("aria-pressed", String(isLarge));
  };

  picture.addEventListener("error", () => {
    const small = current.querySelector("img")?.src;
    const name = dialog.querySelector(".viewer-name");
    if (name) name.textContent = words("files-away");
    if (small && picture.src !== small) picture.src = small;
  });
  dialog.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target === dialog || target.closest("[data-close]") || target.matches(".viewer-stage")) dialog.close();
    else if (target.closest("[data-zoom]") || target === picture) enlarge();
    else if (target.closest("[data-previous]")) move(-1);
    else if (target.closest("[data-next]")) move(1);
  });
  dialog.addEventListener("keydown", (event) => {
    const back = getComputedStyle(dialog).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") move(event.key === back ? -1 : 1);
    else if (event.key === "+" || event.key === "-") event.key === "+" !== dialog.classList.contains("is-large") && enlarge();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    current.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  await show(link);
}
