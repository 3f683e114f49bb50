// @ts-check
/** The form for a network of one's own: a refusal is said in the form, and what was chosen and typed stays. */

import { say } from "../words.js";

/** @param {HTMLElement} main */
export function start(main) {
  const form = main.querySelector("[data-own-network]"), refused = form?.querySelector("[data-refused]"), button = form?.querySelector("button");
  if (!(form instanceof HTMLFormElement) || !(refused instanceof HTMLElement) || !button) { return; }
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    refused.hidden = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/problem+json", "Accept-Language": document.documentElement.lang } });
      if (answer.ok) { location.assign(answer.url); return; }
      refused.textContent = (await answer.json()).detail;
    } catch {
      refused.textContent = say("js.net_failed");
    }
    button.disabled = false;
    refused.hidden = false;
  };
}
