/**
 * Where a chat stands on this page. Every change of a chat has a version, one higher than the
 * change before; whoever sees 7 after 5 knows that 6 is missing.
 */

/** @typedef {{version: number}} Versioned */
/** @typedef {"apply" | "ignore" | "gap"} Verdict */

export class Versions {
  /** @param {number} last the version that the page shows */
  constructor(last) {
    this.last = last;
    /** The highest version anybody has mentioned. */
    this.heard = last;
  }

  /** Whether something is known to be missing. */
  get isBehind() {
    return this.heard > this.last;
  }

  /**
   * Says what to do with an event, and counts it when it is the next one.
   *
   * @param {Versioned} event
   * @returns {Verdict}
   */
  apply({ version }) {
    this.mention(version);
    if (version <= this.last) return "ignore";
    if (version > this.last + 1) return "gap";
    this.last = version;
    return "apply";
  }

  /** Somebody knows of this version. @param {number} version */
  mention(version) {
    this.heard = Math.max(this.heard, version);
  }

  /** All changes up to this version are here. @param {number} version */
  reach(version) {
    this.last = Math.max(this.last, version);
    this.mention(version);
  }
}
