// @ts-check
/** Sends a photo to the server, keeps the means to delete it in this browser, and lists one's own photos. */
import { holder, open, phrase, select, tell, use, whenLoaded } from "./source_panel.js";
import { ask } from "./transparent.js";

const KEY = "convisor.uploads";
/** @typedef {{image: string, token: string, expires: number, name: string, notices: string[]}} Own */

export function start() {
  whenLoaded((panel) => {
    const form = panel.querySelector("[data-upload]");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      const input = form.querySelector("input[type=file]");
      if (input instanceof HTMLInputElement && input.files?.[0] && fits(input.files[0])) post(input.files[0], input.files[0].name);
    });
    form?.querySelector("input[type=file]")?.addEventListener("change", (event) => {
      const input = /** @type {HTMLInputElement} */ (event.target);
      if (input.files?.[0]) send(input.files[0], input.files[0].name);
    });
    list();
    panel.addEventListener("toggle", list);
  });
}

/** Send a picture, after a look at its transparent parts. @param {Blob} file @param {string} name as it is listed */
export async function send(file, name) {
  const part = holder().querySelector("[role=tabpanel]:not([hidden])");
  if (!holder().matches(":popover-open") || !part) await open("upload");
  if (!fits(file)) return;
  if (!(await ask(holder(), file, () => post(file, name)))) return post(file, name);
  select("upload");
  const colour = holder().querySelector("[data-upload] [name=background]");
  if (colour instanceof HTMLInputElement) colour.focus();
}

/** @param {Blob} file */
function fits(file) {
  const limit = Number(document.getElementById("source-upload")?.dataset.maxBytes);
  if (file.size <= limit) return true;
  tell(phrase("upload", "too-large", { megabytes: Math.round(file.size / 1e5) / 10 }), true);
  return false;
}

/** @param {Blob} file @param {string} name */
async function post(file, name) {
  tell(phrase("upload", "sending", { name }));
  const body = new FormData();
  body.append("file", file, name);
  const background = holder().querySelector("[data-upload] [name=background]");
  if (background instanceof HTMLInputElement) body.append("background", background.value);
  try {
    const headers = { "Accept-Language": document.documentElement.lang };
    const answer = await fetch("/api/v1/images", { method: "POST", body, headers });
    const found = await answer.json();
    if (!answer.ok) tell(`${name}: ${found.detail}`, true);
    else taken(found, name);
  } catch {
    tell(phrase("upload", "broken"), true);
  }
}

/** @param {{image: string, delete_token: string, expires: string, notices: string[]}} found the server's answer @param {string} name */
function taken(found, name) {
  const { image, delete_token: token, notices } = found;
  save([{ image, token, expires: Date.parse(found.expires), name, notices }, ...own()]);
  list();
  tell("");
  use(found.image);
}

/** @returns {Own[]} those that still live */
function own() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return kept.filter((/** @type {Own} */ photo) => photo.expires > Date.now());
  } catch {
    return [];
  }
}

/** @param {Own[]} photos */
function save(photos) {
  try {
    localStorage.setItem(KEY, JSON.stringify(photos.slice(0, 20)));
  } catch { /* without storage a photo lives until its time is over */ }
}

function list() {
  const photos = own();
  const heading = holder().querySelector("[data-own-heading]");
  if (heading instanceof HTMLElement) heading.hidden = !photos.length;
  holder().querySelector("[data-own]")?.replaceChildren(...photos.map(row));
}

/** @param {Own} photo */
function row(photo) {
  const item = document.createElement("li");
  const image = new Image(72, 72);
  image.src = `/view/${photo.image}.webp`;
  image.alt = "";
  const text = document.createElement("p");
  const name = document.createElement("b");
  name.textContent = photo.name;
  const minutes = Math.max(1, Math.round((photo.expires - Date.now()) / 60000));
  const time = minutes > 90 ? `${Math.round(minutes / 60)} h` : `${minutes} min`;
  text.append(name, ` ${phrase("upload", "left", { time })} ${photo.notices.join(" ")}`);
  item.append(image, text, button("use", () => use(photo.image)), button("delete", () => forget(photo)));
  return item;
}

/** @param {string} word @param {() => void} action */
function button(word, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn small";
  made.textContent = phrase("upload", word);
  made.onclick = action;
  return made;
}

/** @param {Own} photo */
async function forget(photo) {
  const headers = { "X-Delete-Token": photo.token, "Accept-Language": document.documentElement.lang };
  try {
    const answer = await fetch(`/api/v1/images/${photo.image}`, { method: "DELETE", headers });
    if (!answer.ok && answer.status !== 404 && answer.status !== 410) {
      tell((await answer.json()).detail, true);
      return;
    }
  } catch {
    tell(phrase("upload", "broken"), true);
    return;
  }
  save(own().filter((other) => other.image !== photo.image));
  list();
  tell(phrase("upload", "deleted", { name: photo.name }));
  const shown = document.querySelector("[data-stack]");
  const first = holder().querySelector("[data-image]");
  if (shown instanceof HTMLElement && (shown.dataset.scene || "").includes(photo.image) && first instanceof HTMLElement) use(first.dataset.image || "");
}
