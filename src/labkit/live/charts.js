// Charts with axes, on which lines, dots, arrows and a map are drawn, and rows of bars.

const DASHES = ["", "7 4", "9 3 2 3", "2 3", "9 3 2 3 2 3", "2 5"];

function ticks([low, high], count = 4) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** A chart: update(panel) draws `lines`, `dots`, `arrows` and `map`; act(name, more) tells which place was chosen in it. */
function chart({ width = 380, height = 240, pointer }, palette, act) {
  const [top, right, bottom, left] = [12, 12, 40, 52];
  let [panel, cursor] = [null, null];
  const across = (value) => left + ((value - panel.x[0]) / (panel.x[1] - panel.x[0])) * (width - left - right);
  const down = (value) => height - bottom - ((value - panel.y[0]) / (panel.y[1] - panel.y[0])) * (height - top - bottom);
  const axes = svg("g", { class: "wl-axes" });
  const id = newId();
  const frame = { x: left - 8, y: top - 8, width: width - left - right + 16, height: height - top - bottom + 16 };
  const [behind, drawn] = [svg("g"), svg("g", { "clip-path": `url(#${id})` })];
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "wl-chart", style: `width: ${width}px` },
    svg("clipPath", { id }, svg("rect", frame)), behind, axes, drawn);
  const legend = el("div", { class: "wl-legend" });
  const text = (x, y, words, anchor, more = {}) => svg("text", { x, y, "text-anchor": anchor, ...more }, words);

  function drawAxes() {
    const shown = panel.percent ? (value) => `${Math.round(100 * value)}%` : (value) => String(value).replace("-", "−");
    axes.replaceChildren(svg("path", { d: `M${left} ${top}V${height - bottom}H${width - right}` }),
      ...ticks(panel.x).map((value) => text(across(value), height - bottom + 16, String(value).replace("-", "−"), "middle")),
      ...ticks(panel.y).map((value) => text(left - 6, down(value) + 4, shown(value), "end")),
      text((left + width - right) / 2, height - 6, panel.names[0], "middle"),
      text(-(top + height - bottom) / 2, 13, panel.names[1], "middle", { transform: "rotate(-90)" }));
  }

  function arrow([fromX, fromY, toX, toY, color]) {
    const [x1, y1, x2, y2] = [across(fromX), down(fromY), across(toX), down(toY)];
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const wing = (turn) => `${x2 - 9 * Math.cos(angle + turn)},${y2 - 9 * Math.sin(angle + turn)}`;
    const d = Math.hypot(x2 - x1, y2 - y1) > 2 ? `M${x1},${y1}L${x2},${y2}M${wing(0.45)}L${x2},${y2}L${wing(-0.45)}` : "";
    return svg("path", { d, fill: "none", stroke: `var(--${color})`, "stroke-width": 2.5 });
  }

  function dot([x, y, color, size]) {
    const place = { fill: `var(--${color})`, class: "wl-dot" };
    // Negative points are squares, so that no class is told by its color alone.
    if (color !== "negative") return svg("circle", { cx: across(x), cy: down(y), r: size, ...place });
    return svg("rect", { x: across(x) - size, y: down(y) - size, width: 2 * size, height: 2 * size, ...place });
  }

  function update(next) {
    panel = next;
    drawAxes();
    let series = 0;
    legend.replaceChildren();
    const lines = panel.lines.map(({ x, y, name, color, dashed, strong = true }) => {
      const k = color ? 0 : series++ % 6;
      const stroke = `var(--${color || `series-${k}`})`;
      const points = Array.from(x, (value, at) => `${across(value).toFixed(1)},${down(y[at]).toFixed(1)}`).join(" ");
      const style = { fill: "none", stroke, "stroke-width": color === "faint" || !strong ? 1 : 2.5, "stroke-dasharray": dashed ? "6 5" : DASHES[k] };
      if (name) legend.append(el("span", {}, svg("svg", { width: 30, height: 10 }, svg("path", { d: "M0 5H30", ...style })), " ", name));
      return svg("polyline", { points, ...style });
    });
    drawn.replaceChildren(...lines, ...(panel.arrows ?? []).map(arrow), ...panel.dots.map(dot));
    if (cursor) drawn.append(text(across(cursor[0]), down(cursor[1]) + 8, "+", "middle", { class: "wl-cursor" }));
    if (panel.map) {
      const canvas = document.createElement("canvas");
      paint(canvas, panel.map.values, panel.map.values.shape[1], palette[panel.map.scale], panel.map.low, panel.map.high);
      const place = { x: left, y: top, width: width - left - right, height: height - top - bottom };
      behind.replaceChildren(svg("image", { href: canvas.toDataURL(), ...place, preserveAspectRatio: "none", class: "wl-pixels" }));
    }
    node.setAttribute("aria-label", `${panel.title}. ${panel.said ?? ""} ${pointer?.help ?? ""}`);
  }

  /** Mouse, touch and pen choose a place; so do the arrow keys, at once or, where a place is set for good, with Enter. */
  function listen() {
    const choose = (at, passing = false) => act(pointer.name, { at, passing });
    const at = (event) => {
      const box = node.getBoundingClientRect();
      const [px, py] = [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
      const [shareX, shareY] = [clip((px - left) / (width - left - right)), clip((height - bottom - py) / (height - top - bottom))];
      return [panel.x[0] + shareX * (panel.x[1] - panel.x[0]), panel.y[0] + shareY * (panel.y[1] - panel.y[0])];
    };
    fill(node, { tabindex: 0, role: "application", style: `width: ${width}px; touch-action: none; cursor: crosshair` }, []);
    node.addEventListener("pointerdown", (event) => { cursor = null; node.setPointerCapture(event.pointerId); choose(at(event)); });
    node.addEventListener("pointermove", (event) => { if (panel.pointer.drag && node.hasPointerCapture(event.pointerId)) choose(at(event), true); });
    node.addEventListener("blur", () => { cursor = null; update(panel); });
    const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    node.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move && event.key !== "Enter") return;
      event.preventDefault();
      cursor ??= panel.pointer.at ?? [(panel.x[0] + panel.x[1]) / 2, (panel.y[0] + panel.y[1]) / 2];
      const moved = (k, [low, high]) => clip(cursor[k] + (move[k] * (high - low)) / 40, low, high);
      if (move) cursor = [moved(0, panel.x), moved(1, panel.y)];
      update(panel);
      if (!move || panel.pointer.drag) choose(cursor, Boolean(move));
    });
  }

  if (pointer) listen();
  return { node: el("div", {}, node, legend), update };
}

/** Rows of bars, one per name, from zero to both sides if any value is negative. */
function bars({ names }) {
  const rows = names.map((name) => {
    const [bar, value] = [el("span", { class: "wl-bar" }), el("span", { class: "wl-value" })];
    return { bar, value, node: el("div", { class: "wl-row" }, el("span", { class: "wl-name" }, name), el("span", { class: "wl-track" }, bar), value) };
  });
  const widest = Math.max(2, ...names.map((name) => name.length));
  const more = names.length > 14 ? " wl-many" : "";
  const node = el("div", { class: `wl-bars${more}`, role: "img", style: `--name: ${widest}ch` }, ...rows.map((row) => row.node));
  function update({ title, values, high, percent, marked, said }) {
    const signed = !percent && values.some((value) => value < 0);
    const best = Array.from(values, (value, k) => [value, names[k]]).sort(([a], [b]) => b - a).slice(0, 3);
    const shown = (value) => (percent ? `${Math.round(100 * value)}%` : inWords(value, 1));
    node.setAttribute("aria-label", said || `${title}: ${best.map(([value, name]) => `${name} ${shown(value)}`).join(", ")}`);
    rows.forEach(({ bar, value, node: row }, k) => {
      const part = clip(Math.abs(values[k]) / high) * (signed ? 50 : 100);
      bar.style.width = `${part}%`;
      bar.style.left = `${signed ? (values[k] < 0 ? 50 - part : 50) : 0}%`;
      bar.className = `wl-bar${percent ? " wl-fraction" : values[k] < 0 ? " wl-negative" : ""}`;
      row.classList.toggle("wl-marked", k === marked);
      value.textContent = shown(values[k]);
    });
  }
  return { node, update };
}
