"use strict";
// The table of all claims: sorted by a column, and filtered.
(() => {
  const table = document.querySelector("table.claims");
  if (!table) return;
  const form = document.querySelector(".filters");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((element) => ({
    element,
    verdict: element.dataset.verdict,
    theme: element.dataset.theme,
    models: JSON.parse(element.dataset.models),
    sort: JSON.parse(element.dataset.sort),
    text: element.textContent.toLowerCase(),
  }));
  const verdicts = [...form.querySelectorAll("[data-verdict]")];

  function pressed() {
    return verdicts.filter((button) => button.ariaPressed === "true")
      .map((button) => button.dataset.verdict);
  }
  function filter() {
    const wanted = pressed();
    const { theme, model, text } = form.elements;
    const passes = (row) =>
      (!wanted.length || wanted.includes(row.verdict)) &&
      (!theme?.value || row.theme === theme.value) &&
      (!model.value || row.models.includes(model.value)) &&
      row.text.includes(text.value.trim().toLowerCase());
    let shown = 0;
    for (const row of rows) {
      row.element.hidden = !passes(row);
      shown += !row.element.hidden;
    }
    form.querySelector("[role=status]").textContent = `${shown} of ${rows.length} claims`;
  }
  function press(wanted) {
    for (const button of verdicts) {
      button.ariaPressed = String(wanted.includes(button.dataset.verdict));
    }
    filter();
  }
  function showAll() {
    form.reset();
    press([]);
  }
  // Rows without a number come last, whatever the direction.
  function sort(key, sign) {
    const number = (row) => row.sort[key];
    const order = (a, b) =>
      (number(a) === "") - (number(b) === "") ||
      sign * (number(a) - number(b)) || a.sort.rank - b.sort.rank;
    body.append(...[...rows].sort(order).map((row) => row.element));
  }

  for (const name of table.tHead.querySelectorAll("[data-key]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = name.dataset.key;
    button.setAttribute("aria-label", `Sort by ${name.textContent}`);
    name.after(button);
  }
  table.tHead.addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.key;
    if (!key) return;
    const head = event.target.closest("th");
    const descending = head.ariaSort === "ascending";
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.ariaSort = descending ? "descending" : "ascending";
    sort(key, descending ? -1 : 1);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.elements.all.addEventListener("click", showAll);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-verdict]");
    if (!button) return;
    button.ariaPressed = String(button.ariaPressed !== "true");
    filter();
  });
  // A count of verdicts elsewhere on the page leads to its claims here.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-verdict]");
    if (!link) return;
    showAll();
    press([link.dataset.verdict]);
  });
  // A claim that a filter hides is shown when a link leads to it.
  addEventListener("hashchange", () => {
    const row = rows.find(({ element }) => `#${element.id}` === location.hash);
    if (!row?.element.hidden) return;
    showAll();
    row.element.scrollIntoView();
  });
  filter();
})();
