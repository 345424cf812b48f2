/**
 * Which messages stand together, and where a day begins. Pure: rows in, marks out.
 */

/** @typedef {{senderId: string | null, at: number, day: string}} Line a row; `senderId` is null for a system line */
/** @typedef {{startsDay: boolean, isFollowed: boolean}} Mark */

const TOGETHER = 5 * 60_000;

/**
 * @param {Line[]} lines in order
 * @returns {Mark[]}
 */
export function marks(lines) {
  return lines.map((line, index) => ({
    startsDay: lines[index - 1]?.day !== line.day,
    isFollowed: belongs(line, lines[index + 1]),
  }));
}

/** Whether the next message continues this one. @param {Line} line @param {Line | undefined} next */
function belongs(line, next) {
  if (!next || line.senderId === null) return false;
  return line.senderId === next.senderId && line.day === next.day && next.at - line.at < TOGETHER;
}
