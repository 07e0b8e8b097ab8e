// Opens branches of the tree; merges one collection into another until nothing is left, with the progress shown.
"use strict";

for (const twig of document.querySelectorAll(".twig")) twig.hidden = false;
document.addEventListener("htmx:afterSwap", (event) => {
  for (const twig of event.detail.target.querySelectorAll?.(".twig") ?? []) twig.hidden = false;
  for (const twig of document.querySelectorAll(".twig[hidden]")) twig.hidden = false;
});

document.addEventListener("click", (event) => {
  const twig = event.target.closest(".twig");
  if (!twig) return;
  const open = twig.getAttribute("aria-expanded") !== "true";
  twig.setAttribute("aria-expanded", String(open));
  document.getElementById(twig.getAttribute("aria-controls")).hidden = !open;
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => Armarium.say(Armarium.words().failed, true));
}

const merge = document.getElementById("merge");
merge?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { collection, into, left } = merge.dataset;
  const place = merge.querySelector(".merging");
  const button = merge.querySelector("[type=submit]");
  const words = Armarium.words();
  button.disabled = true;
  place.hidden = false;
  const show = (count) => {
    merge.querySelector("progress").value = Math.max(0, Number(left) - count);
    merge.querySelector(".merging-words").textContent = words.left.replace("{count}", count);
  };
  try {
    show(Number(left));
    let rest;
    do {
      ({ left: rest } = await Armarium.api("POST", `/bibs/collections/${collection}?op=merge&into=${into}`));
      show(rest);
    } while (rest > 0);
    if (merge.elements.delete.checked) await Armarium.api("DELETE", `/bibs/collections/${collection}`);
    location.assign(`/staff/collections/${into}?done=collection_merged`);
  } catch (problem) {
    Armarium.say(`${words.stopped} ${problem.message}`, true);
    button.disabled = false;
  }
});
