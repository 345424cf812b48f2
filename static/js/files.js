/**
 * Files of messages. Where they can be had is asked for, since it holds for one reader and a while.
 */

import { live } from "deskbell/socket.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

/** @typedef {{id: number, url: string | null, thumbnailUrl: string | null, at: number}} Links */

/** So long an address is used that was given, half as long as it holds at least (ms). */
const FRESH = 300_000;
const MOST = 50;
const SHOWS = "[data-shows-file]";

/** @type {Map<number, Links>} */
const known = new Map();
/** What waits for its address. @type {Set<HTMLElement>} */
const wanted = new Set();
let isAsking = false;
/** A film is not asked how it begins until somebody sees it. */
const films = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    films.unobserve(target);
    target.setAttribute("preload", "metadata");
  }
});

/** Pictures and what can be played get their addresses. @param {Element} root */
export function showFiles(root) {
  const found = [...root.querySelectorAll(SHOWS)];
  if (root.matches(SHOWS)) found.push(root);
  for (const each of found) if (each instanceof HTMLElement) show(each);
}

export function followFiles() {
  for (const type of ["click", "input"]) document.addEventListener(type, (event) => void hear(event));
  live.watch((state) => state === "online" && void ask());
  // An address may have run out before it was used.
  document.addEventListener("error", ({ target }) => target instanceof HTMLElement && again(target), true);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-file]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.matches(".file-picture")) void import("deskbell/viewing.js").then(({ view }) => view(link));
    else void leadTo(Number(link.dataset.file)).catch(refused);
  });
}

/** What was recorded is played, or sought. @param {Event} event */
async function hear(event) {
  const control = event.target instanceof Element ? event.target.closest(".voice :is(button, input)") : null;
  if (control instanceof HTMLElement) (await import("deskbell/voice.js")).handle(control, event.type);
}

/** Fresh addresses of a file. @param {number} id @returns {Promise<Links>} */
export async function linkOf(id) {
  const there = known.get(id);
  if (there && Date.now() - there.at < FRESH) return there;
  const [found] = await linksOf([id]);
  if (!found) throw { message: words("went-wrong") };
  return found;
}

/** @param {number} id */
async function leadTo(id) {
  const { url } = await linkOf(id);
  if (!url) return;
  // What cannot be had would take the chat's place.
  if (!(await fetch(url, { method: "HEAD" })).ok) throw { message: words("files-away") };
  // It is saved: what can be played would open in the chat's place.
  Object.assign(document.createElement("a"), { href: url, download: "" }).click();
}

/** @param {unknown} refusal */
function refused(refusal) {
  const { message } = /** @type {{message?: string}} */ (refusal);
  toast({ title: message || words("went-wrong"), key: "file", isError: true });
}

/** @param {HTMLElement} element */
function show(element) {
  const links = known.get(Number(element.dataset.showsFile));
  if (links && Date.now() - links.at < FRESH) return put(element, links);
  wanted.add(element);
  void ask();
}

/** @param {HTMLElement} element @param {Links} links */
function put(element, links) {
  let address = element.hasAttribute("data-small") ? links.thumbnailUrl : links.url;
  // A film shows how it begins, not a black box.
  if (address && element.matches("video")) {
    address += "#t=0.1";
    films.observe(element);
  }
  if (address && element.getAttribute("src") !== address) element.setAttribute("src", address);
}

/** @param {HTMLElement} element */
function again(element) {
  const id = Number(element.dataset.showsFile);
  if (!id) return;
  if (Date.now() - (known.get(id)?.at ?? 0) > FRESH) show(element);
  else void import("deskbell/missing.js").then(({ miss }) => miss(element));
}

/** All that came at once is asked for at once. */
async function ask() {
  if (isAsking || !live.isOnline) return;
  isAsking = true;
  try {
    await Promise.resolve();
    while (wanted.size > 0) {
      const some = [...wanted].slice(0, MOST);
      await linksOf([...new Set(some.map((each) => Number(each.dataset.showsFile)))]);
      for (const each of some) {
        wanted.delete(each);
        const links = known.get(Number(each.dataset.showsFile));
        if (links) put(each, links);
      }
    }
  } catch (error) {
    // While the line is gone it is asked for when it is back.
    if (live.isOnline) console.warn("Deskbell: files:", error);
  } finally {
    isAsking = false;
  }
}

/** @param {number[]} fileIds @returns {Promise<Links[]>} */
async function linksOf(fileIds) {
  const { files } = await live.request("link_files", { fileIds });
  const at = Date.now();
  return files.map((/** @type {Links} */ file) => {
    const links = { ...file, at };
    known.set(file.id, links);
    return links;
  });
}
