// @ts-check
/** What a screen is in the class, kept in its tab alone, and the places that it goes to with the class. */

/** @typedef {"following" | "away" | "boards" | "teacher" | ""} Role */

const ROLE = "convisor.class", AT = "convisor.class.at";

/** @param {string} name @returns {string} */
function read(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return ""; // a browser that forbids storage cannot join; /class works without
  }
}

/** @param {string} name @param {string} value */
function write(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch { /* see above */ }
}

export const role = () => /** @type {Role} */ (read(ROLE));
/** @param {Role} name */
export const become = (name) => write(ROLE, name);
/** Where the class last took this screen; empty before. */
export const takenTo = () => read(AT);
/** @param {string} place */
export const remember = (place) => write(AT, place);

/** @param {string} text */
function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A page as its address tells it, without each screen's own choices. @param {string} [address] @param {string[]} [without] */
export function placeOf(address = location.href, without = []) {
  const url = new URL(address, location.href), own = ["lang", "theme", "history", "step", ...without];
  const kept = url.search.slice(1).split("&").filter((part) => part && !own.includes(part.split("=")[0]));
  return url.pathname + (kept.length ? `?${kept.join("&")}` : "");
}

/** @param {string} a @param {string} b */
export const samePlace = (a, b) => plain(placeOf(a)) === plain(placeOf(b));

/** The same but for the pinned cell, which everybody may move. @param {string} a @param {string} b */
export const samePage = (a, b) => plain(placeOf(a, ["at"])) === plain(placeOf(b, ["at"]));

/** Go to a page of the class in this screen's language; within one page only its main part changes. @param {string} address @returns {Promise<boolean>} whether the whole page goes */
export async function goTo(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("lang");
  const target = `${placeOf(url.href)}${url.search ? "&" : "?"}lang=${document.documentElement.lang}`;
  remember(placeOf(target));
  // @ts-ignore htmx is loaded by its own script element
  const { htmx } = window;
  if (url.pathname !== location.pathname || !htmx || !document.getElementById("main")?.matches(".lab, .lesson")) {
    location.assign(target);
    return true;
  }
  await htmx.ajax("GET", target, { target: "#main", swap: "outerMorph", push: "true" });
  remember(placeOf()); // the server may spell it otherwise
  return false;
}
