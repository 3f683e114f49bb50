// @ts-check
/** Undo and redo over the lab's addresses, and a list of the stacks of this visit. Each tab has its own. */

const KEY = "convisor.history";
const KEPT = 60;
let listening = false;

/** @returns {{places: string[], at: number}} */
function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || "null") || { places: [], at: -1 };
  } catch {
    return { places: [], at: -1 };
  }
}

/** @param {{places: string[], at: number}} state */
function save(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch { /* a browser that forbids storage has Back and Forward */ }
}

/** What makes two places differ: everything but the pinned cell, the language and the tour. @param {string} url */
function essence(url) {
  const query = new URL(url, location.origin).searchParams;
  for (const name of ["at", "lang", "history", "tour"]) query.delete(name);
  return query.toString();
}

/** @param {ParentNode} root */
export function start(root) {
  const main = root.querySelector("[data-state-url]");
  if (!(main instanceof HTMLElement)) return;
  remember(main.dataset.stateUrl || "");
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-undo]")) step(-1);
    if (event.target.closest("[data-redo]")) step(1);
    if (event.target.closest("[data-history]")) list();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=range]), textarea, select");
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    step(event.shiftKey ? 1 : -1);
  });
}

/** @param {string} url */
function remember(url) {
  const state = load();
  const here = essence(url);
  const known = state.places.findIndex((place) => essence(place) === here);
  const dragging = document.querySelector("form[data-dragging]");
  if (state.at >= 0 && essence(state.places[state.at]) === here) { /* nothing new */ }
  else if (known >= 0 && Math.abs(known - state.at) === 1) state.at = known; // Back or Forward
  else {
    const kept = state.places.slice(0, dragging && state.at > 0 ? state.at : state.at + 1);
    state.places = [...kept, url].slice(-KEPT);
    state.at = state.places.length - 1;
  }
  save(state);
  enable("[data-undo]", state.at > 0);
  enable("[data-redo]", state.at < state.places.length - 1);
}

/** @param {string} which @param {boolean} can */
function enable(which, can) {
  for (const button of document.querySelectorAll(which)) {
    if (button instanceof HTMLButtonElement) button.disabled = !can;
  }
}

/** @param {number} by */
function step(by) {
  const state = load();
  const url = state.places[state.at + by];
  if (!url) return;
  state.at += by;
  save(state);
  go(url);
}

/** A query as the server writes it: brackets and commas as they are, so that long stacks stay short. @param {URLSearchParams} query */
export function readable(query) {
  return String(query).replace(/%(28|29|2C|3D|7C|3B|5B|5D|7E|3A)/g, (code) => decodeURIComponent(code));
}

/** The scene that stands on the page with its pinned cell, as a query. */
export function scene() {
  const stack = document.querySelector("[data-stack]");
  if (!(stack instanceof HTMLElement)) return "";
  return (stack.dataset.scene || "") + (stack.dataset.pin ? `&at=${stack.dataset.pin}` : "");
}

/** @param {string} url */
export function go(url) {
  // @ts-ignore htmx is loaded by its own script element
  window.htmx.ajax("GET", url, { target: "#main", swap: "outerMorph", push: "true" });
}

function list() {
  const holder = document.querySelector("[data-history-list]");
  const { places, at } = load();
  holder?.replaceChildren(...places.map((place, i) => {
    const link = document.createElement("button");
    link.type = "button";
    link.textContent = new URL(place, location.origin).searchParams.get("stack") || "·";
    if (i === at) link.setAttribute("aria-current", "true");
    link.onclick = () => {
      save({ places, at: i });
      go(place);
      if (holder instanceof HTMLElement) holder.hidePopover();
    };
    return link;
  }).reverse());
}
