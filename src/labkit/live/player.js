// Plays a training in place of Python, from frames that Python has sent; draws a network as a panel.

const HEIGHT = 360;

/** Return answer(question, news): the frame to show after what was done, or after more of the training has come. */
function player() {
  let [data, frame] = [null, 0];
  let following = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  return function answer({ event, values }, news) {
    data = news ?? data;
    const names = Object.keys(data.frames);
    const last = data.frames[names[0]].length - 1;
    const by = { play: frame === last ? -last : 1, back: -1, step: 1, frame: values.frame - frame }[event];
    if (by !== undefined) following = false;
    frame = following ? last : clip(frame + (by ?? 0), 0, last);
    const { left = names[0], right = left } = values; // of a single start nothing is chosen
    const starts = [...new Set([left, right])];
    const width = starts.length > 1 ? 318 : 430;
    const networks = starts.map((title) => ({ kind: "network", title, width, ...data.frames[title][frame] }));
    const said = networks.map((network) => network.said).join(" ");
    const charts = data.charts.map((whole) => {
      const lines = starts.map((start) => whole.lines.find((line) => line.name === start));
      const dots = lines.map(({ x, y }, k) => [x[frame], y[frame], `series-${k}`, 5]);
      return { ...whole, lines, dots, said, beside: starts.length === 1 };
    });
    const moving = { ended: frame === last, going: data.going, pause: 1000 / values.speed };
    return { panels: [...networks, ...charts], said: `${data.unit} ${frame}. ${said}`, values: { ...values, frame }, ...moving };
  };
}

/** A network: with pixels as inputs the first matrix is drawn as images, every other matrix as lines. */
function network({ width }) {
  const node = svg("svg", sized(width, HEIGHT));

  function update({ title, said, weights, active, side }) {
    const matrices = side ? weights.slice(1) : weights;
    const counts = [weights[0].shape[side ? 1 : 0], ...matrices.map(({ shape }) => shape[1])];
    const two = side && counts[0] > 8; // many images stand in two columns, so that each is large enough to see
    const gap = (column) => (HEIGHT - 16) / counts[column];
    const tile = Math.min(gap(0) * (two ? 2 : 1) - 4, 50);
    const first = side ? (two ? 2 * tile + 8 : tile) : 18; // where the first column ends
    const half = (column) => (column || !side ? 9 : tile / 2);
    const place = (column, k) => [
      column ? first + (column * (width - first - 12)) / matrices.length : two && k % 2 ? first - half(0) : half(0),
      8 + (k + 0.5) * gap(column),
    ];

    const lines = matrices.flatMap((matrix, column) => Array.from(matrix).flatMap((value, index) => {
      const [from, to] = [Math.floor(index / counts[column + 1]), index % counts[column + 1]];
      const [[x1, y1], [x2, y2], share] = [place(column, from), place(column + 1, to), Math.abs(value) / 127];
      if (share < 0.015) return [];
      const style = { "stroke-opacity": 0.25 + 0.7 * share, "stroke-width": 0.3 + 4.5 * share };
      const sign = value < 0 ? "wl-below" : "wl-above";
      return [svg("line", { x1: x1 + half(column), y1, x2: x2 - 9, y2, class: sign, ...style })];
    }));
    const neurons = counts.flatMap((count, column) => Array.from({ length: count }, (_, k) => {
      const [[x, y], dark] = [place(column, k), active[side ? column : column - 1]?.[k] === 0];
      if (column || !side) {
        const name = svg("text", { x, y: y + 4, "text-anchor": "middle" }, column === matrices.length ? String(k) : "");
        return svg("g", {}, svg("circle", { cx: x, cy: y, r: 9, class: `wl-neuron${dark ? " wl-dead" : ""}` }), name);
      }
      const frame = { x: x - tile / 2, y: y - tile / 2, width: tile, height: tile };
      const into = weights[0].filter((_, index) => index % count === k);
      const image = picture({ ...frame, class: "wl-pixels" }, into, side, PALETTE.weights, -127, 127);
      return svg("g", {}, image, dark ? svg("rect", { ...frame, class: "wl-dead" }) : "");
    }));
    node.replaceChildren(...lines, ...neurons);
    node.setAttribute("aria-label", `The weights of ${title}. ${said}`);
  }

  return { node, update };
}
