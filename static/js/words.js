/**
 * The words that scripts show, translated by the server into `<template id="words">`.
 */

import { isolated } from "deskbell/direction.js";

/** A name, several of them, or how many there are of something. @typedef {string | string[] | number} Value */

/** By key, and where a text has plural forms by key and form. @type {Map<string, string> | null} */
let known = null;

/** @type {string | null} */
let formatting = null;

/**
 * A key that is missing shows as itself: visible in review, harmless for a reader.
 *
 * @param {string} key
 * @param {Record<string, Value>} [values] numbers are written as the language writes them, names are isolated
 * @param {number} [count] of what the text tells, where it has plural forms
 * @returns {string}
 */
export function words(key, values = {}, count = undefined) {
  known ??= read();
  const form = count === undefined ? key : formed(key, new Intl.PluralRules(language()).select(count));
  return filled(known.get(form) ?? key, values);
}

/** What a browser may name its language by; some add what no standard knows, and nothing can be formatted in that. */
const TAG = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;

/** The page's language as it is written where the viewer lives: numbers and times are formatted in it. */
export function language() {
  formatting ??= regional(document.documentElement.lang || "en");
  return formatting;
}

/** As the server does it (`app/pages/filters.py`), and in the same digits. @param {string} page its language */
function regional(page) {
  const own = navigator.languages.find((tag) => TAG.test(tag) && `${tag}-`.startsWith(`${page}-`));
  if (!own) return page;
  const { numberingSystem } = new Intl.NumberFormat(page).resolvedOptions();
  return new Intl.Locale(own, { numberingSystem }).toString();
}

/**
 * @param {string} text
 * @param {Record<string, Value>} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!Object.hasOwn(values, name)) return whole;
    return put(values[name]);
  });
}

/** @param {Value} value */
function put(value) {
  if (typeof value === "number") return new Intl.NumberFormat(language()).format(value);
  if (typeof value === "string") return isolated(value);
  return new Intl.ListFormat(language(), { type: "conjunction" }).format(value.map(isolated));
}

function read() {
  const found = new Map();
  const template = document.querySelector("template#words");
  if (template instanceof HTMLTemplateElement) {
    for (const data of template.content.querySelectorAll("data")) {
      const { value = "", dataset: { plural } } = data;
      found.set(plural ? formed(value, plural) : value, data.textContent?.trim() ?? "");
    }
  }
  return found;
}

/** @param {string} key @param {string} form as `Intl.PluralRules` names it */
function formed(key, form) {
  return `${key}:${form}`;
}
