// Plays a training: weight images, the lines of the network, loss and accuracy, frame by frame.

const SIZE = { width: 430, height: 470, top: 14 };

export default {
  render({ model, el: host }) {
    const stage = el("canvas", { role: "img", width: 2 * SIZE.width, height: 2 * SIZE.height });
    stage.style.cssText = `width: ${SIZE.width}px; max-width: 100%`;
    const charts = el("div");
    const controls = el("div", { class: "wl-controls" });
    let [data, run, frame, timer] = [null, null, 0, null];
    let loss, accuracy, scrub, play, speed;

    const live = connect({ model, el: host }, (answer) => { data = answer; setUp(); });
    const frames = () => run.losses.length;

    function setUp() {
      run = data.runs[0];
      const x = [0, frames() - 1];
      const most = Math.max(...data.runs.flatMap((each) => Array.from(each.losses)).filter(Number.isFinite), 0.1);
      loss = chart({ x, y: [0, Math.min(most, 5)], names: [data.unit, "loss"], width: 330, height: 190 });
      accuracy = chart({ x, y: [0, 1], names: [data.unit, "accuracy"], width: 330, height: 190, onTick: (value) => `${Math.round(100 * value)}%` });
      charts.replaceChildren(loss.node, accuracy.node);
      const start = choice("start", data.runs.map((each) => each.name), (name) => { run = data.runs.find((each) => each.name === name); draw(); });
      start.node.hidden = data.runs.length < 2;
      scrub = slider(data.unit, { min: 0, max: frames() - 1, step: 1, value: 0, digits: 0 }, (value) => { pause(); frame = value; draw(); });
      play = button("Play", () => (timer ? pause() : begin()));
      speed = choice("frames per second", [1, 2, 5, 10, 20], () => { if (timer) { pause(); begin(); } }, 5);
      const step = (by) => () => { pause(); frame = Math.min(Math.max(frame + by, 0), frames() - 1); draw(); };
      controls.replaceChildren(play, button("Back", step(-1)), button("Step", step(1)), scrub.node, speed.node, start.node);
      draw();
    }

    function begin() {
      if (frame === frames() - 1) frame = 0;
      play.textContent = "Pause";
      timer = setInterval(() => { if (frame === frames() - 1) pause(); else { frame += 1; draw(); } }, 1000 / Number(speed.select.value));
    }

    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
      say();
    }

    const percent = (share) => `${Math.round(100 * share)}%`;

    /** Say where we are; while it plays nothing is said, so that a screen reader is not flooded. */
    function say() {
      const dead = run.active.reduce((sum, layer) => sum + row(layer).filter((share) => share === 0).length, 0);
      const trained = frame ? `loss ${run.losses[frame].toFixed(2)}, ` : "";
      live.status.textContent = `${run.name}, ${data.unit} ${frame}: ${trained}accuracy ${percent(run.accuracies[frame])}` + (dead ? `; inactive for all of ${data.examples} images: ${dead} of the neurons shown.` : ".");
      stage.setAttribute("aria-label", `The network's weights. ${live.status.textContent}`);
    }

    /** This frame's part of an array whose first axis counts frames. */
    function row(array) {
      const length = array.length / array.shape[0];
      return Array.from(array.subarray(frame * length, (frame + 1) * length));
    }

    function draw() {
      scrub.set(frame);
      const style = getComputedStyle(stage);
      const colors = [style.getPropertyValue("--negative"), style.getPropertyValue("--positive")];
      drawNetwork(style, colors);
      for (const [plot, values, color] of [[loss, run.losses, colors[0]], [accuracy, run.accuracies, colors[1]]]) {
        plot.clear();
        plot.curve(Array.from(values, (_, k) => k), values.map((value) => Math.min(Math.max(value, plot.y[0]), plot.y[1])), color);
        plot.dot(frame, Math.min(values[frame], plot.y[1]), color, 6);
      }
      loss.say(`Loss ${run.losses[frame].toFixed(2)} at ${data.unit} ${frame}`);
      accuracy.say(`Accuracy ${percent(run.accuracies[frame])} at ${data.unit} ${frame}`);
      if (!timer) say();
    }

    function drawNetwork(style, colors) {
      const context = stage.getContext("2d");
      context.setTransform(2, 0, 0, 2, 0, 0);
      context.clearRect(0, 0, SIZE.width, SIZE.height);
      // With pixels as inputs, the first matrix is drawn as images; otherwise every matrix is drawn as lines.
      const matrices = data.side ? run.weights.slice(1) : run.weights;
      const counts = data.side ? [run.weights[0].shape[2]] : [run.weights[0].shape[1]];
      for (const weights of matrices) counts.push(weights.shape[2]);
      const across = (column) => (data.side ? 90 : 24) + (column * (SIZE.width - (data.side ? 110 : 48))) / Math.max(counts.length - 1, 1);
      const gap = (column) => (SIZE.height - 2 * SIZE.top) / counts[column];
      const down = (column, k) => SIZE.top + (k + 0.5) * gap(column);
      // Many images stand in two columns, so that each is large enough to see.
      const double = data.side && counts[0] > 8;
      const tile = Math.min(gap(0) * (double ? 2 : 1) - 6, 54);
      const imageAt = (k) => tile / 2 + 4 + (double && k % 2 ? tile + 8 : 0);
      const from = (column, k) => (column || !data.side ? across(column) + 9 : imageAt(k) + tile / 2);

      matrices.forEach((weights, column) => {
        const fanOut = counts[column + 1];
        row(weights).forEach((value, k) => {
          if (Math.abs(value) < 2) return;
          context.strokeStyle = colors[Number(value > 0)];
          context.globalAlpha = 0.25 + 0.7 * (Math.abs(value) / 127);
          context.lineWidth = 0.3 + 4.5 * (Math.abs(value) / 127);
          context.setLineDash(value < 0 ? [5, 4] : []);
          context.beginPath();
          context.moveTo(from(column, Math.floor(k / fanOut)), down(column, Math.floor(k / fanOut)));
          context.lineTo(across(column + 1) - 9, down(column + 1, k % fanOut));
          context.stroke();
        });
      });
      context.setLineDash([]);
      context.globalAlpha = 1;

      counts.forEach((count, column) => {
        const hidden = data.side ? column : column - 1;
        const active = run.active[hidden] ? row(run.active[hidden]) : null;
        for (let k = 0; k < count; k += 1) {
          if (column === 0 && data.side) drawImage(context, k, count, imageAt(k), down(0, k), tile, active);
          else {
            context.beginPath();
            context.arc(across(column), down(column, k), 9, 0, 7);
            context.fillStyle = style.getPropertyValue(active && active[k] === 0 ? "--ink" : "--paper");
            context.strokeStyle = style.getPropertyValue("--faint");
            context.lineWidth = 1.2;
            context.fill();
            context.stroke();
            if (column === counts.length - 1) {
              Object.assign(context, { font: "12px system-ui, sans-serif", textAlign: "center", textBaseline: "middle", fillStyle: style.getPropertyValue("--text") });
              context.fillText(k, across(column), down(column, k) + 1);
            }
          }
        }
      });
    }

    const small = document.createElement("canvas");

    /** A neuron as the image of its weights; dark if it is inactive for all images tried. */
    function drawImage(context, k, count, x, y, tile, active) {
      const values = row(run.weights[0]).filter((_, at) => at % count === k);
      paintWeights(small, values, data.side, live.palette, 127);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, x - tile / 2, y - tile / 2, tile, tile);
      if (active && active[k] === 0) {
        context.fillStyle = "#000000b8";
        context.fillRect(x - tile / 2, y - tile / 2, tile, tile);
      }
    }

    live.root.append(el("div", { class: "wl-flow" }, stage, charts), controls, live.status,
      el("p", { class: "wl-note" }, "Blue is positive; orange, or a dashed line, is negative. Each image holds the weights into one neuron. A dark neuron is inactive for all of the images tried."));
    live.begin();
    return () => { clearInterval(timer); live.end(); };
  },
};
