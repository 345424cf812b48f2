/** Types of the loader, for its one global and for the module beside it: docs/embed.md. */

interface DeskbellMessage {
  id: number;
  text: string;
  /** Whether the visitor wrote it. */
  isMine: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

interface DeskbellEvents {
  /** The launcher is there; told at once to who asks later. */
  ready: [];
  open: [];
  close: [];
  message: [message: DeskbellMessage];
  unread: [count: number];
}

interface DeskbellCalls {
  (command: "open"): void;
  (command: "close"): void;
  (command: "toggle"): void;
  /** The launcher and its greeting; what is open stays so. */
  (command: "show"): void;
  (command: "hide"): void;
  /** A token that the site's own server has signed. */
  (command: "identify", who: { token: string }): void;
  /** What staff sees beside the chat; added to what was said before. */
  (command: "attributes", attributes: Record<string, string | number | boolean | null>): void;
  /** Puts a text into the composer, and sends nothing. */
  (command: "say", text: string): void;
  (command: "locale", language: string): void;
  /** Forgets who was here: on a shared computer, at the log-out of the site. */
  (command: "reset"): void;
  <Name extends keyof DeskbellEvents>(command: "on", event: Name, listener: (...told: DeskbellEvents[Name]) => void): void;
  <Name extends keyof DeskbellEvents>(command: "off", event: Name, listener: (...told: DeskbellEvents[Name]) => void): void;
  /** Takes everything off the page. */
  (command: "shutdown"): void;
}

interface Window {
  Deskbell: DeskbellCalls;
}

declare const Deskbell: DeskbellCalls;

declare module "*/widget.mjs" {
  export const Deskbell: DeskbellCalls;
  export function load(which: { desk: string; site: string; locale?: string }): void;
}
