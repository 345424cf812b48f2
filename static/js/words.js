/**
 * The words that scripts show, translated by the server into `<template id="words">`.
 */

import { isolated } from "deskbell/direction.js";

/** A name, several of them, or how many there are of something. @typedef {string | string[] | number} Value */

/** By key, and where a text has plural forms by key and form. @type {Map<string, string> | null} */
let known = null;

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

/** The language of the page, which formats its numbers and times too. */
export function language() {
  return document.documentElement.lang || "en";
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
