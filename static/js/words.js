// @ts-check
/** The words that scripts say, from the page's own list, and numbers in its language. */

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");
const comma = document.documentElement.lang === "es";

/**
 * A text of the page's language with its {placeholders} filled in.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * A number with a true minus and the language's decimal sign.
 * @param {number} value @param {number} [digits]
 */
export function number(value, digits = 3) {
  const text = value.toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1").replace("-", "\u2212");
  return comma ? text.replace(".", ",") : text;
}
