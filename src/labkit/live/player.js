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
    const { first = names[0], second = first } = values; // of a single start nothing is chosen
    const starts = [...new Set([first, second])];
    const width = starts.length > 1 ? 250 : 430; // two of them fit beside each other in a narrow column
    const networks = starts.map((title) => ({ kind: "network", title, width, ...data.frames[title][frame] }));
    const said = networks.map((network) => network.said).join(" ");
    const charts = data.charts.map((whole) => {
      const lines = starts.map((start) => whole.lines.find((line) => line.name === start));
      const dots = lines.map(({ x, y, color }) => [x[frame], y[frame], color, 5]);
      return { ...whole, lines, dots, said, beside: starts.length === 1 };
    });
    const moving = { ended: frame === last, going: data.going, pause: 1000 / values.speed };
    const panels = [...networks, ...charts];
    return { panels, said: `${data.unit} ${frame}. ${said}`, values: { ...values, frame }, ...moving };
  };
}

/** A network: with pixels as inputs the first matrix is drawn as images, every other matrix as lines. */
function network({ width }) {
  const node = svg("svg", sized(width, HEIGHT));

  function update({ title, said, weights, active, side }) {
    const matrices = side ? weights.slice(1) : weights;
    const counts = [weights[0].shape[side ? 1 : 0], ...matrices.map(({ shape }) => shape[1])];
    const gap = (column) => (HEIGHT - 16) / counts[column];
    const two = side && counts[0] > 8; // many images stand in two columns, so that each is large enough to see
    const tile = side ? Math.min(gap(0) * (two ? 2 : 1) - 4, 50) : 18; // the size of the first neurons
    const first = two ? 2 * tile + 8 : tile; // where the first column ends
    const place = (column, k) => ({
      x: column ? first + (column * (width - first - 12)) / matrices.length : tile / 2 + (two && k % 2) * (tile + 8),
      y: 8 + (k + 0.5) * gap(column),
      half: column ? 9 : tile / 2,
    });

    const lines = matrices.flatMap((matrix, column) => Array.from(matrix, (value, index) => {
      const count = counts[column + 1];
      const [from, to] = [place(column, Math.floor(index / count)), place(column + 1, index % count)];
      const share = Math.abs(value) / 127;
      if (share < 0.015) return "";
      const style = { "stroke-opacity": 0.25 + 0.7 * share, "stroke-width": 0.3 + 4.5 * share };
      const ends = { x1: from.x + from.half, y1: from.y, x2: to.x - to.half, y2: to.y };
      return svg("line", { ...ends, class: value < 0 ? "wl-below" : "wl-above", ...style });
    }));
    const neurons = counts.flatMap((count, column) => Array.from({ length: count }, (_, k) => {
      const { x, y, half } = place(column, k);
      const dead = active[side ? column : column - 1]?.[k] === false ? " wl-dead" : "";
      const name = svg("text", { x, y: y + 4, "text-anchor": "middle" }, column === matrices.length ? k : "");
      if (column || !side) return svg("g", {}, svg("circle", { cx: x, cy: y, r: 9, class: `wl-neuron${dead}` }), name);
      const frame = { x: x - half, y: y - half, width: tile, height: tile };
      const into = weights[0].filter((_, index) => index % count === k);
      const image = picture({ ...frame, class: "wl-pixels" }, into, side, PALETTE.weights, -127, 127);
      return svg("g", {}, image, dead && svg("rect", { ...frame, class: dead }));
    }));
    node.replaceChildren(...lines, ...neurons);
    node.setAttribute("aria-label", `The weights of ${title}. ${said}`);
  }

  return { node, update };
}
