// Charts with axes, on which lines, dots and a map are drawn; rows of bars; and images.

const DASHES = ["", "7 4", "9 3 2 3", "2 3", "9 3 2 3 2 3", "2 5"];
const [TOP, RIGHT, BOTTOM, LEFT] = [12, 12, 40, 58];

/** A chart of `lines`, `dots` and a `map`; act(name, more) reports the place chosen in it. */
function chart({ width = 380, height = 240, pointer }, act) {
  let [panel, cursor] = [null, null];
  const [wide, high] = [width - LEFT - RIGHT, height - TOP - BOTTOM];
  const across = (value) => LEFT + ((value - panel.x[0]) / (panel.x[1] - panel.x[0])) * wide;
  const down = (value) => height - BOTTOM - ((value - panel.y[0]) / (panel.y[1] - panel.y[0])) * high;
  const area = svg("rect", { x: LEFT, y: TOP, width: wide, height: high, fill: "transparent" });
  const [behind, axes, dots] = [svg("g"), svg("g", { class: "wl-axes" }), svg("g")];
  const inside = { x: LEFT - 2, y: TOP - 2, width: wide + 4, height: high + 4 };
  const lines = svg("svg", { ...inside, viewBox: Object.values(inside).join(" "), role: "none" }); // clips
  const size = { refX: 8, refY: 4, markerWidth: 9, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" };
  const head = svg("marker", { id: newId(), class: "wl-head", ...size }, svg("path", { d: "M0 0L8 4L0 8" }));
  const node = svg("svg", sized(width, height), head, area, behind, axes, lines, dots);
  const legend = el("div", { class: "wl-legend" });
  const text = (x, y, words, anchor, more = {}) => svg("text", { x, y, "text-anchor": anchor, ...more }, words);

  function line({ x, y, name, color, style, width: thick, arrow }) {
    const drawn = { fill: "none", stroke: `var(--${color})`, "stroke-width": thick, "stroke-dasharray": DASHES[style] };
    const sample = svg("svg", { width: 30, height: 10 }, svg("path", { d: "M0 5H30", ...drawn }));
    if (name) legend.append(el("span", {}, sample, " ", name));
    const places = Array.from(x, (value, k) => [across(value), down(y[k])]);
    const points = places.filter((place) => place.every(Number.isFinite)).join(" ");
    const long = Math.hypot(places.at(-1)[0] - places[0][0], places.at(-1)[1] - places[0][1]) > 2;
    return svg("polyline", { points, ...drawn, "marker-end": arrow && long ? `url(#${head.id})` : "none" });
  }

  function dot([x, y, color, size]) {
    const round = color === "negative" ? 0 : size; // a square, so that no class is told by its color alone
    const place = { x: across(x) - size, y: down(y) - size, width: 2 * size, height: 2 * size, rx: round };
    return svg("rect", { ...place, fill: `var(--${color})`, class: "wl-dot" });
  }

  function update(next) {
    panel = next;
    const [below, left] = panel.ticks;
    axes.replaceChildren(svg("path", { d: `M${LEFT} ${TOP}V${height - BOTTOM}H${width - RIGHT}` }),
      ...below.map(([value, words]) => text(across(value), height - BOTTOM + 16, words, "middle")),
      ...left.map(([value, words]) => text(LEFT - 6, down(value) + 4, words, "end")),
      text(LEFT + wide / 2, height - 6, panel.names[0], "middle"),
      text(-TOP - high / 2, 13, panel.names[1], "middle", { transform: "rotate(-90)" }));
    legend.replaceChildren();
    lines.replaceChildren(...panel.lines.map(line));
    dots.replaceChildren(...panel.dots.map(dot));
    if (cursor) dots.append(text(across(cursor[0]), down(cursor[1]) + 8, "+", "middle", { class: "wl-cursor" }));
    if (panel.map) {
      const { values, scale, low, high: most } = panel.map;
      const place = { x: LEFT, y: TOP, width: wide, height: high };
      behind.replaceChildren(picture(place, values, values.shape[1], PALETTE[scale], low, most));
    }
    node.setAttribute("aria-label", `${panel.title}. ${panel.said ?? ""} ${panel.pointer?.help ?? ""}`);
  }

  // Mouse, touch and pen choose a place; so do the arrow keys, or Enter if the place is final.
  const choose = (at, passing) => act(pointer.name, { at, passing });
  const within = ([low, most], share) => low + share * (most - low);
  function place([right, below], passing) {
    cursor = null;
    if (!passing || panel.pointer.drag) choose([within(panel.x, right), within(panel.y, 1 - below)], passing);
  }
  function key(name, [right, below]) {
    cursor ??= panel.pointer.at ?? [within(panel.x, 0.5), within(panel.y, 0.5)];
    const moved = (value, by, [low, most]) => clip(value + (by * (most - low)) / 40, low, most);
    cursor = [moved(cursor[0], right, panel.x), moved(cursor[1], -below, panel.y)];
    update(panel);
    if (name === "Enter" || panel.pointer.drag) choose(cursor, name !== "Enter");
  }
  const onblur = () => { cursor = null; update(panel); };
  if (pointer) fill(node, { ...byHand(area, place, ["Enter"], key), onblur, class: "wl-chart wl-places" });
  return { node: el("div", {}, node, legend), update };
}

/** Rows of bars, one per name, from zero to both sides if any value is negative. */
function bars({ names }) {
  const rows = names.map((name) => {
    const [bar, value] = [el("span"), el("span", { class: "wl-value" })];
    const parts = [el("span", { class: "wl-name" }, name), el("span", { class: "wl-track" }, bar), value];
    return { bar, value, node: el("div", {}, ...parts) };
  });
  const style = `--name: ${Math.max(2, ...names.map((name) => name.length))}ch`;
  const name = names.length > 14 ? "wl-bars wl-many" : "wl-bars";
  const node = el("div", { class: name, role: "img", style }, ...rows.map((row) => row.node));
  function update({ title, said, values, words, high, percent, marked, colors = [] }) {
    const signed = values.some((value) => value < 0);
    node.setAttribute("aria-label", `${title}: ${said}`);
    rows.forEach(({ bar, value, node: row }, k) => {
      const part = clip(Math.abs(values[k]) / high) * (signed ? 50 : 100);
      bar.style = `width: ${part}%; left: ${signed ? 50 - (values[k] < 0) * part : 0}%`;
      if (colors.length) bar.style.background = `var(--${colors[k]})`;
      bar.className = `wl-bar${percent ? " wl-fraction" : values[k] < 0 ? " wl-negative" : ""}`;
      row.className = `wl-row${k === marked ? " wl-marked" : ""}`;
      value.textContent = words[k];
    });
  }
  return { node, update };
}

/** Images, each on one scale of colors; with `pick`, each is a button that chooses it. */
function images({ title, names, width, pick }, act) {
  const style = `width: ${width}px; height: ${width}px`;
  const tiles = names.map((name, k) => {
    const named = { "aria-label": `${title} ${name}` };
    const [canvas, caption] = [el("canvas", { class: "wl-pixels", role: "img", style, ...named }), el("figcaption")];
    const picked = () => act(pick, { index: k });
    const node = pick ? button(canvas, picked, { class: "wl-pick", ...named }) : el("figure", {}, canvas, caption);
    return { canvas, caption, node };
  });
  function update({ values, columns, scale, limit, marked, names: captions }) {
    tiles.forEach(({ canvas, caption, node }, k) => {
      const [size, low] = [values.length / tiles.length, scale === "weights" ? -limit : 0];
      paint(canvas, values.subarray(k * size, (k + 1) * size), columns, PALETTE[scale], low, limit);
      caption.textContent = captions[k];
      if (pick) node.setAttribute("aria-pressed", String(k === marked));
    });
  }
  return { node: el("div", { class: "wl-flow wl-tiles" }, ...tiles.map((tile) => tile.node)), update };
}
