// Plays trainings: weight images, the lines of the networks, loss and accuracy, frame by frame, while they go on or later.

const HEIGHT = 430;

export default {
  render({ model, el: host }) {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    let [data, frame, timer, following] = [null, 0, null, !still];
    const stages = el("div", { class: "wl-flow wl-tiles" });
    const curves = ["loss", "accuracy"].map((name) => chart({ width: 330, height: 200 }));
    const live = connect({ model, el: host }, (answer) => {
      data = answer;
      if (following) frame = last();
      scrub.input.max = last();
      draw();
    });
    const { starts, unit, side } = model.get("answer");
    const views = starts.slice(0, 2).map((name) => ({ name, canvas: el("canvas", { role: "img" }) }));
    const sides = views.length > 1 ? ["left start", "right start"] : ["start"];
    const chosen = views.map((view, k) => choice({ label: sides[k], options: starts, value: view.name }, (name) => { view.name = name; draw(); }));
    const last = () => Math.max(data.frames.length - 1, 0);
    const of = (view, at = frame) => data.frames[at][starts.indexOf(view.name)];

    const go = (to) => { following = false; frame = clip(to, 0, last()); draw(); };
    const scrub = slider({ label: unit, min: 0, max: 1, step: 1, value: 0, digits: 0 }, (value) => { pause(); go(value); });
    const play = button("Play", () => (timer ? pause() : begin()));
    const speed = choice({ label: "frames per second", options: [1, 2, 5, 10, 20], value: 5 }, () => { if (timer) { pause(); begin(); } });
    const step = (by) => () => { pause(); go(frame + by); };

    function begin() {
      if (frame === last()) frame = 0;
      play.textContent = "Pause";
      timer = setInterval(() => { if (frame === last()) { pause(); draw(); } else go(frame + 1); }, 1000 / Number(speed.read()));
    }

    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    }

    const percent = (share) => `${Math.round(100 * share)}%`;

    function inSentence(view) {
      const { loss, accuracy, active } = of(view);
      const dead = active.reduce((sum, layer) => sum + layer.filter((share) => share === 0).length, 0);
      return `${view.name}: ${frame ? `loss ${loss.toFixed(2)}, ` : ""}accuracy ${percent(accuracy)}` + (dead ? `, neurons inactive for all of ${data.examples} images: ${dead}` : "");
    }

    function draw() {
      if (!data.frames.length) return;
      scrub.set(frame);
      // While it plays nothing is read aloud, so that a screen reader is not flooded.
      live.status.setAttribute("aria-live", timer || data.going ? "off" : "polite");
      const shown = views.filter((view, k) => k === 0 || view.name !== views[0].name);
      live.status.textContent = `${unit} ${frame}. ${shown.map(inSentence).join(". ")}.`;
      for (const view of views) {
        view.canvas.setAttribute("aria-label", `The network's weights. ${inSentence(view)}`);
        drawNetwork(view.canvas, of(view));
      }
      const along = data.frames.map((_, at) => at);
      for (const [k, name] of ["loss", "accuracy"].entries()) {
        const values = shown.map((view) => along.map((at) => (name === "loss" && !at && data.frames[1] ? of(view, 1) : of(view, at))[name]));
        const high = name === "loss" ? clip(Math.max(...values.flat().filter(Number.isFinite)), 0.1, 5) : 1;
        curves[k].update({
          title: `${name} by ${unit}`, names: [unit, name], x: [0, data.total], y: [0, high], percent: name === "accuracy",
          lines: shown.map((view, at) => ({ x: along, y: values[at].map((value) => clip(value || 0, 0, high)), name: shown.length > 1 && view.name })),
          dots: shown.map((view, at) => [frame, clip(values[at][frame] || 0, 0, high), `series-${at}`, 5]), said: shown.map(inSentence).join(". "),
        });
      }
    }

    /** The network: with pixels as inputs the first matrix is drawn as images, every other matrix as lines. */
    function drawNetwork(canvas, { weights, limits, active }) {
      const width = views.length > 1 ? 318 : 430;
      Object.assign(canvas, { width: 2 * width, height: 2 * HEIGHT });
      canvas.style.cssText = `width: ${width}px; max-width: 100%`;
      const context = canvas.getContext("2d");
      const color = (name) => getComputedStyle(canvas).getPropertyValue(`--${name}`);
      context.scale(2, 2);
      const scale = limits.map((limit, k) => limit / Math.max(...data.frames.flat().map((each) => each.limits[k])) / 127);
      const matrices = side ? weights.slice(1) : weights;
      const counts = [weights[0].shape[side ? 1 : 0], ...matrices.map((matrix) => matrix.shape[1])];
      const across = (column) => (side ? 76 : 24) + (column * (width - (side ? 96 : 48))) / Math.max(counts.length - 1, 1);
      const gap = (column) => (HEIGHT - 16) / counts[column];
      const down = (column, k) => 8 + (k + 0.5) * gap(column);
      const two = side && counts[0] > 8; // many images stand in two columns, so that each is large enough to see
      const tile = Math.min(gap(0) * (two ? 2 : 1) - 6, 50);
      const from = (column, k) => (column || !side ? across(column) + 9 : (two && k % 2 ? 2 * tile + 12 : tile + 4));

      matrices.forEach((matrix, column) => {
        const fanOut = counts[column + 1];
        const negativeAndPositive = [color("negative"), color("positive")];
        matrix.forEach((value, at) => {
          const share = Math.abs(value) * scale[column + (side ? 1 : 0)];
          if (share < 0.015) return;
          const k = Math.floor(at / fanOut);
          Object.assign(context, { strokeStyle: negativeAndPositive[Number(value > 0)], globalAlpha: 0.25 + 0.7 * share, lineWidth: 0.3 + 4.5 * share });
          context.setLineDash(value < 0 ? [5, 4] : []);
          context.beginPath();
          context.moveTo(from(column, k), down(column, k));
          context.lineTo(across(column + 1) - 9, down(column + 1, at % fanOut));
          context.stroke();
        });
      });
      context.setLineDash([]);
      context.globalAlpha = 1;
      counts.forEach((count, column) => {
        const hidden = active[side ? column : column - 1];
        for (let k = 0; k < count; k += 1) {
          const [x, y, dark] = [across(column), down(column, k), hidden && hidden[k] === 0];
          if (column === 0 && side) {
            const small = document.createElement("canvas");
            const values = weights[0].filter((_, at) => at % count === k).map((value) => Math.round(value * scale[0] * 127));
            paint(small, values, side, live.palette.weights, -127, 127);
            context.imageSmoothingEnabled = false;
            context.drawImage(small, from(0, k) - tile, y - tile / 2, tile, tile);
            context.fillStyle = "#000000b8";
            if (dark) context.fillRect(from(0, k) - tile, y - tile / 2, tile, tile);
          } else {
            context.beginPath();
            context.arc(x, y, 9, 0, 7);
            Object.assign(context, { fillStyle: color(dark ? "ink" : "paper"), strokeStyle: color("faint"), lineWidth: 1.2 });
            context.fill();
            context.stroke();
            Object.assign(context, { font: "12px system-ui", textAlign: "center", textBaseline: "middle", fillStyle: color("text") });
            if (column === counts.length - 1) context.fillText(k, x, y + 1);
          }
        }
      });
    }

    stages.append(...views.map((view, k) => el("figure", {}, starts.length > 1 ? chosen[k].node : "", el("div", {}, view.canvas))));
    live.root.append(el("div", { class: "wl-flow" }, stages, el("div", {}, ...curves.map((each) => each.node))),
      el("div", { class: "wl-controls" }, play, button("Back", step(-1)), button("Step", step(1)), scrub.node, speed.node), live.status,
      el("p", { class: "wl-note" }, "Blue is positive; orange, or a dashed line, is negative. Each image holds the weights into one neuron. A dark neuron is inactive for all of the images tried."));
    live.begin();
    return () => { pause(); live.end(); };
  },
};
