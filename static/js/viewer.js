/**
 * Who looks at this page, as its `<body>` says.
 */

/** @typedef {{id: number, name: string, role: string, isStaff: boolean}} Viewer */

const STAFF = new Set(["agent", "manager", "admin"]);

/** @returns {Viewer} */
export function viewer() {
  const { userId = "0", userName = "", role = "" } = document.body.dataset;
  return { id: Number(userId), name: userName, role, isStaff: STAFF.has(role) };
}
