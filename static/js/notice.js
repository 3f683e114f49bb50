// @ts-check
/** One sentence over the foot of the page: a request that failed, with another try, or something worth knowing. */
import { restore } from "./preview.js";
import { say } from "./words.js";

const TRIES = 3; // of a server that is full, before the reader is asked
let listening = false, tries = 0, timer = 0;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("htmx:error", (event) => {
    const context = /** @type {any} */ (event).detail?.ctx;
    if (ours(context)) failed(context, say(context.status === "error: timeout" ? "js.no_answer" : "js.unreachable"));
  });
  document.addEventListener("htmx:before:response", (event) => {
    const context = /** @type {any} */ (event).detail?.ctx;
    if (!ours(context)) return;
    if (context.response.status < 500) {
      tries = 0;
      return document.querySelector("[data-notice=failed], [data-notice=busy]")?.remove();
    }
    event.preventDefault(); // an error's page must not replace the lab
    if (context.response.status === 503 && tries < TRIES) waited(context);
    else failed(context, say("js.server_failed", { status: context.response.status }));
  });
  document.addEventListener("htmx:before:request", () => clearTimeout(timer)); // a newer move wins
}

/** The server is full: say so and ask again when it said to. @param {any} context */
function waited(context) {
  tries += 1;
  show(say("js.server_full"));
  /** @type {HTMLElement | null} */ (document.querySelector("[data-notice]"))?.setAttribute("data-notice", "busy");
  const seconds = Number(context.response.headers.get("retry-after")) || 2;
  timer = window.setTimeout(() => again(context.request.action), 1000 * seconds * (0.75 + Math.random() / 2));
}

/** @param {string} address */
function again(address) {
  // @ts-ignore htmx is loaded by its own script element
  window.htmx.ajax("GET", address, { target: "#main", swap: "outerMorph", push: "true" });
}

/** Whether a request was to change the lab. @param {any} context */
const ours = (context) => context?.target instanceof Element && context.target.id === "main" && document.querySelector("[data-stack]");

/** @param {any} context @param {string} text */
function failed(context, text) {
  for (const form of document.querySelectorAll("form[data-live]")) if (form instanceof HTMLElement) delete form.dataset.asked;
  restore();
  tries = 0;
  show(text, { word: say("js.try_again"), act: () => again(context.request.action) });
}

function hide() {
  document.querySelector("[data-notice]")?.remove();
}

/**
 * @param {string} text @param {{word: string, act: () => void} | null} [offer] what can be done about it
 */
export function show(text, offer = null) {
  hide();
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.notice = offer ? "failed" : "";
  box.setAttribute("role", "alert");
  const sentence = document.createElement("p");
  sentence.textContent = text;
  box.append(sentence);
  if (offer) box.append(button(offer.word, "main", offer.act));
  box.append(button(say("lab.close"), "", hide));
  document.body.append(box);
}

/** @param {string} word @param {string} style @param {() => void} action */
function button(word, style, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn ${style}`;
  made.textContent = word;
  made.onclick = () => {
    hide();
    action();
  };
  return made;
}
