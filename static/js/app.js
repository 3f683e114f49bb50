// @ts-check
/** Starts every behaviour on the page, and on each part that htmx swaps in. */
import * as add from "./add.js";
import * as copy from "./copy.js";
import * as enlarge from "./enlarge.js";
import * as fit from "./fit.js";
import * as history from "./history.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as notation from "./notation.js";
import * as notice from "./notice.js";
import * as pictures from "./pictures.js";
import * as popover from "./popover.js";
import * as reorder from "./reorder.js";
import * as send from "./send.js";
import * as terms from "./terms.js";
import * as theme from "./theme.js";
import * as tour from "./tour.js";

const behaviours = [theme, keys, notice, pictures, popover, fit, notation, live, history, copy, add, reorder, enlarge, send, terms, tour];

/** Whether this tab joined a class. */
function joined() {
  try {
    return sessionStorage.getItem("convisor.class");
  } catch {
    return null; // storage is forbidden
  }
}

/** @param {ParentNode} root */
function start(root) {
  for (const behaviour of behaviours) behaviour.start(root);
}

start(document);
document.addEventListener("htmx:after:swap", () => start(document));
if (document.querySelector("[data-teacher]")) import("./class/teacher.js").then((page) => page.start());
else if (joined() || document.querySelector("[data-class-join]") || location.hash.startsWith("#class=")) {
  import("./class/main.js").then((screen) => screen.start());
}
// features that only the lab needs load after the first view stands
if (document.querySelector("[data-stack]")) {
  import("./lens.js").then((lens) => lens.start(document));
}
if (document.querySelector("main.lab")) {
  import("./sources.js").then((sources) => sources.start());
  import("./kernel_editor.js").then((editor) => editor.start());
}
if (document.querySelector("[data-network]")) {
  import("./network/main.js").then((network) => {
    network.start();
    document.addEventListener("htmx:after:swap", () => network.start());
  });
}
if (document.querySelector("main.lesson, main.course")) import("./lesson/progress.js").then((progress) => progress.start());
if (document.querySelector("main.docs")) import("./unfold.js").then((unfold) => unfold.start());
if (document.querySelector("[data-print]")) import("./print.js").then((print) => print.start());
if (document.querySelector("main.lesson")) {
  import("./lesson/keep.js").then((keep) => keep.start());
  import("./lesson/fold.js").then((fold) => fold.start());
}
if (document.querySelector("[data-lesson-view='tensor']")) import("./lesson/tensor.js").then((view) => view.start());
if (document.querySelector("[data-lesson-view='learning']")) {
  import("./lesson/learning.js").then((view) => view.start());
  import("./lesson/back.js").then((view) => view.start());
}
if (document.querySelector("[data-lesson-view='shapes']")) import("./lesson/shapes.js").then((view) => view.start());
if (document.querySelector("[data-lesson-view='signal']")) import("./lesson/signal.js").then((view) => view.start());
if (document.querySelector("[data-lesson-view='toeplitz']")) import("./lesson/toeplitz.js").then((view) => view.start());
if (document.querySelector("[data-compare-drag]")) import("./lesson/compare.js").then((view) => view.start());
