// @ts-check
/** The stack's line: words coloured as they are typed, the fault underlined where it is. */

import { readable, scene } from "./history.js";

const PAUSE = 500; // ms without typing before the line is looked at
/** @type {number | undefined} */
let timer;

/** @param {ParentNode} root */
export function start(root) {
  const input = root.querySelector("#stackline");
  const ink = root.querySelector("[data-ink]");
  if (!(input instanceof HTMLInputElement) || !(ink instanceof HTMLElement)) return;
  const draw = () => {
    paint(ink, input.value, input.dataset.fault);
    ink.scrollLeft = input.scrollLeft;
  };
  input.parentElement?.classList.add("inked");
  input.oninput = () => {
    delete input.dataset.fault;
    input.removeAttribute("aria-invalid");
    draw();
    tell("");
    clearTimeout(timer);
    timer = window.setTimeout(() => check(input, draw), PAUSE);
  };
  input.onscroll = () => { ink.scrollLeft = input.scrollLeft; };
  draw();
}

/** What is said beside the line. @param {string | Node} text */
function tell(text) {
  const state = document.getElementById("stackstate");
  if (text instanceof Element && state) state.replaceWith(text);
  else if (state) {
    state.className = "state";
    state.removeAttribute("role");
    state.replaceChildren(text);
  }
}

/** Ask the server once typing rests; an unfinished line is left alone. @param {HTMLInputElement} input @param {() => void} draw */
async function check(input, draw) {
  const typed = input.value, query = new URLSearchParams(scene());
  query.set("stack", typed);
  query.set("lang", document.documentElement.lang);
  const answer = await fetch(`/reads?${readable(query)}`).catch(() => null);
  if (!answer || answer.status !== 200 || input.value !== typed) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("stackstate");
  if (!part || input.value !== typed) return;
  if (part.dataset.position) input.dataset.fault = part.dataset.position;
  tell(part);
  // @ts-ignore htmx is loaded by its own script element
  window.htmx?.process(part);
  draw();
}

/**
 * @param {HTMLElement} ink @param {string} text
 * @param {string} [fault] position of the fault, in code points
 */
function paint(ink, text, fault) {
  const at = fault === undefined ? -1 : [...text].slice(0, Number(fault)).join("").length;
  const pieces = text.split(/([|(),;=[\]~])/);
  let place = 0;
  ink.replaceChildren(...pieces.map((piece, i) => {
    const span = document.createElement("span");
    span.textContent = piece;
    span.className = kind(piece, pieces, i);
    if (at >= place && at < place + Math.max(1, piece.length)) span.classList.add("fault");
    place += piece.length;
    return span;
  }));
}

/** @param {string} piece @param {string[]} all @param {number} i */
function kind(piece, all, i) {
  if (piece === "|") return "or";
  if (/^[(),;=[\]~]$/.test(piece)) return "pt";
  const before = all.slice(0, i).filter((p) => p.trim()).at(-1);
  if (before === undefined || before === "|" || before === "~") return "fn";
  return all[i + 1] === "=" ? "ky" : "vl";
}
