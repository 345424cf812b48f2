/**
 * Who looks at this page, as its `<body>` says.
 */

/**
 * `key` names the person and their login: with it a page says whose it is wherever it asks for something. What the
 * browser keeps of theirs it keeps for the `keeper`: the person, or on another site its visitor, whoever that will be.
 *
 * @typedef {{id: number, name: string, role: string, isStaff: boolean, key: string, keeper: string}} Viewer
 */

const STAFF = new Set(["agent", "manager", "admin"]);

/** @returns {Viewer} */
export function viewer() {
  const { userId = "0", userName = "", role = "", pageKey = "", site } = document.body.dataset;
  return { id: Number(userId), name: userName, role, isStaff: STAFF.has(role), key: pageKey, keeper: site ?? userId };
}
