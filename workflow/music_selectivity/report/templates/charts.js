"use strict";
// Charts of the networks behind each figure: a mark is a network, which answers to the
// pointer and to the keyboard. Numbers come from the page, as charts.chart_data writes them.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  // How near a mark the pointer must be, in pixels.
  const REACH = 16;
  const followed = { model: null, seed: null };

  // Elements.
  function make(tag, attributes = {}, parent = null, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    parent?.append(element);
    return element;
  }
  function draw(tag, attributes, parent, text = "") {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    parent.append(element);
    return element;
  }

  const allSeries = (chart) => chart.panels.flatMap((panel) => panel.series);

  // Numbers.
  const known = (value) => value !== null && value !== undefined;
  const written = (value) =>
    Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
  function ticks(low, high, count) {
    const raw = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 2.5, 5, 10].find((each) => each * power >= raw);
    const found = [];
    for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-9); i += 1) {
      found.push(Number((i * step).toPrecision(10)));
    }
    return found;
  }
  function extent(chart, panels) {
    const numbers = chart.reference.slice(0, 1);
    for (const panel of panels) {
      for (const series of panel.series) {
        numbers.push(...series.values.flat(), ...series.hollow.flat());
        numbers.push(...(series.paper ?? []), ...(series.chance ?? []));
        series.mean.forEach((mean, i) => {
          if (!known(mean)) return;
          const sd = series.sd[i] ?? 0;
          numbers.push(mean - sd, mean + sd);
        });
      }
    }
    const finite = numbers.filter(known);
    const low = Math.min(...finite);
    const high = Math.max(...finite);
    const margin = 0.05 * (high - low || 1);
    return [low - margin, high + margin];
  }
  const scale = ([low, high], from, to) =>
    (value) => Number((from + ((value - low) / (high - low)) * (to - from)).toFixed(1));

  // A network's mark, and what it says.
  function mark(parent, x, y, chart, panel, series, row, place) {
    const network = { model: series.model, seed: series.seeds[row] };
    const at = chart.axis ? `${chart.axis}: ${chart.places[place]}` : chart.places[place];
    const where = [panel.name, series.name, at].filter((name) => name && name !== series.model);
    const n = series.n[place];
    const says = [
      `${network.model}, seed ${network.seed}`,
      [...new Set(where)].join(", "),
      written(series.values[row][place]) +
        (n > 1 ? ` (mean of ${n}: ${written(series.mean[place])})` : ""),
    ].filter(Boolean);
    const dot = draw("circle", {
      class: "mark", cx: x, cy: y, r: 4, tabindex: -1, role: "img", "aria-label": says.join("; "),
    }, parent);
    return Object.assign(dot, { network, says: says.join("\n") });
  }

  // Places from left to right, a line for each network.
  function lines(svg, chart, panel, domain, width, small) {
    const height = small ? 176 : 216;
    const [left, right, top] = [46, 12, 10];
    const names = chart.places.map((name) => (chart.places.length > 3 ? halves(name) : [name]));
    const deep = names.some((parts) => parts.length > 1);
    const bottom = small ? 30 : 24 + (chart.axis ? 18 : 0) + (deep ? 14 : 0);
    const y = scale(domain, height - bottom, top);
    const gap = known(chart.apart) ? 0.5 : 0;
    const x = scale([-0.4, chart.places.length - 0.6 + gap], left, width - right);
    const at = (place) => x(place + (place === chart.apart ? gap : 0));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const value of ticks(...domain, 4)) {
      draw("path", { class: "grid", d: `M${left} ${y(value)}H${width - right}` }, svg);
      draw("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, svg, written(value));
    }
    const every = Math.ceil((chart.places.length * 34) / (width - left));
    names.forEach((parts, place) => {
      if (place % every && place !== chart.apart) return;
      const text = draw("text", { class: "place", y: height - bottom + 16,
        "text-anchor": "middle" }, svg);
      parts.forEach((part, i) => draw("tspan", { x: at(place), dy: i ? 13 : 0 }, text, part));
    });
    if (chart.axis && !small) {
      draw("text", { x: (left + width) / 2, y: height - 2, "text-anchor": "middle" },
        svg, chart.axis);
    }
    draw("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }, svg);
    if (chart.reference.length) {
      const d = `M${left} ${y(chart.reference[0])}H${width - right}`;
      draw("path", { class: "reference", d }, svg);
    }
    const chance = panel.series.flatMap((series) => series.chance ?? []).find(known);
    if (known(chance)) {
      draw("path", { class: "chance", d: `M${left} ${y(chance)}H${width - right}` }, svg);
    }
    const shift = Math.min(9, (0.5 * (width - left)) / chart.places.length / panel.series.length);
    panel.series.forEach((series, i) => {
      const offset = (i - (panel.series.length - 1) / 2) * shift;
      const px = (place) => Number((at(place) + offset).toFixed(1));
      const group = colour(draw("g", { class: "series" }, svg), series);
      const path = (values) => values
        .map((value, place) => known(value) && place !== chart.apart
          ? `${px(place)} ${y(value)}` : null)
        .filter(Boolean).map((point, j) => (j ? "L" : "M") + point).join("");
      series.values.forEach((values, row) => {
        const line = draw("path", { class: "line", d: path(values) }, group);
        line.network = { model: series.model, seed: series.seeds[row] };
      });
      series.values.forEach((values, row) => values.forEach((value, place) => {
        if (!known(value)) return;
        mark(group, px(place), y(value), chart, panel, series, row, place).setAttribute("r", 3.2);
      }));
      draw("path", { class: "mean", d: path(series.mean) }, group);
      series.mean.forEach((mean, place) => {
        if (!known(mean)) return;
        const sd = series.sd[place];
        if (known(sd)) {
          draw("path", { class: "range", d: `M${px(place)} ${y(mean - sd)}V${y(mean + sd)}` },
            group);
        }
        const size = 5;
        draw("rect", { class: "dot", x: px(place) - size / 2, y: y(mean) - size / 2,
          width: size, height: size }, group);
      });
      (series.paper ?? []).forEach((value, place) => {
        if (known(value)) diamond(group, px(place) + 8, y(value));
      });
    });
  }
  // The words of a name in one or two lines.
  function halves(name) {
    const words = name.split(" ");
    const half = Math.ceil(words.length / 2);
    return [words.slice(0, half), words.slice(half)].filter((part) => part.length)
      .map((part) => part.join(" "));
  }
  function diamond(parent, x, y) {
    draw("path", { class: "diamond", d: `M${x} ${y - 5}l5 5l-5 5l-5 -5Z` }, parent);
  }

  // Places from top to bottom, networks as dots.
  function rows(svg, chart, panel, domain, width, small) {
    const shown = chart.places.map((_, place) => place)
      .filter((place) => panel.series.some((series) => known(series.mean[place])));
    const narrow = width < 400 && !small;
    const [top, bottom] = [small ? 4 : 18, 22];
    const left = small ? 84 : narrow ? 6 : 136;
    const right = small ? 42 : narrow ? 112 : 150;
    const step = small ? Math.min(34, 150 / shown.length) : narrow ? 46 : 34;
    const height = top + step * shown.length + bottom;
    const x = scale(domain, left + 6, width - right);
    const end = height - bottom;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const value of ticks(...domain, width < 400 ? 3 : 5)) {
      draw("path", { class: "grid", d: `M${x(value)} ${top}V${end}` }, svg);
      draw("text", { x: x(value), y: height - 6, "text-anchor": "middle" }, svg, written(value));
    }
    if (chart.reference.length) {
      draw("path", { class: "reference", d: `M${x(chart.reference[0])} ${top}V${end}` }, svg);
    }
    if (!small) draw("text", { x: width - right + 14, y: 10 }, svg, "mean ± SD");
    shown.forEach((place, row) => {
      const middle = top + step * (row + (narrow ? 0.68 : 0.5));
      if (narrow) named(svg, chart.places[place], 46, { x: left, y: middle - 17 });
      else {
        named(svg, chart.places[place], small ? 13 : 20,
          { x: left - 6, y: middle + 4, "text-anchor": "end" });
      }
      for (const series of panel.series) {
        if (known(series.mean[place])) {
          placed(svg, chart, panel, series, place, middle, x, width - right, small);
        }
      }
    });
  }
  // A name in at most two lines of about `length` letters.
  function wrapped(name, length) {
    const lines = [""];
    for (const word of name.split(" ")) {
      const last = lines.at(-1);
      if (last && last.length + word.length >= length && lines.length < 2) lines.push(word);
      else lines[lines.length - 1] = last ? `${last} ${word}` : word;
    }
    return lines.map((line) =>
      line.length > length + 4 ? `${line.slice(0, length + 3)}…` : line);
  }
  function named(svg, name, length, attributes) {
    const text = draw("text", { ...attributes, class: "name" }, svg);
    const parts = wrapped(name, length);
    parts.forEach((part, i) => {
      const y = attributes.y + 13 * (i - (parts.length - 1) / 2);
      draw("tspan", { x: attributes.x, y }, text, part);
    });
  }
  function placed(svg, chart, panel, series, place, middle, x, right, small) {
    const group = colour(draw("g", { class: "series" }, svg), series);
    const mean = series.mean[place];
    const sd = series.sd[place];
    const paper = series.paper?.[place];
    const across = (value, size, name) =>
      draw("path", { class: name, d: `M${x(value)} ${middle - size}V${middle + size}` }, group);
    if (known(series.chance?.[place])) across(series.chance[place], 11, "chance");
    if (known(paper)) across(paper, 13, "paper");
    if (known(sd)) {
      draw("path", { class: "range", d: `M${x(mean - sd)} ${middle}H${x(mean + sd)}` }, group);
    }
    across(mean, 7, "mean");
    const beside = !small && known(paper);
    draw("text", { class: "name", x: right + (small ? 4 : 14), y: middle + (beside ? -2 : 4) },
      svg, small ? written(mean) : series.text[place]);
    if (beside) draw("text", { x: right + 14, y: middle + 12 }, svg, `paper ${written(paper)}`);
    const spread = (row) => {
      const last = series.seeds.length - 1;
      return last ? (small ? 6 : 9) * ((2 * row) / last - 1) : 0;
    };
    if (!small) series.hollow.forEach((values, row) => {
      if (!known(values[place])) return;
      draw("circle", { class: "mark hollow", cx: x(values[place]), cy: middle + spread(row), r: 3 },
        group).network = { model: series.model, seed: series.seeds[row] };
    });
    series.values.forEach((values, row) => {
      if (!known(values[place])) return;
      mark(group, x(values[place]), middle + spread(row), chart, panel, series, row, place);
    });
  }
  function colour(element, series) {
    element.style.setProperty("--colour", series.colour);
    element.series = series.name;
    return element;
  }

  // A chart in a box of the page; a small one shows its first panel and answers nothing.
  const kinds = { lines, rows };
  function panels(box, chart, small = false) {
    const shown = small ? chart.panels.slice(0, 1) : chart.panels;
    const room = box.clientWidth;
    const columns = Math.max(1, Math.min(shown.length, Math.floor(room / 250),
      chart.kind === "rows" ? Math.floor(room / 400) || 1 : shown.length > 6 ? 4 : 3));
    const width = Math.min(Math.round(room / columns) - (columns > 1 ? 18 : 0),
      chart.kind === "rows" ? 760 : 560);
    const grid = make("div", { class: `panels ${chart.kind}` }, box);
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, ${width}px))`;
    const shared = extent(chart, shown);
    for (const panel of shown) {
      const cell = make("div", {}, grid);
      if (panel.name && !small) make("h4", {}, cell, panel.name);
      const svg = draw("svg", { class: "chart", "aria-hidden": small }, cell);
      const domain = chart.free ? extent(chart, [panel]) : shared;
      kinds[chart.kind](svg, chart, panel, domain, width, small);
    }
  }

  // What the reader may choose: a network to follow, and series to hide.
  function select(parent, drawn) {
    const networks = new Map();
    for (const series of drawn.flatMap(allSeries)) {
      const seeds = networks.get(series.model) ?? new Set();
      for (const seed of series.seeds) seeds.add(seed);
      if (seeds.size) networks.set(series.model, seeds);
    }
    if (!networks.size) return;
    const label = make("label", {}, parent, "Follow ");
    const choice = make("select", { class: "follow" }, label);
    make("option", { value: "[null,null]" }, choice, "all networks");
    for (const [model, seeds] of networks) {
      const group = make("optgroup", { label: model }, choice);
      if (seeds.size > 1) {
        make("option", { value: JSON.stringify([model, null]) }, group, `${model}, every seed`);
      }
      for (const seed of [...seeds].sort((a, b) => a - b)) {
        make("option", { value: JSON.stringify([model, seed]) }, group, `${model}, seed ${seed}`);
      }
    }
    choice.addEventListener("change", () => follow(...JSON.parse(choice.value)));
  }
  function follow(model, seed) {
    Object.assign(followed, { model, seed });
    for (const box of document.querySelectorAll(".live")) follows(box);
  }
  // A mark that the keyboard can follow is a button, pressed while it is followed.
  function follows(box) {
    const wanted = ({ model, seed }) => model === followed.model &&
      (followed.seed === null || seed === followed.seed);
    let any = false;
    for (const element of box.querySelectorAll(".mark, .line")) {
      const hit = followed.model !== null && wanted(element.network);
      element.classList.toggle("followed", hit);
      if (element.role === "button") element.ariaPressed = String(hit);
      any ||= hit;
    }
    box.classList.toggle("following", any);
    const choice = box.querySelector(".follow");
    if (!choice) return;
    const value = JSON.stringify([followed.model, followed.seed]);
    choice.value = [...choice.options].some((each) => each.value === value) ? value : "[null,null]";
  }
  function legend(parent, chart, box) {
    const series = new Map(allSeries(chart).map((each) => [each.name, each]));
    const several = chart.panels.some((panel) => panel.series.length > 1);
    if (chart.kind === "rows" || !several) return;
    const list = make("div", { class: "legend", role: "group", "aria-label": "Shown" }, parent);
    for (const [name, each] of series) {
      const button = make("button", { type: "button", class: "key", "aria-pressed": true },
        list, name);
      button.style.setProperty("--colour", each.colour);
      button.addEventListener("click", () => {
        button.ariaPressed = String(button.ariaPressed !== "true");
        for (const group of box.querySelectorAll(".series")) {
          if (group.series === name) group.classList.toggle("off", button.ariaPressed !== "true");
        }
        tabTo(box);
      });
    }
  }
  // Of a small chart of lines: what its colours are.
  function names(parent, chart) {
    const series = chart.panels[0].series;
    if (chart.kind === "rows" || series.length < 2) return;
    const list = make("span", { class: "legend soft" }, parent);
    for (const each of series) {
      make("span", { class: "key" }, list, each.name).style.setProperty("--colour", each.colour);
    }
  }
  function explained(chart) {
    const all = allSeries(chart);
    const has = (name) => all.some((series) => series[name]?.some(known));
    const dots = all.some((series) => series.seeds.length);
    const paper = chart.kind === "rows" ? "dotted lines" : "diamonds";
    return [
      dots ? "Each dot is a network; bars are mean ± SD." : "Bars are mean ± SD over networks.",
      chart.hollow.length && has("hollow") ? `Hollow dots: ${chart.hollow[0]}.` : "",
      chart.reference.length ? `Solid line: ${chart.reference[1]}.` : "",
      has("chance") ? "Dashed: chance." : "",
      has("paper") ? `The paper's numbers on AudioSet are ${paper}.` : "",
    ].filter(Boolean).join(" ");
  }

  const marks = (parent) =>
    [...parent.querySelectorAll(".series:not(.off) .mark:not(.hollow)")];
  // Tab reaches one visible mark of a chart, and arrow keys the others.
  function tabTo(box, wanted = null) {
    const all = marks(box);
    const one = wanted ?? all.find((dot) => dot.tabIndex === 0) ?? all[0];
    for (const dot of box.querySelectorAll(".mark[tabindex='0']")) dot.tabIndex = -1;
    if (one) one.tabIndex = 0;
  }
  // Marks answer to pointer, arrow keys, Enter and Escape.
  function answers(box, tip, choose = toggle) {
    let current = null;
    function enter(dot) {
      leave();
      current = dot;
      dot.classList.add("shown");
      tip.textContent = dot.says;
      tip.hidden = false;
      const frame = box.getBoundingClientRect();
      const place = dot.getBoundingClientRect();
      const left = place.left - frame.left + place.width / 2 - tip.offsetWidth / 2;
      tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
      tip.style.top = `${place.top - frame.top - tip.offsetHeight - 8}px`;
    }
    function leave() {
      current?.classList.remove("shown");
      current = null;
      tip.hidden = true;
    }
    const dotOf = (event) => event.target.closest?.(".mark:not(.hollow)");
    // Marks overlap, so that the nearest answers, not the one on top.
    function nearest(event) {
      const svg = event.target.closest?.("svg");
      if (!svg) return null;
      const { x, y } = new DOMPoint(event.clientX, event.clientY)
        .matrixTransform(svg.getScreenCTM().inverse());
      const away = (dot) => Math.hypot(dot.cx.baseVal.value - x, dot.cy.baseVal.value - y);
      return marks(svg).filter((dot) => away(dot) < REACH)
        .sort((a, b) => away(a) - away(b))[0] ?? null;
    }
    box.addEventListener("pointermove", (event) => {
      const dot = nearest(event);
      if (dot === current) return;
      if (dot) enter(dot);
      else leave();
    });
    box.addEventListener("pointerleave", leave);
    box.addEventListener("focusin", (event) => dotOf(event) && enter(dotOf(event)));
    box.addEventListener("focusout", leave);
    box.addEventListener("click", (event) => {
      const dot = nearest(event);
      if (dot) choose(dot.network);
    });
    box.addEventListener("keydown", (event) => {
      const dot = dotOf(event);
      if (!dot) return;
      const all = marks(box);
      const at = all.indexOf(dot);
      const to = {
        ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1,
        Home: 0, End: all.length - 1,
      }[event.key];
      if (to !== undefined) move(all[Math.max(0, Math.min(to, all.length - 1))]);
      else if (event.key === "Enter" || event.key === " ") choose(dot.network);
      else if (event.key === "Escape") leave();
      else return;
      event.preventDefault();
    });
    function move(to) {
      tabTo(box, to);
      to.focus();
    }
    tabTo(box);
  }
  function toggle({ model, seed }) {
    const same = followed.model === model && followed.seed === seed;
    follow(same ? null : model, same ? null : seed);
  }

  function show(box) {
    const drawn = charts[box.dataset.figure];
    box.replaceChildren();
    const view = make("div", { class: "view" }, box);
    const tools = make("div", { class: "tools" }, view);
    select(tools, drawn);
    for (const chart of drawn) {
      legend(tools, chart, view);
      if (!chart.free) make("p", { class: "label" }, view, chart.label);
      panels(view, chart);
      make("p", { class: "soft" }, view, explained(chart));
    }
    for (const dot of marks(view)) dot.role = "button";
    answers(view, make("div", { class: "tip", hidden: "" }, view));
    follows(box);
  }
  // A chart that another script gives, of one network.
  function single(box, chart) {
    const view = make("div", { class: "view" }, box);
    make("p", { class: "label" }, view, chart.label);
    names(view, chart);
    panels(view, chart);
    answers(view, make("div", { class: "tip", hidden: "" }, view), () => {});
  }
  function showAll() {
    for (const box of document.querySelectorAll(".live")) show(box);
    for (const box of document.querySelectorAll(".mini")) {
      const chart = charts[box.dataset.figure][0];
      box.replaceChildren();
      panels(box, chart, true);
      names(box, chart);
    }
  }
  let width = innerWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      showAll();
      dispatchEvent(new Event("redraw"));
    }, 150);
  });
  for (const still of document.querySelectorAll(".live ~ .still")) still.open = false;
  showAll();
  globalThis.shared = { make, written, chart: single };
})();
