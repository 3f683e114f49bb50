// @ts-check
/** The teacher's page: its forms act without leaving it, keys press its buttons, and it stays up to date. */

const REST = 300; // ms in which several changes are drawn once
let timer = 0;

export function start() {
  document.addEventListener("submit", submitted);
  document.addEventListener("keydown", pressed);
  const stream = new EventSource("/class/events?as=teacher");
  stream.onmessage = later;
  window.addEventListener("pagehide", () => stream.close());
}

/** Draw anew soon, unless something is being typed. */
function later() {
  clearTimeout(timer);
  timer = window.setTimeout(() => (isTyping(document.activeElement) ? later() : draw(location.pathname + location.search)), REST);
}

/** @param {string} address */
async function draw(address) {
  const opened = [...document.querySelectorAll("details")].map((one) => one.open);
  // @ts-ignore htmx is loaded by its own script element
  await window.htmx.ajax("GET", address, { target: "#main", swap: "outerMorph" });
  [...document.querySelectorAll("details")].forEach((one, i) => { one.open = opened[i] ?? one.open; });
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-act]")) return;
  event.preventDefault();
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form, event.submitter)));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
  form.querySelector(".warnl")?.remove();
  if (!answer?.ok) {
    const said = answer ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("p")?.textContent : "";
    form.append(Object.assign(document.createElement("p"), { className: "warnl", role: "alert", textContent: said || "…" }));
    return;
  }
  const { address } = await answer.json();
  const here = new URL(address, location.href);
  here.searchParams.set("lang", document.documentElement.lang);
  history.replaceState(history.state, "", here.pathname + here.search);
  await draw(here.pathname + here.search);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const names = /** @type {Record<string, string>} */ ({ PageDown: "ArrowRight", PageUp: "ArrowLeft" }); // a presenter's remote
  const key = names[event.key] ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!(control instanceof HTMLElement)) return;
  event.preventDefault();
  control.click();
}

/** @param {EventTarget | null} place */
const isTyping = (place) => place instanceof HTMLElement && place.matches("input, select, textarea");
