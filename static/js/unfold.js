// @ts-check
/** Opens what is folded around the place that the address points to, in browsers that do not do so by themselves. */

function unfold() {
  const found = document.getElementById(location.hash.slice(1));
  if (!found) return;
  for (let fold = found.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
  found.scrollIntoView();
}

export function start() {
  unfold();
  addEventListener("hashchange", unfold);
}
