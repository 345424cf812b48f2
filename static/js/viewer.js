/**
 * Who looks at this page, as its `<body>` says.
 */

/**
 * `key` names the person and their login: with it a page says whose it is wherever it asks for something.
 *
 * @typedef {{id: number, name: string, role: string, isStaff: boolean, key: string}} Viewer
 */

const STAFF = new Set(["agent", "manager", "admin"]);

/** @returns {Viewer} */
export function viewer() {
  const { userId = "0", userName = "", role = "", pageKey = "" } = document.body.dataset;
  return { id: Number(userId), name: userName, role, isStaff: STAFF.has(role), key: pageKey };
}
