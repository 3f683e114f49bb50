// @ts-check
/** A screen in the class: hears of every change, goes along or not, and shows what is asked at the page's foot. */
import { become, goTo, placeOf, remember, role, samePage, samePlace, takenTo } from "./place.js";
import * as lead from "./lead.js";

/**
 * @typedef {{version: number, address: string, follow: boolean, blank: boolean, code: boolean, lesson: string,
 *   stage: string, poll: string, answers?: number, connected?: number}} News
 */

const AGAIN = 5000; // ms until a stream that was refused is asked for again
const LOOK = 400; // ms between looks at where this screen is

/** @type {EventSource | null} */
let stream = null;
/** @type {News | null} */
let news = null;
let going = false, drawn = "", taken = "";

export function start() {
  const joins = document.querySelector("[data-class-join]");
  if (joins instanceof HTMLElement) {
    become(/** @type {import("./place.js").Role} */ (joins.dataset.classJoin));
    remember("");
  }
  const asked = /^#class=(following|boards|teacher)$/.exec(location.hash);
  if (asked) {
    become(/** @type {import("./place.js").Role} */ (asked[1]));
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (!role() || document.querySelector("[data-teacher]")) return;
  if (role() === "boards") document.documentElement.dataset.theme = "projector";
  if (role() === "following" && takenTo() && !samePage(location.href, takenTo())) become("away"); // went by a link
  listen();
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted, true);
  window.setInterval(look, LOOK);
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}

function listen() {
  stream?.close();
  if (!role()) return;
  const made = stream = new EventSource(`/class/events?as=${role()}`);
  made.onmessage = (event) => { heard(JSON.parse(event.data)); };
  made.onerror = () => { if (made.readyState === EventSource.CLOSED && made === stream) window.setTimeout(listen, AGAIN); };
}

/** @param {News} told */
async function heard(told) {
  news = told;
  await follow();
  await draw();
  if (told.connected !== undefined) count(told.connected);
}

/** How many are here, on the projector's way in. @param {number} screens */
function count(screens) {
  const number = document.querySelector("[data-class-connected]"), words = document.querySelector("[data-class-here]");
  if (number) number.textContent = String(screens);
  if (words instanceof HTMLElement) words.textContent = (screens === 1 ? words.dataset.one : words.dataset.many) ?? "";
}

/** Go where the class is. */
async function follow() {
  if (!news || going || !["following", "boards"].includes(role())) return;
  const board = role() === "boards";
  if (board && news.code) {
    if (location.pathname !== "/class/board") location.assign(`/class/board?lang=${document.documentElement.lang}`);
    return;
  }
  if (!news.address || (!news.follow && !board)) return;
  if (samePlace(location.href, news.address)) return remember(placeOf());
  if (taken === news.address && samePage(location.href, news.address)) return; // has moved the pinned cell alone
  going = true;
  taken = news.address;
  going = await goTo(taken).catch(() => false);
}

/** A reader who goes elsewhere looks around alone from then on; the teacher's moves are told. */
function look() {
  if (role() === "teacher") return lead.look();
  const joining = location.pathname.startsWith("/class");
  if (role() !== "following" || going || !news || joining || !takenTo()) return;
  if (!samePage(location.href, takenTo())) change("away");
}

/** @param {import("./place.js").Role} name */
function change(name) {
  become(name);
  if (name === "following") remember("");
  drawn = "";
  if (!name) {
    stream?.close();
    document.getElementById("classbar")?.remove();
    document.body.classList.remove("in-class");
    return;
  }
  listen();
}

/** The strip, as the server draws it in the page's language. */
async function draw() {
  const wanted = JSON.stringify([role(), news && { ...news, address: "" }]);
  if (wanted === drawn || !role()) return;
  const answer = await fetch(`/class/bar?as=${role()}&lang=${document.documentElement.lang}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("classbar");
  if (!made || !role()) return;
  drawn = wanted;
  const before = document.getElementById("classbar");
  const focused = before?.contains(document.activeElement) ? mark(document.activeElement) : "";
  lead.keep(before, made);
  document.body.classList.add("in-class");
  if (before) before.replaceWith(made);
  else document.body.append(made);
  const again = focused && made.querySelector(focused);
  if (again instanceof HTMLElement) again.focus();
  document.documentElement.style.setProperty("--classbar", `${made.offsetHeight}px`);
}

/** How to find a control of the strip again. @param {Element | null} control */
function mark(control) {
  if (!(control instanceof HTMLElement)) return "";
  if (control.dataset.classRole !== undefined) return "[data-class-role]";
  return control instanceof HTMLButtonElement && control.value ? `button[value="${control.value}"]` : "";
}

/** @param {Event} event */
function clicked(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-class-role]") : null;
  if (button instanceof HTMLElement) change(/** @type {import("./place.js").Role} */ (button.dataset.classRole));
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.matches("[data-class-act]")) return lead.submitted(event);
  if (form.matches("[data-class-answer]")) {
    event.preventDefault();
    return answer(new FormData(form, event.submitter));
  }
  // the lesson's own question, while the class is asked: the answer counts, and the reveal is the teacher's
  const given = new FormData(form).get("answer");
  const own = news?.stage === "open" && form.closest("#ask") && location.pathname === `/course/${news.lesson}`;
  if (!own || given === null || role() === "boards" || role() === "teacher") return;
  event.preventDefault();
  event.stopImmediatePropagation(); // htmx listens too
  const sent = new FormData();
  sent.set("poll", news?.poll ?? "");
  sent.set("option", String(given));
  await answer(sent);
}

/** @param {FormData} given */
async function answer(given) {
  const body = new URLSearchParams(/** @type {any} */ (given));
  await fetch(`/class/answer?lang=${document.documentElement.lang}`, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  drawn = "";
  await draw();
}
