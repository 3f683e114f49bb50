// @ts-check
/** Light, dark or projector: chosen with a button, remembered in a cookie, applied at once. */

const YEAR = 31536000;

/** @param {ParentNode} root */
export function start(root) {
  for (const button of root.querySelectorAll("[data-set-theme]")) {
    if (button instanceof HTMLButtonElement) button.onclick = () => choose(button.dataset.setTheme || "");
  }
}

// the links to the other language lead to the address as it is now, not as the page was loaded
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-language]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  const here = new URL(location.href);
  here.searchParams.set("lang", link.lang);
  link.href = here.href;
}, true);

/** @param {string} name empty: as the system has it */
function choose(name) {
  const page = document.documentElement;
  if (name) page.dataset.theme = name;
  else delete page.dataset.theme;
  document.cookie = `theme=${name}; path=/; max-age=${name ? YEAR : 0}; samesite=lax`;
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-set-theme") === name));
  }
  window.dispatchEvent(new Event("resize")); // sizes of type may differ
}
