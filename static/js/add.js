// @ts-check
/** Adding a layer by one search over names and what they do; choosing a layer's kernel from the tray. */
import { go, scene } from "./history.js";

let after = 0;
let picked = 0;
let listening = false;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-add], [data-pick]");
    if (opener instanceof HTMLElement && opener.dataset.add !== undefined) open(Number(opener.dataset.add));
    if (opener instanceof HTMLElement && opener.dataset.pick !== undefined) picked = Number(opener.dataset.pick);
    const option = event.target.closest("#addlist [role=option]");
    if (option instanceof HTMLElement) insert(option);
    const kernel = event.target.closest("[data-kernel-tray] [data-kernel]");
    if (kernel instanceof HTMLElement) {
      const joins = kernel.closest("[data-kernel-tray]")?.querySelector("[data-joins]");
      choose(kernel, event.shiftKey || (joins instanceof HTMLInputElement && joins.checked));
    }
  });
  const search = document.getElementById("addsearch");
  search?.addEventListener("input", filter);
  search?.addEventListener("keydown", (event) => { if (event instanceof KeyboardEvent) steer(event); });
}

/** @returns {HTMLElement[]} */
function visible() {
  return [...document.querySelectorAll("#addlist [role=option]")].filter((option) => option instanceof HTMLElement).filter((option) => !option.hidden);
}

/** @param {number} stage */
function open(stage) {
  after = stage;
  const heading = document.querySelector("[data-add-heading]");
  if (heading instanceof HTMLElement) heading.textContent = (heading.dataset.text || "").replace("{n}", String(stage));
  const search = /** @type {HTMLInputElement} */ (document.getElementById("addsearch"));
  search.value = "";
  filter();
  requestAnimationFrame(() => search.focus());
}

function filter() {
  const search = /** @type {HTMLInputElement} */ (document.getElementById("addsearch"));
  const wanted = search.value.trim().toLowerCase();
  const options = [...document.querySelectorAll("#addlist [role=option]")];
  for (const option of options) {
    if (option instanceof HTMLElement) option.hidden = !(option.dataset.search || "").toLowerCase().includes(wanted);
  }
  // a name that begins with what was typed comes before one that only mentions it
  const shown = visible();
  mark(shown.find((option) => option.id.startsWith(`add-${wanted}`)) || shown[0]);
  const count = document.querySelector("[data-add-count]");
  if (count instanceof HTMLElement) {
    count.textContent = (count.dataset.text || "").replace("{n}", String(shown.length)).replace("{of}", String(options.length));
  }
}

/** @param {HTMLElement | undefined} option */
function mark(option) {
  for (const other of document.querySelectorAll("#addlist [aria-selected=true]")) other.setAttribute("aria-selected", "false");
  const search = document.getElementById("addsearch");
  if (!option) return search?.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  search?.setAttribute("aria-activedescendant", option.id);
}

/** @param {KeyboardEvent} event */
function steer(event) {
  const shown = visible();
  const at = shown.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(shown[Math.min(at + 1, shown.length - 1)]);
  else if (event.key === "ArrowUp") mark(shown[Math.max(at - 1, 0)]);
  else if (event.key === "Enter" && shown[at]) insert(shown[at]);
  else return;
  event.preventDefault();
}

/** @param {HTMLElement} option */
function insert(option) {
  document.getElementById("add")?.hidePopover();
  go(`/edit?${scene()}&${new URLSearchParams({ action: "insert", layer: String(after), text: option.dataset.text || "" })}`);
}

/** With Shift the kernel joins the bank instead of replacing it. @param {HTMLElement} kernel @param {boolean} joins */
function choose(kernel, joins) {
  document.getElementById("kernels")?.hidePopover();
  const action = joins ? "join_kernel" : "set_kernels";
  go(`/edit?${scene()}&${new URLSearchParams({ action, layer: String(picked), text: kernel.dataset.kernel || "" })}`);
}
