// Points of two classes, the boundary that a small network draws, and each hidden neuron's line and half-plane.

export default {
  render({ model, el: host }) {
    const { edge, sets, weights: first } = model.get("answer");
    const plot = chart({ x: [-edge, edge], y: [-edge, edge], names: ["input 1", "input 2"], width: 440, height: 430 });
    const cursor = { x: 0, y: 0, shown: false };
    let [data, chosen, training] = [null, 0, false];

    const live = connect({ model, el: host }, (answer) => {
      data = answer;
      draw();
      if (training) setTimeout(() => { if (training) train(); }, 60);
    });

    const rate = slider("learning rate", { min: -2, max: 0, step: 0.1, value: -1, exponent: true }, () => {});
    const train = () => live.ask({ kind: "train", epochs: 2, rate: rate.read() });
    const run = button("Train", () => { if (training) stop(); else { training = true; run.textContent = "Stop"; train(); } });
    function stop() { training = false; run.textContent = "Train"; live.status.textContent = data?.said ?? ""; }

    const picked = choice("points", [...sets, "none"], (name) => live.ask(name === "none" ? { kind: "clear" } : { kind: "points", name }));
    const hand = choice("a click", ["moves the line", "adds a blue point", "adds an orange point"], () => {});

    /** What a click, or Enter, does at a place of the plane. */
    function act(at) {
      if (hand.select.selectedIndex) live.ask({ kind: "add", at, label: hand.select.selectedIndex === 1 ? 1 : 0 });
      else {
        const [first, second, , out] = data.weights[chosen];
        setWeights([first, second, -(first * at[0] + second * at[1]), out]); // the line then passes through the place
      }
    }

    function setWeights(values) { live.ask({ kind: "weights", neuron: chosen, values }); }

    plot.node.style.touchAction = "none";
    fill(plot.node, { tabindex: 0, role: "application" }, []);
    plot.node.addEventListener("pointerdown", (event) => { cursor.shown = false; act(plot.at(event)); });
    plot.node.addEventListener("pointermove", (event) => { if (event.buttons && !hand.select.selectedIndex) act(plot.at(event)); });
    const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    plot.node.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      const inside = (value) => Math.min(Math.max(value, -edge), edge);
      if (move) Object.assign(cursor, { x: inside(cursor.x + move[0] * edge / 20), y: inside(cursor.y + move[1] * edge / 20), shown: true });
      else act([cursor.x, cursor.y]);
      draw();
    });

    const names = ["weight of input 1", "weight of input 2", "bias", "output weight"];
    const dials = names.map((name, k) => slider(name, { min: -4, max: 4, step: 0.05, value: 0 }, () => setWeights(dials.map((dial) => dial.read()))));
    const neurons = first.map((_, k) => {
      const canvas = el("canvas", { style: "width: 62px; height: 62px", "aria-hidden": "true" });
      const node = button("", () => { chosen = k; draw(); }, { "aria-label": `Hidden neuron ${k}`, style: "padding: 3px" });
      node.append(canvas);
      return { canvas, node };
    });

    function draw() {
      plot.clear();
      plot.heat(data.map, data.map.shape[1], live.palette.weights, -data.limit, data.limit);
      data.weights.forEach(([a, b, bias, out], k) => drawLine(a, b, bias, out, k === chosen));
      data.labels.forEach((label, k) => {
        const [x, y] = [data.points[2 * k], data.points[2 * k + 1]];
        if (label) plot.dot(x, y, live.palette.positive, 4.5);
        else plot.square(x, y, live.palette.negative, 8);
      });
      if (cursor.shown) plot.text(cursor.x, cursor.y, "+", { "text-anchor": "middle", "dominant-baseline": "central", style: "font-size: 24px; fill: #17171a" });
      plot.say(`Plane with the boundary. Arrow keys move a cursor, Enter ${hand.select.value} there. Cursor at ${cursor.x.toFixed(1)}, ${cursor.y.toFixed(1)}. ${data.said}`);
      neurons.forEach(({ canvas, node }, k) => {
        const size = data.neurons.shape[1];
        paintWeights(canvas, data.neurons.subarray(k * size * size, (k + 1) * size * size), size, live.palette);
        node.setAttribute("aria-pressed", String(k === chosen));
      });
      if (!dials.some((dial) => dial.input.matches(":active"))) dials.forEach((dial, k) => dial.set(data.weights[chosen][k]));
      if (training) live.status.textContent = "";
    }

    /** The line where a neuron's sum is zero, with a short arrow to the side on which it is active. */
    function drawLine(a, b, bias, out, marked) {
      const norm = Math.hypot(a, b);
      if (norm < 1e-6) return;
      const [nx, ny] = [a / norm, b / norm];
      const [x, y] = [-bias / norm * nx, -bias / norm * ny];
      const color = marked ? "#17171a" : "#17171a88";
      plot.curve([x - 9 * ny, x + 9 * ny], [y + 9 * nx, y - 9 * nx], color, out < 0 ? "6 5" : "");
      plot.arrow(x, y, x + (marked ? 0.5 : 0.25) * nx, y + (marked ? 0.5 : 0.25) * ny, color);
    }

    live.root.append(
      el("div", { class: "wl-controls" }, run, button("New weights", () => live.ask({ kind: "begin" })), rate.node, picked.node, hand.node),
      el("div", { class: "wl-flow" }, plot.node,
        el("div", { style: "width: 330px" }, el("strong", {}, "Hidden neurons"), el("div", { class: "wl-controls" }, ...neurons.map(({ node }) => node)),
          el("div", { class: "wl-column" }, ...dials.map((dial) => dial.node)),
          el("p", { class: "wl-note" }, "Each line is where a neuron's weighted sum plus bias is zero; its arrow points to the side where the neuron is active. Dashed: its output weight is negative."))),
      live.status);
    live.begin();
    return () => { training = false; live.end(); };
  },
};
