/**
 * A voice message is recorded: from one press to the next, or for as long as the button is held. It is kept with what is
 * to be sent, and nothing of it leaves the browser before it is.
 */

import { recordedAs, trayKey } from "deskbell/attaching.js";
import { bars, minutes, peaksOf } from "deskbell/bars.js";
import { cloned } from "deskbell/parts.js";
import { styled } from "deskbell/styled.js";
import { toast } from "deskbell/toast.js";
import { words } from "deskbell/words.js";

/** Who holds the button this long says so by letting it go (ms). */
const HOLD = 400;
/** So far from the button it is let go of away from it (px). */
const AWAY = 60;
/** Anything shorter was no message (s). */
const LEAST = 0.5;
const BITS_A_SECOND = 48_000;
/** Levels are taken so often (ms). */
const TICK = 60;
const PEAKS = 48;
const SHOWN = 64;
/** Before the end that is told (s). */
const LAST = 10;
/** What a browser calls it, and what that means. @type {Record<string, string>} */
const WHY = {
  NotAllowedError: "record-denied",
  SecurityError: "record-denied",
  NotFoundError: "record-none",
  OverconstrainedError: "record-none",
  NotReadableError: "record-busy",
  AbortError: "record-busy",
};

/** @type {Recording | null} */
let running = null;
/** The press that has begun it, which ends it if it lasts. @type {{at: number, by: number} | null} */
let press = null;

addEventListener("pagehide", () => running?.throwAway());
document.addEventListener("keydown", escaped, true);

/** @param {HTMLFormElement} form @param {HTMLElement} button @param {Event} event */
export function pressed(form, button, event) {
  const { type, timeStamp, pointerId } = /** @type {PointerEvent} */ (event);
  if (type === "pointerdown") {
    const isFirst = running === null && /** @type {PointerEvent} */ (event).button === 0;
    press = isFirst ? { at: timeStamp, by: pointerId } : null;
    if (isFirst) begin(form, button);
    return;
  }
  if (type !== "click") {
    if (press && timeStamp - press.at >= HOLD && running?.isOn) {
      if (type === "pointerup" && isAway(button, /** @type {PointerEvent} */ (event))) running.throwAway(true);
      else void running.finish();
    }
    if (type === "pointercancel") press = null;
    return;
  }
  // A key's click is of no pointer, and no end of a long touch that had no click itself.
  const isDone = press !== null && (pointerId !== -1 || press.by === -1);
  press = null;
  if (isDone) return; // it is the end of the press by which it began
  if (!running) begin(form, button);
  else void running.finish();
}

/** A finger that slides away from it does not want what was said. @param {HTMLElement} button @param {PointerEvent} event */
function isAway(button, { pointerType, clientX, clientY }) {
  if (pointerType !== "touch") return false;
  const { left, right, top, bottom } = button.getBoundingClientRect();
  return Math.max(left - clientX, clientX - right, top - clientY, clientY - bottom) > AWAY;
}

/** @param {HTMLFormElement} form @param {HTMLElement} button */
function begin(form, button) {
  void import("deskbell/voice.js").then(({ stop }) => stop());
  running = new Recording(form, button, () => (running = null));
  void running.begin();
}

/** Before the window closes by it. @param {KeyboardEvent} event */
function escaped(event) {
  if (event.key !== "Escape" || !running || document.querySelector(OPEN)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  running.throwAway(true);
}

/** What is open above the chat is closed by Escape first. */
const OPEN = "dialog[open], [popover]:popover-open, #offered-list";

class Recording {
  #form;
  #button;
  #ended;
  #chat;
  #most;
  #row = /** @type {HTMLElement} */ (cloned("recorder"));
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {(() => number) | null} */
  #level = null;
  /** @type {number[]} */
  #levels = [];
  #began = 0;
  #ticking = 0;
  #isOver = false;
  #isNearEnd = false;

  /** @param {HTMLFormElement} form @param {HTMLElement} button @param {() => void} ended */
  constructor(form, button, ended) {
    this.#form = form;
    this.#button = button;
    this.#ended = ended;
    this.#chat = trayKey(form);
    this.#most = Number(button.dataset.seconds);
    this.#row.querySelector("[data-throw-away]")?.addEventListener("click", () => this.throwAway(true));
  }

  get isOn() {
    return this.#began > 0;
  }

  async begin() {
    try {
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const [stream] = await Promise.all([navigator.mediaDevices.getUserMedia({ audio }), styled()]);
      this.#stream = stream;
      if (this.#isOver) return this.#letGo();
      const type = recordedAs(this.#button);
      const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS_A_SECOND });
      this.#recorder = recorder;
      await new Promise((resolve, reject) => {
        recorder.addEventListener("start", resolve, { once: true });
        recorder.addEventListener("error", reject, { once: true });
        recorder.start();
      });
      if (this.#isOver) return this.#letGo();
    } catch (error) {
      if (!this.#isOver) this.#refused(/** @type {Error} */ (error).name);
      return;
    }
    this.#began = performance.now();
    // It was unplugged, or its permission taken.
    for (const track of this.#stream.getTracks()) track.addEventListener("ended", () => void this.finish());
    this.#listen();
    this.#show();
    this.#ticking = setInterval(() => this.#tick(), TICK);
  }

  /** What was recorded is kept with what is to be sent. */
  async finish() {
    if (!this.isOn) return this.throwAway();
    if (this.#isOver) return;
    const seconds = Math.min(this.#seconds, this.#most);
    const hadFocus = this.#hasFocus;
    const blob = await this.#recorded();
    if (seconds < LEAST || blob.size === 0) return toast({ title: words("record-short"), key: "recording" });
    const voice = { seconds: Math.round(seconds * 100) / 100, peaks: peaksOf(this.#levels, PEAKS) };
    const name = `${words("voice")}.${blob.type.includes("mp4") ? "m4a" : "webm"}`;
    const { keep } = await import("deskbell/uploads.js");
    const row = await keep(this.#form, this.#chat, new File([blob], name, { type: blob.type }), voice);
    this.#say(words("recorded", { length: minutes(seconds) }));
    if (hadFocus) /** @type {HTMLElement | null | undefined} */ (row?.querySelector("[data-play]"))?.focus();
  }

  /** @param {boolean} [isTold] */
  throwAway(isTold = false) {
    if (this.#isOver) return;
    const hadFocus = this.#hasFocus;
    this.#end();
    this.#letGo();
    if (isTold) this.#say(words("record-gone"));
    if (hadFocus) this.#button.focus();
  }

  /** @returns {Promise<Blob>} */
  #recorded() {
    const recorder = /** @type {MediaRecorder} */ (this.#recorder);
    return new Promise((resolve) => {
      /** @type {Blob[]} */
      const parts = [];
      recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
      recorder.addEventListener("stop", () => {
        this.#letGo();
        resolve(new Blob(parts, { type: recorder.mimeType }));
      });
      this.#end();
      if (recorder.state === "inactive") recorder.dispatchEvent(new Event("stop"));
      else recorder.stop();
    });
  }

  get #seconds() {
    return (performance.now() - this.#began) / 1_000;
  }

  get #hasFocus() {
    const { activeElement } = document;
    return activeElement === this.#button || activeElement === document.body || this.#row.contains(activeElement);
  }

  #listen() {
    try {
      this.#context = new AudioContext();
      const analyser = this.#context.createAnalyser();
      analyser.fftSize = 2048;
      this.#context.createMediaStreamSource(/** @type {MediaStream} */ (this.#stream)).connect(analyser);
      void this.#context.resume();
      const wave = new Uint8Array(analyser.fftSize);
      this.#level = () => {
        analyser.getByteTimeDomainData(wave);
        return wave.reduce((most, each) => Math.max(most, Math.abs(each - 128)), 0) / 128;
      };
    } catch {
      // It is recorded all the same, and has no drawing.
    }
  }

  #show() {
    this.#form.querySelector(".composer-bar")?.before(this.#row);
    this.#mark(true);
    this.#say(words("recording"));
  }

  /** @param {boolean} isOn */
  #mark(isOn) {
    this.#button.classList.toggle("is-playing", isOn);
    for (const name of ["aria-label", "title"]) this.#button.setAttribute(name, words(isOn ? "record-end" : "record"));
  }

  #tick() {
    if (!this.#form.isConnected) return void this.finish();
    const seconds = this.#seconds;
    const left = Math.max(0, this.#most - seconds);
    if (left === 0) return void this.finish();
    if (this.#level) {
      const level = this.#level();
      // A tab that is not looked at ticks more slowly.
      while (this.#levels.length <= (seconds * 1_000) / TICK) this.#levels.push(level);
    }
    const isNearEnd = left <= LAST && this.#most > LAST;
    if (isNearEnd && !this.#isNearEnd) this.#say(words("record-left", { seconds: LAST }));
    this.#isNearEnd = isNearEnd;
    this.#row.classList.toggle("is-near-end", isNearEnd);
    const time = /** @type {HTMLElement} */ (this.#row.querySelector(".recorder-time"));
    const told = isNearEnd ? `−${minutes(Math.ceil(left))}` : minutes(Math.floor(seconds));
    if (time.textContent !== told) time.textContent = told;
    const shown = this.#levels.slice(-SHOWN).map((level) => Math.round(Math.sqrt(level) * 100));
    this.#row.querySelector("path")?.setAttribute("d", bars(shown));
  }

  /** @param {string} text */
  #say(text) {
    const status = this.#form.querySelector("[data-recorder-says]");
    if (status) status.textContent = text;
  }

  /** @param {string} name of what the browser says is wrong */
  #refused(name) {
    this.throwAway();
    toast({ title: words(WHY[name] ?? "went-wrong"), key: "recording", isError: true });
  }

  #end() {
    this.#isOver = true;
    clearInterval(this.#ticking);
    this.#row.remove();
    this.#mark(false);
    this.#ended();
  }

  /** The microphone is let go of. */
  #letGo() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context?.state !== "closed") void this.#context?.close();
  }
}
