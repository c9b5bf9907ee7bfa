"use strict";
// Images: saved from the page itself, and enlarged.
(() => {
  const viewer = document.createElement("dialog");
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  const image = document.createElement("img");
  viewer.append(close, image);
  viewer.setAttribute("aria-label", "Enlarged figure");
  document.body.append(viewer);
  close.addEventListener("click", () => viewer.close());

  for (const save of document.querySelectorAll("a.save")) {
    const of = save.closest(".links").previousElementSibling;
    if (of.src?.startsWith("data:image/svg+xml")) save.href = of.src;
  }
  for (const button of document.querySelectorAll(".enlarge")) {
    const of = button.closest(".links").previousElementSibling;
    const open = () => {
      image.src = of.src;
      image.alt = of.alt;
      viewer.showModal();
    };
    of.classList.add("enlargeable");
    of.addEventListener("click", open);
    button.addEventListener("click", open);
  }
})();
