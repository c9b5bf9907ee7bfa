"use strict";
// Sounds to see and, where the page has them, to hear: one plays at a time.
(() => {
  const { make, written } = globalThis.shared;
  const player = document.getElementById("player");

  let playing = null;
  let frame = 0;
  function stop() {
    if (!playing) return;
    player.pause();
    cancelAnimationFrame(frame);
    say(playing, "Play");
    playing.card.classList.remove("playing");
    playing = null;
  }
  function say(button, verb) {
    button.textContent = verb;
    button.setAttribute("aria-label", `${verb} ${button.sound}`);
  }
  function play(button, card, mp3) {
    stop();
    playing = Object.assign(button, { card });
    say(button, "Stop");
    card.classList.add("playing");
    player.src = `data:audio/mpeg;base64,${mp3}`;
    player.play().catch(() => { if (playing === button) stop(); });
    follow();
  }
  // The line in the picture is where the sound is.
  function follow() {
    playing.card.style.setProperty("--at", player.currentTime / (player.duration || 1));
    frame = requestAnimationFrame(follow);
  }
  player?.addEventListener("ended", stop);

  // Pictures: levels are the opacity of black, which the style sheet inverts on dark.
  async function inflated(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  async function paint(canvas, text, { bands, levels: count }) {
    const levels = await inflated(text);
    const width = levels.length / bands;
    const image = new ImageData(width, bands);
    levels.forEach((level, i) => {
      const row = bands - 1 - Math.floor(i / width);
      image.data[4 * (row * width + (i % width)) + 3] = (255 * level) / (count - 1);
    });
    canvas.width = width;
    canvas.height = bands;
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
  // A sound, as far as the page holds it; `facts` are those of embedded.picture_facts.
  function card(parent, [seconds, picture, mp3], name, lines, facts) {
    const figure = make("figure", { class: "sound" }, parent);
    if (picture) {
      const frame = make("div", { class: "picture" }, figure);
      const canvas = make("canvas", { role: "img", "aria-label": `Spectrogram of ${name}` }, frame);
      paint(canvas, picture, facts);
    }
    const tools = make("div", { class: "soft" }, figure);
    if (mp3) {
      const button = make("button", { type: "button", class: "play" }, tools);
      button.sound = name;
      say(button, "Play");
      button.addEventListener("click", () =>
        playing === button ? stop() : play(button, figure, mp3));
    }
    const length = `${written(seconds)} s`;
    make("span", {}, tools, picture ? `${length}, ${facts.band}` : length);
    const caption = make("figcaption", {}, figure);
    for (const line of lines) make("span", {}, caption, line);
  }

  Object.assign(globalThis.shared, { card, stop });
})();
