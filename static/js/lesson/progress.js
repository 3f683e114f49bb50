// @ts-check
/** Which lessons were answered: kept in this browser alone, shown in the lists, forgotten by one click. */

const KEY = "convisor.progress";

/** @typedef {Record<string, "right" | "wrong">} Progress */

/** @returns {Progress} */
function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

/** @param {Progress} progress */
function save(progress) {
  try {
    if (Object.keys(progress).length) localStorage.setItem(KEY, JSON.stringify(progress));
    else localStorage.removeItem(KEY);
  } catch { /* a browser that forbids storage keeps nothing */ }
}

/** A right answer stays right. @param {ParentNode} root */
function note(root) {
  const told = root.querySelector("[data-answered]");
  if (!(told instanceof HTMLElement)) return;
  const progress = load(), slug = told.dataset.lesson ?? "";
  if (progress[slug] === "right") return;
  progress[slug] = told.dataset.answered === "right" ? "right" : "wrong";
  save(progress);
}

/** @param {ParentNode} root */
function show(root) {
  const progress = load();
  for (const mark of root.querySelectorAll("[data-progress]")) {
    if (!(mark instanceof HTMLElement)) continue;
    const found = progress[mark.dataset.progress ?? ""];
    mark.hidden = !found;
    mark.classList.toggle("is-right", found === "right");
    mark.textContent = found ? mark.dataset[found] ?? "" : "";
  }
  const summary = root.querySelector("[data-progress-summary]");
  if (!(summary instanceof HTMLElement)) return;
  const marks = [...root.querySelectorAll("[data-progress]")], done = marks.filter((mark) => mark instanceof HTMLElement && !mark.hidden).length;
  summary.hidden = !Object.keys(progress).length;
  const words = summary.querySelector("[data-progress-count]");
  if (words instanceof HTMLElement) words.textContent = (words.dataset.text ?? "").replace("{done}", String(done)).replace("{count}", String(marks.length));
}

export function start() {
  const look = () => {
    note(document);
    show(document);
  };
  look();
  document.addEventListener("htmx:after:swap", look);
  addEventListener("pageshow", look); // Back brings a page that was kept
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-progress-forget]")) return;
    save({});
    show(document);
    document.querySelector("h1")?.scrollIntoView({ block: "nearest" });
  });
}
