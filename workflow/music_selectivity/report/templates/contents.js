"use strict";
// The contents follow the scroll, and links lead to what is folded.
(() => {
  const menu = document.querySelector(".contents details");
  const here = menu.querySelector(".here");
  const links = [...menu.querySelectorAll("a")];
  const sections = links.map((link) => document.querySelector(link.hash));
  const wide = matchMedia("(min-width: 75rem)");

  function follow() {
    const line = innerHeight / 3;
    const passed = sections.filter((each) => each.getBoundingClientRect().top < line);
    const current = links[Math.max(passed.length - 1, 0)];
    for (const link of links) link.removeAttribute("aria-current");
    current.setAttribute("aria-current", "true");
    here.textContent = current.firstChild.textContent.trim();
  }
  function unfold() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target?.scrollIntoView();
  }
  const fold = () => { menu.open = wide.matches; };

  menu.addEventListener("click", (event) => {
    if (event.target.closest("a")) fold();
  });
  wide.addEventListener("change", fold);
  addEventListener("scroll", follow, { passive: true });
  addEventListener("hashchange", unfold);
  fold();
  follow();
})();
