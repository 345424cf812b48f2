/**
 * The one connection of a page to the server, and whether it stands.
 *
 * Reconnecting is done here rather than by the library: coming back must be hurried when the
 * browser is online again or a tab is looked at, and held back when the server asks for it.
 */

import { io } from "socket.io-client";
import { pause } from "deskbell/backoff.js";
import { isLoggedOut } from "deskbell/refusals.js";
import { viewer } from "deskbell/viewer.js";
import { language } from "deskbell/words.js";

/** Resting: there is no line, and none is wanted. @typedef {"connecting" | "online" | "reconnecting" | "offline" | "resting"} State */
/** @typedef {{code: string, message: string, retryAfter?: number}} Refusal */

const ANSWER_WITHIN = 10_000;
const LOGIN = "/login";
/** A connection that lasted this long was a good one: the next loss starts with a short pause. */
const STEADY = 20_000;
const TOKEN_AT_LEAST = 60_000;

class Live {
  /** @type {State} */
  state = "connecting";
  /** @type {import("socket.io-client").Socket | null} */
  #socket = null;
  #tries = 0;
  #connectedAt = 0;
  #cutUntil = 0;
  #isRestarting = false;
  #isHeld = false;
  #isOver = false;
  #isWanted = false;
  /** @type {(() => void) | null} who gets a new token for a page that has one of its own */
  renew = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Set<(state: State) => void>} */
  #watchers = new Set();

  get isOnline() {
    return this.state === "online";
  }

  /** Once a page: from here on it can be listened to. */
  start() {
    if (this.#socket) return;
    this.#socket = io("/live", {
      auth: (give) => give(credentials()),
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnection: false,
      autoConnect: false,
    });
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", (reason) => this.#lost(reason));
    this.#socket.on("connect_error", (error) => this.#failed(error));
    this.#socket.on("restarting", () => {
      this.#isRestarting = true;
    });
    // The server ends the line of whoever logs out, and the page is on its way already.
    document.addEventListener("deskbell:leaving", () => {
      this.#isOver = true;
    });
    addEventListener("online", () => this.#anew());
    addEventListener("offline", () => this.#tell());
    addEventListener("pageshow", (event) => event.persisted && this.#back());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#hurry());
  }

  /** The line is given up, until it is wanted again. */
  rest() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#socket?.disconnect();
    this.#tell();
  }

  /** From here on the line is held, as far as it can be. */
  connect() {
    this.#isWanted = true;
    if (this.state === "resting") this.#become("connecting");
    this.#connect();
  }

  /**
   * @param {string} event
   * @param {(payload: any) => void} listener
   * @returns {() => void} ends it
   */
  on(event, listener) {
    this.#socket?.on(event, listener);
    return () => this.#socket?.off(event, listener);
  }

  /**
   * Told at once, and whenever it changes.
   *
   * @param {(state: State) => void} watcher
   * @returns {() => void} ends it
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.state);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Asks the server. Only `{ok: true}` resolves; everything else rejects with a `Refusal`, where
   * the codes `offline` and `no_answer` are our own.
   *
   * @param {string} event
   * @param {object} payload
   * @returns {Promise<any>}
   */
  request(event, payload) {
    const socket = this.#socket;
    if (!socket?.connected) return Promise.reject({ code: "offline", message: "" });
    return new Promise((resolve, reject) => {
      socket.timeout(ANSWER_WITHIN).emit(event, payload, (/** @type {Error | null} */ error, /** @type {any} */ answer) => {
        if (error) {
          this.#doubt(socket);
          reject({ code: socket.connected ? "no_answer" : "offline", message: "" });
        } else if (answer?.ok === true) {
          resolve(answer);
        } else {
          reject({ code: "internal", message: "", ...(answer?.error ?? {}) });
        }
      });
    });
  }

  /** Plays a lost line, for the demo. @param {number} ms */
  cut(ms) {
    this.#cutUntil = Date.now() + ms;
    this.#socket?.disconnect();
    this.#later(ms);
    this.#tell(); // a line that was not up yet is not lost, and nobody else would say so
  }

  #connected() {
    clearTimeout(this.#timer);
    this.#connectedAt = Date.now();
    this.#isRestarting = false;
    this.#isHeld = false;
    this.#tell();
  }

  /** @param {string} reason */
  #lost(reason) {
    if (Date.now() - this.#connectedAt > STEADY || this.#isRestarting) this.#tries = 0;
    // The server ends a connection when a person has too many. Tabs in the background stay away
    // then, or they would push each other out forever.
    this.#isHeld = reason === "io server disconnect" && !this.#isRestarting && document.hidden;
    this.#tell();
    if (!this.#isHeld) this.#later(pause(this.#tries++));
  }

  /** @param {Error & {data?: Refusal}} error */
  #failed(error) {
    if (this.#isOver) return;
    if (isLoggedOut(error.data?.code)) {
      if (this.renew) setTimeout(this.renew, pause(this.#tries++));
      else this.#toLogin();
      return;
    }
    this.#tell();
    this.#later(Math.max(pause(this.#tries++), (error.data?.retryAfter ?? 0) * 1_000));
  }

  /** An answer that does not come may mean a line that is dead without knowing it. @param {import("socket.io-client").Socket} socket */
  #doubt(socket) {
    if (socket.connected) socket.io.engine.close();
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), ms);
  }

  /** Out of the history, as it was left. */
  #back() {
    this.#isOver = false;
    this.#hurry();
  }

  #hurry() {
    if (this.#socket?.connected || this.state === "connecting" || this.state === "resting") return;
    this.#soon();
  }

  /** The network is another one: what was begun on the one before may hang, or fail and have its long pause. */
  #anew() {
    if (!this.#socket?.connected) {
      this.#socket?.disconnect();
      this.#soon();
    }
    this.#tell();
  }

  #soon() {
    this.#tries = 0;
    this.#later(Math.max(this.#cutUntil - Date.now(), Math.random() * 300));
  }

  #connect() {
    const left = this.#cutUntil - Date.now();
    if (left > 0) this.#later(left);
    else if (this.#isWanted && !this.#isOver) this.#socket?.connect();
  }

  #tell() {
    this.#become(this.#now());
  }

  /** @param {State} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }

  /** @returns {State} */
  #now() {
    if (this.#socket?.connected) return "online";
    if (!navigator.onLine || this.#cutUntil > Date.now()) return "offline";
    return this.#isWanted ? "reconnecting" : "resting";
  }

  /**
   * The session has ended, or somebody else has logged in. What was typed is kept and waits for the same person;
   * the page that comes says so, and leads back.
   */
  #toLogin() {
    this.#isOver = true;
    this.#tell();
    const way = new URLSearchParams({ was: String(viewer().id), next: location.pathname + location.search });
    if (!token()) location.replace(`${LOGIN}?${way}`);
    // A page with a token of its own comes with a new one; if that is refused at once, so would the next be.
    else if (performance.now() > TOKEN_AT_LEAST) location.reload();
  }
}

export const live = new Live();

function credentials() {
  const own = token();
  const locale = document.body.dataset.lang ?? language();
  const isBoard = document.body.dataset.page === "board"; // on a wall: nobody is there by it
  return { page: true, pageKey: viewer().key, locale, ...(own ? { token: own } : {}), ...(isBoard ? { board: true } : {}) };
}

/** It stands in pages that are not the browser's login: the frames of the demo. */
function token() {
  return document.querySelector('meta[name="live-token"]')?.getAttribute("content") ?? null;
}
