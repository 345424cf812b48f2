/**
 * What the codes of refusals mean, where more than one module has to know.
 */

const LOGGED_OUT = new Set(["unauthorized", "token_invalid", "other_login"]);

/** Whether whoever asks is known no more: the session has ended, or the page's token, or it is somebody else's now. @param {string | undefined} code */
export function isLoggedOut(code) {
  return code !== undefined && LOGGED_OUT.has(code);
}
