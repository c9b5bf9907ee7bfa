"use strict";
// Light or dark: what the reader chose, else what the system prefers.
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = stored();

  function stored() {
    try { return localStorage.getItem("theme"); } catch { return null; }
  }
  function show() {
    root.dataset.theme = chosen ?? (prefersDark.matches ? "dark" : "light");
    button.textContent = root.dataset.theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `${button.textContent} colours`);
  }
  button.addEventListener("click", () => {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    // A page opened from a file may store nothing.
    try { localStorage.setItem("theme", chosen); } catch { /* kept until it closes */ }
    show();
  });
  prefersDark.addEventListener("change", show);
  root.classList.add("scripted");
  button.hidden = false;
  show();
})();
