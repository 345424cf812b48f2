/**
 * Something that only one tab of this browser does at a time.
 */

import { uniqueId } from "deskbell/ids.js";
import * as storage from "deskbell/storage.js";

const LEASE = 15_000;
const RENEWAL = 4_000;
const SETTLING = 60;

const tab = uniqueId();

/**
 * Runs `work` when no other tab is in work of that name. Browsers offer locks only over HTTPS and
 * on localhost; elsewhere a lease in the storage does, which two tabs can at worst hold both for
 * a moment. The server tells repeats, so no message doubles even then.
 *
 * @param {string} name
 * @param {() => Promise<void>} work
 */
export async function alone(name, work) {
  let isBegun = false;
  const begin = () => {
    isBegun = true;
    return work();
  };
  try {
    if (navigator.locks) return await navigator.locks.request(name, begin);
  } catch (error) {
    // In a frame of another site a browser may deny its locks together with its storage.
    if (isBegun) throw error;
  }
  await leased(`${name}:lease`, work);
}

/** @param {string} key @param {() => Promise<void>} work */
async function leased(key, work) {
  while (!(await taken(key))) await sleep(500 + Math.random() * 500);
  const renewal = setInterval(() => write(key), RENEWAL);
  const release = () => held(key)?.tab === tab && storage.remove(key);
  addEventListener("pagehide", release);
  try {
    await work();
  } finally {
    clearInterval(renewal);
    removeEventListener("pagehide", release);
    release();
  }
}

/** Writes its name, waits for others who do the same, and looks whose stayed. @param {string} key */
async function taken(key) {
  const lease = held(key);
  if (lease && lease.tab !== tab && lease.until > Date.now()) return false;
  write(key);
  await sleep(SETTLING + Math.random() * SETTLING);
  return held(key)?.tab === tab;
}

/** @param {string} key */
function write(key) {
  storage.set(key, JSON.stringify({ tab, until: Date.now() + LEASE }));
}

/** @param {string} key @returns {{tab: string, until: number} | null} */
function held(key) {
  try {
    return JSON.parse(storage.get(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
