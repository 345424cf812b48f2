/**
 * The first message of somebody without an account, which goes another way than all others: by it they come to be.
 */

/** @type {{send: ((payload: object) => Promise<any>) | null}} `send` as `live.request`, as long as it is needed */
export const first = { send: null };
