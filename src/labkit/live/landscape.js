// A loss over two weights from above: place the ball, choose rate and momentum, step or run.

export default {
  render({ model, el: host }) {
    const map = el("div");
    const controls = el("div", { class: "wl-controls" });
    const placing = el("div", { class: "wl-controls" });
    const fall = el("div");
    let [data, plot, curve, running, surface] = [null, null, null, false, null];
    let first, second;

    const live = connect({ model, el: host }, (answer) => {
      data = answer;
      if (surface !== answer.name) setUp();
      draw();
      if (running && !answer.far) setTimeout(() => { if (running) step(); }, 130);
      else stop();
    });

    const rate = slider("learning rate", { min: -2.5, max: 0.5, step: 0.05, value: -1, exponent: true, digits: 2 }, () => draw());
    const momentum = slider("momentum", { min: 0, max: 0.95, step: 0.05, value: 0 }, () => {});
    const step = () => live.ask({ kind: "step", rate: rate.read(), momentum: momentum.read() });
    const place = (at) => { stop(); live.ask({ kind: "place", surface, at }); };
    const run = button("Run", () => { if (running) stop(); else { running = true; run.textContent = "Stop"; step(); } });
    function stop() {
      running = false;
      run.textContent = "Run";
      live.status.textContent = data?.said ?? "";
    }

    function setUp() {
      surface = data.name;
      plot = chart({ x: data.x, y: data.y, names: ["first weight", "second weight"], width: 430, height: 400 });
      curve = chart({ x: [0, 20], y: [0, 1], names: ["step", "loss"], width: 300, height: 220 });
      const [low, high] = [live.palette.weights[3], live.palette.weights[5]];
      plot.heat(data.heights, data.heights.shape[1], [low, high], 0, data.bands - 1);
      map.replaceChildren(plot.node);
      fall.replaceChildren(curve.node);
      const range = ([min, max]) => ({ min, max, step: (max - min) / 80, value: min });
      first = slider("first weight", range(data.x), (value) => place([value, data.path.at(-1)]));
      second = slider("second weight", range(data.y), (value) => place([data.path.at(-2), value]));
      placing.replaceChildren("Put the ball at", first.node, second.node);
      const drag = (event) => { if (event.buttons) place(plot.at(event)); };
      plot.node.style.touchAction = "none";
      plot.node.addEventListener("pointerdown", drag);
      plot.node.addEventListener("pointermove", drag);
    }

    function draw() {
      const orange = live.palette.negative;
      const [xs, ys] = [data.path.filter((_, k) => k % 2 === 0), data.path.filter((_, k) => k % 2 === 1)];
      const [x, y] = [xs.at(-1), ys.at(-1)];
      first.set(x);
      second.set(y);
      plot.clear();
      plot.curve(xs, ys, orange);
      xs.slice(0, -1).forEach((value, k) => plot.dot(value, ys[k], orange, 2.5));
      // The arrow is the next step without momentum: the gradient times the learning rate, downhill.
      if (!data.far) plot.arrow(x, y, x - rate.read() * data.gradient[0], y - rate.read() * data.gradient[1], "#17171a");
      plot.dot(x, y, "#17171a", 8);
      plot.say(`Map of the loss. ${data.said}`);
      curve.clear();
      const losses = Array.from(data.losses);
      curve.range([0, Math.max(20, losses.length - 1)], [0, Math.min(Math.max(...losses.filter(Number.isFinite), 1e-3), 1e6)]);
      curve.curve(losses.map((_, k) => k), losses.map((value) => Math.min(value, curve.y[1])), "var(--positive)");
      curve.say(`Loss per step, now ${losses.at(-1).toPrecision(3)}`);
      if (running) live.status.textContent = ""; // not read aloud at every step
    }

    const names = choice("loss", model.get("answer").surfaces, (name) => { stop(); live.ask({ kind: "place", surface: name }); });
    controls.append(button("Step", () => { stop(); step(); }), run, button("Back to the start", () => place(null)), rate.node, momentum.node);
    live.root.append(names.node, el("div", { class: "wl-flow" }, map, fall), controls, placing, live.status,
      el("p", { class: "wl-note" }, "Darker is higher. Click or drag to move the ball. The arrow is the next step without momentum: learning rate times gradient, downhill."));
    live.begin();
    return () => { stop(); live.end(); };
  },
};
