"use strict";
// Preferred inputs of units, network by network, to see and hear.
(() => {
  const data = JSON.parse(document.getElementById("preferred-data").textContent);
  const { make, card } = globalThis.shared;
  const place = document.getElementById("preferred-inputs");
  for (const [title, sounds] of data.networks) {
    make("h4", { class: "label" }, place, title);
    const list = make("div", { class: "sounds" }, place);
    for (const { sound, name, lines } of sounds) card(list, sound, name, lines, data);
  }
})();
