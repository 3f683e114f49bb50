// @ts-check
/** The panel of sources: fetched on first use, one part at a time; the way a chosen picture gets into the lab. */
import { go, scene as sceneText } from "./history.js";

const FEW = 64; // cells a side, as many as the lab reads at first
const READABLE = /%(28|29|2C|3D|7C|3B|5B|5D|7E|3A)/g; // as the server writes addresses

/** @type {Promise<HTMLElement> | null} */
let loading = null;
/** @type {Set<() => void>} what to do when the panel closes or another part opens */
const leaving = new Set();
/** @type {Set<(image: string) => void>} */
const taking = new Set();
let taken = "";
/** @type {Set<(panel: HTMLElement) => void>} */
const setups = new Set();

/** @param {(panel: HTMLElement) => void} setup runs once, when the panel's inside has come */
export function whenLoaded(setup) {
  setups.add(setup);
}

/** @param {() => void} action */
export function onLeave(action) {
  leaving.add(action);
}

/** The address of the picture on the page. */
const picture = () => scene().get("image") || "";

/** What to do when the panel opens on a picture that it has not seen. @param {(image: string) => void} action */
export function onPicture(action) {
  taking.add(action);
}

/** The scene on the page with its pinned cell. */
function scene() {
  return new URLSearchParams(sceneText() || location.search);
}

/** @param {string} value */
function encode(value) {
  return encodeURIComponent(value).replace(READABLE, (code) => decodeURIComponent(code));
}

/** Whether a picture is made cell by cell and small: it is read whole, so that every cell is there. @param {string} image */
function small(image) {
  if (image.startsWith("pattern(")) return Number(/size=(\d+)/.exec(image)?.[1] ?? FEW) <= FEW;
  const rows = /^grid\(\[([^[\]]+)\]/.exec(image)?.[1].split(";") ?? [];
  return rows.length > 0 && Math.max(rows.length, rows[0].split(",").length) <= FEW;
}

/** Show a picture in the lab. @param {string} image its address */
export function use(image) {
  const query = scene(), drawn = small(image);
  if (drawn !== small(query.get("image") || "")) query.set("fit", drawn ? "keep" : "crop");
  query.set("image", image);
  holder().hidePopover();
  go(`/?${[...query].map(([name, value]) => `${name}=${encode(value)}`).join("&")}`);
}

/** @returns {HTMLElement} */
export function holder() {
  return /** @type {HTMLElement} */ (document.getElementById("sources"));
}

/** @returns {Promise<HTMLElement>} the panel with its inside */
export function panel() {
  loading ??= load().catch((fault) => {
    loading = null;
    holder().textContent = holder().dataset.fault || "";
    throw fault;
  });
  return loading;
}

async function load() {
  const answer = await fetch(`/sources?${scene()}`, { headers: { "HX-Request": "true", "Accept-Language": document.documentElement.lang } });
  if (!answer.ok) throw new Error(`sources: ${answer.status}`);
  // the first view of the lab needs none of these
  const parts = await Promise.all([import("./draw.js"), import("./numbers.js"), import("./webcam.js")]);
  const inside = new DOMParser().parseFromString(await answer.text(), "text/html");
  holder().replaceChildren(...inside.body.childNodes);
  for (const needing of holder().querySelectorAll("[data-source-tabs], [data-source-close], [data-pattern-sizes]")) {
    needing.removeAttribute("hidden");
  }
  holder().addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") for (const action of leaving) action();
  });
  for (const part of parts) part.start();
  for (const setup of setups) setup(holder());
  return holder();
}

/** @param {string} tab the part to show @param {Element | null} [opener] */
export async function open(tab, opener = null) {
  if (!holder().matches(":popover-open")) holder().showPopover();
  place(opener);
  const loaded = await panel().catch(() => null);
  if (!loaded) return;
  if (taken !== picture()) {
    taken = picture();
    for (const action of taking) action(taken);
  }
  select(tab);
  place(opener);
  const first = document.getElementById(`sourcetab-${tab}`);
  if (opener && first) first.focus();
}

/** @param {string} tab */
export function select(tab) {
  for (const action of leaving) action();
  tell("");
  for (const part of holder().querySelectorAll("[role=tabpanel]")) {
    if (part instanceof HTMLElement) part.hidden = part.id !== `source-${tab}`;
  }
  for (const button of holder().querySelectorAll("[role=tab]")) {
    const chosen = button.getAttribute("data-source-tab") === tab;
    button.setAttribute("aria-selected", String(chosen));
    button.setAttribute("tabindex", chosen ? "0" : "-1");
  }
}

/** Under the buttons, inside the window. @param {Element | null} opener */
function place(opener) {
  const under = (opener || document.querySelector("[data-source]"))?.closest(".source")?.getBoundingClientRect();
  if (!under) return;
  const panel = holder();
  panel.style.left = `${Math.max(8, Math.min(under.left, innerWidth - panel.offsetWidth - 8))}px`;
  panel.style.top = `${Math.max(8, Math.min(under.bottom + 4, innerHeight - panel.offsetHeight - 8))}px`;
}

/** Say what happens, or what is wrong; nothing that was entered goes. @param {string} text @param {boolean} [wrong] */
export function tell(text, wrong = false) {
  const fault = holder().querySelector("[data-source-fault]");
  const status = holder().querySelector("[data-source-status]");
  if (fault) fault.textContent = wrong ? text : "";
  if (status) status.textContent = wrong ? "" : text;
}

/**
 * A text that the panel's part carries in data-text-…, with its {placeholders} filled in.
 * @param {string} part @param {string} name @param {Record<string, string | number>} [values]
 */
export function phrase(part, name, values = {}) {
  const text = document.getElementById(`source-${part}`)?.getAttribute(`data-text-${name}`) || "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}
