// @ts-check
/** One sentence over the foot of the page: a request that failed, with another try, or something worth knowing. */
import { say } from "./words.js";

let listening = false;

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
    if (context.response.status < 500) return document.querySelector("[data-notice=failed]")?.remove();
    event.preventDefault(); // an error's page must not replace the lab
    failed(context, say("js.server_failed", { status: context.response.status }));
  });
}

/** Whether a request was to change the lab. @param {any} context */
const ours = (context) => context?.target instanceof Element && context.target.id === "main" && document.querySelector("[data-stack]");

/** @param {any} context @param {string} text */
function failed(context, text) {
  for (const form of document.querySelectorAll("form[data-live]")) if (form instanceof HTMLElement) delete form.dataset.asked;
  const { action } = context.request;
  // @ts-ignore htmx is loaded by its own script element
  show(text, { word: say("js.try_again"), act: () => window.htmx.ajax("GET", action, { target: "#main", swap: "outerMorph", push: "true" }) });
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
  box.append(button(say("js.close"), "", hide));
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
