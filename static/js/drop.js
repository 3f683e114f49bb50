// @ts-check
/** The whole window takes a dropped picture; the photo's place says so while one is dragged over the page. */
import { show } from "./notice.js";
import { open, phrase, tell } from "./source_panel.js";
import { send } from "./uploads.js";
import { say } from "./words.js";

/** @param {DragEvent} event whether it brings something from outside, and not a layer of the page */
function brings(event) {
  const types = event.dataTransfer?.types || [];
  return types.includes("Files") || (types.includes("text/uri-list") && !types.includes("text/x-convisor-layer"));
}

export function start() {
  document.addEventListener("dragenter", (event) => {
    if (brings(event)) document.body.classList.add("dropping");
  });
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping"); // left the window
  });
  document.addEventListener("dragend", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", async (event) => {
    document.body.classList.remove("dropping");
    if (!brings(event)) return;
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) {
      const { length } = event.dataTransfer?.files ?? [];
      if (length > 1) show(say("js.first_file", { n: length, name: file.name }));
      send(file, file.name);
      return;
    }
    await open("upload");
    tell(phrase("upload", "not-a-file"), true);
  });
}
