// @ts-check
/** The teacher's own screen: shows its page to the class once, or with every move while "live" is on. */
import { placeOf } from "./place.js";

const LIVE = "[data-class-live]";
let live = false, told = "", sending = false;

/** Keep the switch when the strip is drawn anew. @param {Element | null} before @param {Element} made */
export function keep(before, made) {
  const was = before?.querySelector(LIVE), now = made.querySelector(LIVE);
  if (was instanceof HTMLInputElement) live = was.checked;
  if (now instanceof HTMLInputElement) now.checked = live;
}

/** Tell the class where this screen is now, when it moved. */
export async function look() {
  const box = document.querySelector(LIVE);
  live = box instanceof HTMLInputElement && box.checked;
  const place = placeOf();
  if (!live || sending || place === told) return;
  await show(place);
}

/** @param {SubmitEvent} event */
export async function submitted(event) {
  event.preventDefault();
  await show(placeOf());
}

/** @param {string} address */
async function show(address) {
  sending = true;
  try {
    const body = new URLSearchParams({ do: "show", address });
    const answer = await fetch("/teacher/do", { method: "POST", body, headers: { "HX-Request": "true" } });
    if (answer.status === 403) location.assign(`/teacher?lang=${document.documentElement.lang}`);
    if (answer.ok || answer.status === 422) told = address;
  } catch { /* asked again at the next look */ } finally {
    sending = false;
  }
}
