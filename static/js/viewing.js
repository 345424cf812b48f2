/**
 * Pictures of a chat, one at a time: whole, as large as they are, or larger.
 */

import { linkOf } from "deskbell/files.js";
import { cloned } from "deskbell/parts.js";
import { live } from "deskbell/socket.js";
import { styled } from "deskbell/styled.js";
import { words } from "deskbell/words.js";

/** Of its own size; what is no larger than the whole picture is shown is left out. */
const SCALES = [1, 2, 4];
/** That an arrow moves what is larger than the window (px). */
const STEP = 80;
/** By arrow: to the right and down. @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {HTMLAnchorElement} link of the picture that is shown first */
export async function view(link) {
  await styled();
  const dialog = cloned("viewer");
  const picture = dialog?.querySelector("img");
  if (!(dialog instanceof HTMLDialogElement) || !picture) return;
  const name = /** @type {HTMLElement} */ (dialog.querySelector(".viewer-name"));
  const stage = /** @type {HTMLElement} */ (dialog.querySelector(".viewer-stage"));
  const zoom = /** @type {HTMLElement} */ (dialog.querySelector("[data-zoom]"));
  const scale = /** @type {HTMLElement} */ (dialog.querySelector(".viewer-scale"));
  const pictures = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll(".log a.file-picture")]);
  let current = link;
  /** Among the whole picture and what is larger. */
  let level = 0;
  let isDragged = false;
  /** @type {HTMLAnchorElement | null} */
  let shownLarge = null;

  const show = async (/** @type {HTMLAnchorElement} */ next) => {
    current = next;
    const small = next.querySelector("img");
    picture.src = small?.currentSrc || small?.src || "";
    picture.alt = small?.alt ?? "";
    for (const side of ["width", "height"]) picture.setAttribute(side, small?.getAttribute(side) ?? "");
    enlarge(0);
    name.textContent = name.title = next.dataset.name ?? "";
    const all = pictures();
    dialog.querySelector("[data-previous]")?.toggleAttribute("disabled", all[0] === next);
    dialog.querySelector("[data-next]")?.toggleAttribute("disabled", all.at(-1) === next);
    await large();
  };
  /** Once it is known where that is: while the line is not up nobody can be asked. */
  const large = async () => {
    const asked = current;
    const { url } = await linkOf(Number(asked.dataset.file)).catch(() => ({ url: null }));
    if (current !== asked || !url || !dialog.isConnected) return;
    picture.src = url;
    dialog.querySelector("[data-download]")?.setAttribute("href", url);
    dialog.querySelector("[data-download]")?.setAttribute("download", asked.dataset.name ?? "");
    shownLarge = asked;
  };
  const move = (/** @type {number} */ by) => {
    const next = pictures()[pictures().indexOf(current) + by];
    if (next) void show(next);
  };
  const levels = () => {
    const [width = 0, height = 0] = ["width", "height"].map((side) => Number(picture.getAttribute(side)));
    if (!width || !height) return [0];
    const whole = Math.min(1, stage.offsetWidth / width, stage.offsetHeight / height);
    return [0, ...SCALES.filter((each) => each > whole * 1.01)];
  };
  /** What is in the middle stays there. @param {number} to */
  const enlarge = (to) => {
    const all = levels();
    level = Math.max(0, Math.min(to, all.length - 1));
    const times = all[level] ?? 0;
    const [left, top] = [(stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth, (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight];
    dialog.classList.toggle("is-large", times > 0);
    picture.style.width = times ? `${Number(picture.getAttribute("width")) * times}px` : "";
    stage.scrollTo(left * stage.scrollWidth - stage.clientWidth / 2, top * stage.scrollHeight - stage.clientHeight / 2);
    scale.textContent = times ? times.toLocaleString(document.documentElement.lang, { style: "percent" }) : "";
    const { larger = "", whole = "" } = zoom.dataset;
    zoom.title = level === all.length - 1 ? whole : larger;
    zoom.setAttribute("aria-label", zoom.title);
  };
  const further = () => enlarge((level + 1) % levels().length);
  /** Whether there is more of it than is seen. @param {[number, number]} way @returns {boolean} */
  const pan = ([x, y]) => {
    if (x ? stage.scrollWidth <= stage.clientWidth : stage.scrollHeight <= stage.clientHeight) return false;
    stage.scrollBy(x * STEP, y * STEP);
    return true;
  };

  picture.addEventListener("error", () => {
    const small = current.querySelector("img")?.src;
    name.textContent = name.title = words("files-away");
    if (small && picture.src !== small) picture.src = small;
  });
  // Fingers move it by themselves.
  picture.addEventListener("pointerdown", (event) => {
    isDragged = false;
    if (event.pointerType === "mouse" && event.button === 0) picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", ({ pointerId, movementX, movementY }) => {
    if (!picture.hasPointerCapture(pointerId) || !(movementX || movementY)) return;
    isDragged = true;
    stage.scrollBy(-movementX, -movementY);
  });
  dialog.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target === dialog || target.closest("[data-close]") || target.matches(".viewer-stage")) dialog.close();
    else if (target.closest("[data-zoom]") || (target === picture && !isDragged)) further();
    else if (target.closest("[data-previous]")) move(-1);
    else if (target.closest("[data-next]")) move(1);
  });
  dialog.addEventListener("keydown", (event) => {
    const back = getComputedStyle(dialog).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const way = WAYS[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (way) {
      if (!pan(way) && way[0]) move(event.key === back ? -1 : 1);
    } else if (event.key === "+" || event.key === "-") enlarge(level + (event.key === "+" ? 1 : -1));
    else if (event.key === "0") enlarge(0);
    else return;
    event.preventDefault();
  });
  let isFirst = true; // it is called at once, and what is shown first asks by itself
  const unwatch = live.watch((state) => {
    if (!isFirst && state === "online" && shownLarge !== current) void large();
    isFirst = false;
  });
  dialog.addEventListener("close", () => {
    unwatch();
    dialog.remove();
    current.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  await show(link);
}
