/**
 * Charts of the page of reports, drawn by uPlot of the table that stands behind them; and that its form follows what
 * is chosen in it.
 */

import { announce } from "deskbell/announcer.js";

const HEIGHT = 240;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 24 * HOUR;

// Steps of an axis.
const TIMES = [1_000, 5_000, 10_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 28 * DAY, 84 * DAY, 182 * DAY, 364 * DAY];
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000];

const lang = document.body.dataset.lang || "en";
const dates = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" });
const whole = new Intl.NumberFormat(lang, { maximumFractionDigits: 0 });

for (const holder of document.querySelectorAll("[data-draws]")) {
  const table = document.getElementById(holder.getAttribute("data-draws") ?? "");
  if (holder instanceof HTMLElement && table instanceof HTMLTableElement && "uPlot" in window) show(holder, table);
}

document.addEventListener("input", ({ target }) => {
  const days = document.getElementById("insight-days");
  const isDay = target instanceof HTMLInputElement && target.type === "date";
  if (isDay && days instanceof HTMLSelectElement && days.form === target.form) days.value = "own";
});

const numbers = document.getElementById("insight-numbers");
const failure = document.getElementById("insight-failure");
if (numbers && failure) tell(numbers, failure);

/** All figures come after the page: that they are waited for, here, or not to be had. @param {HTMLElement} numbers @param {HTMLElement} failure */
function tell(numbers, failure) {
  const state = (/** @type {boolean} */ isBusy, /** @type {boolean} */ isLost, /** @type {string | null | undefined} */ news) => {
    numbers.setAttribute("aria-busy", String(isBusy));
    failure.hidden = !isLost;
    announce(news ?? "");
  };
  const lost = () => state(false, true, failure.querySelector("span")?.textContent);
  numbers.addEventListener("htmx:afterRequest", (event) => {
    const { status } = /** @type {CustomEvent} */ (event).detail.xhr;
    if (status < 200 || status >= 400) lost(); // 0 where there was no answer
  });
  numbers.addEventListener("htmx:afterSwap", () => state(false, false, numbers.dataset.came));
  failure.querySelector("button")?.addEventListener("click", () => {
    numbers.focus(); // the button goes
    state(true, false, numbers.dataset.waits);
    htmx.trigger(numbers, "again");
  });
  if (numbers.getAttribute("aria-busy") === "true") announce(numbers.dataset.waits ?? "");
}

/** Anew with another width, and when colours change. @param {HTMLElement} holder @param {HTMLTableElement} table */
function show(holder, table) {
  let chart = drawn(holder, table);
  new ResizeObserver(() => chart.setSize({ width: holder.clientWidth, height: HEIGHT })).observe(holder);
  const anew = () => {
    chart.destroy();
    chart = drawn(holder, table);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  new MutationObserver(anew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

/** @param {HTMLElement} holder @param {HTMLTableElement} table */
function drawn(holder, table) {
  const isTime = holder.dataset.kind === "time";
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent ?? "");
  const rows = [...table.tBodies[0].rows];
  const days = rows.map((row) => new Date(row.dataset.key ?? ""));
  const columns = isTime ? [2, 3] : [1];
  const data = [rows.map((_row, at) => at), ...columns.map((column) => rows.map((row) => value(row.cells[column])))];
  const [ink, line, first, second] = ["--ink-2", "--line", "--brand", "--waiting"].map((name) => colour(holder, name));
  const written = isTime ? lasting : (/** @type {number} */ number) => whole.format(number);
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const shownOf = (/** @type {unknown} */ _chart, /** @type {number | null} */ number) => (number === null ? "–" : written(number));
  const series = columns.map((column, at) => ({
    label: names[column],
    stroke: [first, second][at],
    width: 2,
    points: { show: rows.length < 60, size: 5 },
    value: shownOf,
    ...(isTime || rows.length > 120 ? {} : { paths: window.uPlot.paths.bars({ size: [0.7, 40] }), fill: first, points: { show: false } }),
  }));
  return new window.uPlot(
    {
      width: holder.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false, range: [-0.6, rows.length - 0.4] }, y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
      axes: [
        { ...axis, grid: { show: false }, space: 64, incrs: [1, 2, 7, 14, 28, 56, 84, 112, 182, 364], values: (_chart, at) => at.map((each) => named(days[each])) },
        { ...axis, size: 64, incrs: isTime ? TIMES : COUNTS, values: (_chart, at) => at.map(written) },
      ],
      series: [{ label: names[0], value: (_chart, at) => named(days[at]) }, ...series],
      cursor: { drag: { x: false, y: false } },
    },
    data,
    holder,
  );
}

/** @param {HTMLTableCellElement} cell */
function value(cell) {
  return cell.dataset.value ? Number(cell.dataset.value) : null;
}

/** @param {Date | undefined} day */
function named(day) {
  return day ? dates.format(day) : "";
}

/** @param {number} ms */
function lasting(ms) {
  const [size, unit] = ms >= DAY ? [DAY, "day"] : ms >= HOUR ? [HOUR, "hour"] : ms >= MINUTE ? [MINUTE, "minute"] : [1_000, "second"];
  return new Intl.NumberFormat(lang, { style: "unit", unit: String(unit), unitDisplay: "short", maximumFractionDigits: 1 }).format(ms / Number(size));
}

/** @param {HTMLElement} within @param {string} name */
function colour(within, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  within.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
