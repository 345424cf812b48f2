/**
 * The first message of somebody without an account, which goes another way than all others: by it they come to be.
 */

/**
 * @type {{send: ((payload: object) => Promise<any>) | null, announce: ((file: object) => Promise<any>) | null}} as
 *   `live.request` of a message and of a file, as long as it is needed
 */
export const first = { send: null, announce: null };
