"use strict";
// Units, classes and clips to choose from: what a unit responds to and what needs it; clips
// and quilts to see and, where the page has their sounds, to hear.
(() => {
  const source = document.getElementById("unit-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const examples = JSON.parse(document.getElementById("examples").textContent);
  const { make, written, chart, card, stop } = globalThis.shared;
  const units = document.getElementById("choose-unit").elements;
  const classes = document.getElementById("choose-class").elements;
  const clips = document.getElementById("choose-quilts").elements;
  const box = (name) => document.getElementById(name);

  const network = () => data.networks[units.network.value];
  const text = (value) => (value === null ? "none" : written(value).replace("-", "−"));
  const signed = (value) => (value > 0 ? "+" : "") + text(value);
  const named = ({ model, seed }) => `${model}, seed ${seed}`;
  // Options by group, from names with the name of the group of each.
  function grouped(select, entries) {
    select.replaceChildren();
    for (const label of new Set(entries.map(([, kind]) => kind))) {
      const parent = make("optgroup", { label }, select);
      entries.forEach(([name, kind], i) => {
        if (kind === label) make("option", { value: i }, parent, name);
      });
    }
  }

  // A table of names, numbers and bars.
  function bars(parent, caption, head, rows) {
    const table = make("table", { class: "bars" }, parent);
    make("caption", {}, table, caption);
    const top = make("tr", {}, make("thead", {}, table));
    head.forEach((name, i) =>
      make("th", { scope: "col", ...(i ? { class: "n" } : {}) }, top, name));
    make("td", {}, top);
    const body = make("tbody", {}, table);
    const most = Math.max(...rows.map(({ value }) => Math.abs(value)));
    for (const { name, note, value, text } of rows) {
      const row = make("tr", {}, body);
      const cell = make("th", { scope: "row" }, row);
      cell.append(name);
      make("span", { class: "soft" }, cell, ` ${note}`);
      make("td", { class: "n" }, row, text);
      make("td", { class: value < 0 ? "bar loss" : "bar" }, row)
        .style.setProperty("--size", Math.abs(value) / (most || 1));
    }
  }
  const ofClass = (show) => ([number, value, count]) =>
    ({ name: data.classes[number][0], note: `${count} clips`, value, text: show(value) });

  // One unit.
  const rank = (unit) => {
    const { selective, ranks } = network();
    const kind = ranks[unit] <= selective ? ", music-selective" : "";
    return `rank ${ranks[unit]} of ${ranks.length}${kind}`;
  };
  function showUnit() {
    stop();
    const shown = network().units[units.unit.value];
    const { msi } = network();
    const place = box("unit");
    place.replaceChildren();
    make("h4", {}, place, `Unit ${shown.unit} of ${named(network())}`);
    const indices = Object.entries(msi).map(([split, of]) =>
      `${text(of[shown.unit])} on ${split} clips`);
    make("p", { class: "soft" }, place, `Music-selectivity: ${rank(shown.unit)}; ` +
      `index ${indices.join(", ")}. Mean response ${text(shown.mean)}.`);
    const profile = make("div", { class: "profile" }, place);
    const cell = () => make("div", {}, profile);
    bars(cell(), "Classes of most and of least response", ["Class", "Mean response"],
      shown.responses.map(ofClass(text)));
    bars(cell(), "Classes that lose and gain most without this unit", ["Class", "Change of AP"],
      [...shown.losses, ...shown.gains.toReversed()].map(ofClass(signed)));
    for (const _ of data.charts) make("div", { class: "drawing" }, profile);
    showCharts();
    make("h4", {}, place, "Clips of most response");
    const list = make("div", { class: "sounds" }, place);
    for (const [clip, response] of shown.clips) {
      const [labels, kind] = data.clips[clip];
      card(list, examples[clip].original, `clip ${clip}`,
        [`Response ${text(response)}`, labels, `${kind}, clip ${clip}`], data);
    }
  }
  function showCharts() {
    const { lines } = network().units[units.unit.value];
    const { model, seed } = network();
    box("unit").querySelectorAll(".drawing").forEach((cell, i) => {
      const { series, ...of } = data.charts[i];
      const drawn = series.map((each, j) => ({ ...each, model, seeds: [seed],
        values: [lines[i][j]], hollow: [], mean: lines[i][j], sd: [], text: [], n: [] }));
      cell.replaceChildren();
      chart(cell, { ...of, panels: [{ name: "", series: drawn }] });
    });
  }
  // The last unit is followed by the first.
  function step(by) {
    const { selectedIndex, length } = units.unit;
    units.unit.selectedIndex = (selectedIndex + by + length) % length;
    showUnit();
  }
  function showNetwork() {
    const { units: shown, selective, ranks } = network();
    grouped(units.unit, shown.map(({ unit }) => [
      `${unit} (rank ${ranks[unit]})`,
      ranks[unit] <= selective ? "music-selective units" : "other units",
    ]));
    showUnit();
    showClass();
  }

  // One class.
  function showClass() {
    const place = box("class");
    place.replaceChildren();
    if (!data.classes.length) {
      make("p", { class: "nothing" }, place, "No class has enough eval clips.");
      return;
    }
    const [precision, count, needed] = network().needs[classes.class.value];
    const shown = new Map(network().units.map(({ unit }, i) => [unit, i]));
    make("p", { class: "soft" }, place,
      `${data.classes[classes.class.value][0]} in ${named(network())}: AP ${text(precision)} with all units, ` +
      `${count} eval clips.`);
    bars(place, "Units whose silencing costs this class most", ["Unit", "Change of AP"],
      needed.map(([unit, value]) => {
        if (!shown.has(unit)) {
          return { name: `Unit ${unit}`, note: rank(unit), value, text: signed(value) };
        }
        const name = make("a", { href: "#choose-unit" }, null, `Unit ${unit}`);
        name.addEventListener("click", (event) => {
          event.preventDefault();
          units.unit.value = shown.get(unit);
          showUnit();
          box("choose-unit").scrollIntoView();
          units.unit.focus({ preventScroll: true });
        });
        return { name, note: rank(unit), value, text: signed(value) };
      }));
  }

  // One clip and its quilts.
  function showQuilts() {
    stop();
    const place = box("quilts");
    place.replaceChildren();
    if (!data.quilts.length) {
      make("p", { class: "nothing" }, place, "No clip was quilted.");
      return;
    }
    const [clip, versions] = data.quilts[clips.clip.value];
    make("p", { class: "soft" }, place, `${data.clips[clip][0]}, clip ${clip}.`);
    const list = make("div", { class: "sounds" }, place);
    for (const [order, segment, name] of versions) {
      const lines = segment ? [`${segment} ms`, order] : [order];
      card(list, examples[clip][name], `clip ${clip}, ${lines.join(", ")}`, lines, data);
    }
  }

  data.networks.forEach((of, i) => make("option", { value: i }, units.network, named(of)));
  grouped(classes.class, data.classes);
  grouped(clips.clip, data.quilts.map(([clip]) => data.clips[clip]));
  units.network.addEventListener("change", showNetwork);
  units.unit.addEventListener("change", showUnit);
  units.previous.addEventListener("click", () => step(-1));
  units.next.addEventListener("click", () => step(1));
  classes.class.addEventListener("change", showClass);
  clips.clip.addEventListener("change", showQuilts);
  addEventListener("redraw", showCharts);
  showNetwork();
  showQuilts();
})();
