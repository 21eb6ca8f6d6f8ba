// What all live figures share: elements, colors, small charts, and talking with Python.

const SVG = "http://www.w3.org/2000/svg";
const FOCUSABLE = ["BUTTON", "INPUT", "SELECT"];

/** Fill an element: attributes that begin with "on" are listeners, children are nodes or text. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  // Jupyter leaves the keys alone in an element with this attribute; it has to be on the one with the focus.
  if (FOCUSABLE.includes(node.tagName) || "tabindex" in attributes) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

let named = 0;

/** Return a named control: a label, the control itself and, for a slider, its value in words. */
function labelled(name, control, value = "") {
  control.id = `wl-live-${Date.now()}-${named++}`;
  return el("span", { class: "wl-control" }, el("label", { for: control.id }, name), control, value);
}

const button = (name, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, name);

/** A slider; on(value) is called while it moves. `exponent` makes it count powers of ten. */
function slider(name, { min, max, step, value, exponent = false, digits = 2 }, on) {
  const input = el("input", { type: "range", min, max, step, value });
  const output = el("output");
  const read = () => (exponent ? 10 ** Number(input.value) : Number(input.value));
  const say = () => {
    output.textContent = Number(read().toPrecision(12)).toFixed(read() < 0.1 && exponent ? 3 : digits).replace("-", "−");
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => { say(); on(read()); });
  say();
  const node = labelled(name, input, output);
  const set = (number) => { input.value = exponent ? Math.log10(number) : number; say(); };
  return { node, read, set, input };
}

/** A choice among names; on(name) is called when it changes. */
function choice(name, names, on, value = names[0]) {
  const select = el("select", { onchange: () => on(select.value) },
    ...names.map((item) => el("option", { selected: String(item) === String(value) }, String(item))));
  return { node: labelled(name, select), select };
}

// Colors ----------------------------------------------------------------------------------------------------------

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** The color of a share between 0 and 1 on a scale of evenly spaced colors, as [red, green, blue]. */
function onScale(scale, share) {
  const place = Math.min(Math.max(share, 0), 1) * (scale.length - 1);
  const below = Math.min(Math.floor(place), scale.length - 2);
  const [low, high] = [rgb(scale[below]), rgb(scale[below + 1])];
  return low.map((value, k) => value + (high[k] - value) * (place - below));
}

/** Paint numbers, row by row, on a canvas of as many pixels; CSS enlarges it. */
function paint(canvas, values, columns, scale, low, high) {
  const rows = values.length / columns;
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  values.forEach((value, k) => image.data.set([...onScale(scale, (value - low) / (high - low || 1)), 255], 4 * k));
  context.putImageData(image, 0, 0);
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

/** Paint weights: orange below zero, pale at zero, blue above. */
function paintWeights(canvas, values, columns, palette, limit = largest(values)) {
  paint(canvas, values, columns, palette.weights, -limit, limit);
}

// Charts ----------------------------------------------------------------------------------------------------------

function ticks([low, high], count = 4) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** A chart with axes; `curve`, `dot` and `arrow` draw on it in the data's units, `clear` removes what they drew. */
function chart({ x, y, width = 380, height = 240, names = ["", ""], label = "", onTick = String, margin = [12, 12, 40, 52] }) {
  const [top, right, bottom, left] = margin;
  const across = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (width - left - right);
  const down = (value) => height - bottom - ((value - y[0]) / (y[1] - y[0])) * (height - top - bottom);
  const axes = svg("g", { class: "wl-axes" });
  const clip = `wl-clip-${named++}`;
  const inside = svg("clipPath", { id: clip }, svg("rect", { x: left - 8, y: top - 8, width: width - left - right + 16, height: height - top - bottom + 16 }));
  const [behind, drawn] = [svg("g"), svg("g", { "clip-path": `url(#${clip})` })];
  const node = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "wl-chart" }, inside, behind, axes, drawn);
  node.style.width = `${width}px`;
  const axis = () => {
    axes.replaceChildren(svg("path", { d: `M${left} ${top}V${height - bottom}H${width - right}` }));
    for (const value of ticks(x)) axes.append(svg("text", { x: across(value), y: height - bottom + 16, "text-anchor": "middle" }, String(value).replace("-", "−")));
    for (const value of ticks(y)) axes.append(svg("text", { x: left - 6, y: down(value) + 4, "text-anchor": "end" }, onTick(value).replace("-", "−")));
    axes.append(svg("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, names[0]));
    axes.append(svg("text", { x: -(top + height - bottom) / 2, y: 13, "text-anchor": "middle", transform: "rotate(-90)" }, names[1]));
  };
  axis();
  return {
    node, drawn, across, down,
    get x() { return x; },
    get y() { return y; },
    clear: () => drawn.replaceChildren(),
    say: (words) => node.setAttribute("aria-label", words),
    range: (nextX, nextY) => { [x, y] = [nextX, nextY]; axis(); },
    curve: (xs, ys, color, dash = "") => {
      const points = Array.from(xs, (value, k) => `${across(value).toFixed(1)},${down(ys[k]).toFixed(1)}`).join(" ");
      drawn.append(svg("polyline", { points, fill: "none", stroke: color, "stroke-width": 2, "stroke-dasharray": dash, "vector-effect": "non-scaling-stroke" }));
    },
    dot: (atX, atY, color, radius = 5) => {
      const circle = svg("circle", { cx: across(atX), cy: down(atY), r: radius, fill: color, class: "wl-dot" });
      drawn.append(circle);
      return circle;
    },
    square: (atX, atY, color, length) => {
      const place = { x: across(atX) - length / 2, y: down(atY) - length / 2, width: length, height: length };
      drawn.append(svg("rect", { ...place, fill: color, class: "wl-dot" }));
    },
    arrow: (fromX, fromY, toX, toY, color) => {
      const [x1, y1, x2, y2] = [across(fromX), down(fromY), across(toX), down(toY)];
      const angle = Math.atan2(y2 - y1, x2 - x1);
      const wing = (turn) => `${x2 - 9 * Math.cos(angle + turn)},${y2 - 9 * Math.sin(angle + turn)}`;
      if (Math.hypot(x2 - x1, y2 - y1) > 2) {
        drawn.append(svg("path", { d: `M${x1},${y1}L${x2},${y2}M${wing(0.45)}L${x2},${y2}L${wing(-0.45)}`, fill: "none", stroke: color, "stroke-width": 2 }));
      }
    },
    /** Fill the plot with colored rectangles, the first row on top. */
    heat: (values, columns, scale, low, high) => {
      const canvas = document.createElement("canvas");
      paint(canvas, values, columns, scale, low, high);
      const picture = { href: canvas.toDataURL(), x: left, y: top, width: width - left - right, height: height - top - bottom };
      behind.replaceChildren(svg("image", { ...picture, preserveAspectRatio: "none", style: "image-rendering: pixelated" }));
    },
    text: (atX, atY, words, more = {}) => drawn.append(svg("text", { x: across(atX), y: down(atY), ...more }, words)),
    /** The data's coordinates of a mouse or pen event. */
    at: (event) => {
      const box = node.getBoundingClientRect();
      const [px, py] = [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
      return [x[0] + ((px - left) / (width - left - right)) * (x[1] - x[0]), y[0] + ((height - bottom - py) / (height - top - bottom)) * (y[1] - y[0])];
    },
  };
}

/** Rows of bars, one per name, from zero to both sides if any value is negative. */
function bars(names) {
  const rows = names.map((name) => {
    const bar = el("span", { class: "wl-bar" });
    const value = el("span", { class: "wl-value" });
    return { bar, value, node: el("div", { class: "wl-row" }, el("span", { class: "wl-name" }, name), el("span", { class: "wl-track" }, bar), value) };
  });
  const widest = Math.max(2, ...names.map((name) => name.length));
  const node = el("div", { class: "wl-bars", role: "img", style: `--name: ${widest}ch` }, ...rows.map((row) => row.node));
  return {
    node,
    show: (values, { high, percent = false, marked = -1, label = "" }) => {
      const signed = !percent && values.some((value) => value < 0);
      node.setAttribute("aria-label", label);
      rows.forEach(({ bar, value, node: row }, k) => {
        const part = Math.min(Math.abs(values[k]) / high, 1) * (signed ? 50 : 100);
        bar.style.width = `${part}%`;
        bar.style.left = `${signed ? (values[k] < 0 ? 50 - part : 50) : 0}%`;
        bar.classList.toggle("wl-negative", values[k] < 0);
        row.classList.toggle("wl-marked", k === marked);
        value.textContent = percent ? `${Math.round(100 * values[k])}%` : values[k].toFixed(1).replace("-", "−");
      });
    },
  };
}

// Talking with Python ---------------------------------------------------------------------------------------------

const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array };

/** Put arrays back into an answer. */
function unpack(value, numbers) {
  if (Array.isArray(value)) return value.map((item) => unpack(item, numbers));
  if (value === null || typeof value !== "object") return value;
  if ("dtype" in value && "start" in value) {
    const count = value.shape.reduce((product, length) => product * length, 1);
    // A copy, because the bytes may begin anywhere in the message.
    const from = numbers.byteOffset + value.start;
    const Kind = ARRAYS[value.dtype];
    const array = new Kind(numbers.buffer.slice(from, from + count * Kind.BYTES_PER_ELEMENT));
    return Object.assign(array, { shape: value.shape });
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, numbers)]));
}

/** Prepare the page for a figure and return how to ask Python; draw(answer) is called with each answer. */
function connect({ model, el: host }, draw) {
  const status = el("p", { class: "wl-status", "aria-live": "polite" });
  const root = el("section", { class: "wl-live", "aria-label": model.get("title") });
  // JupyterLite looks at keys later than Jupyter does: no key gets that far, but shortcuts with Ctrl still do.
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape")) event.stopPropagation();
  });
  host.append(root);
  let count = model.get("question").count ?? 0;
  let waiting;
  const read = () => {
    const answer = unpack(model.get("answer"), model.get("numbers"));
    if ((answer.count ?? 0) >= count) clearTimeout(waiting);
    if (answer.error) status.textContent = answer.error;
    else {
      status.textContent = answer.said ?? "";
      draw(answer);
    }
  };
  model.on("change:answer", read);
  const ask = (question, sent) => {
    count += 1;
    if (sent) model.set("sent", new DataView(sent.buffer));
    model.set("question", { ...question, count });
    model.save_changes();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      status.textContent = "No answer from Python yet. If the kernel was restarted, run this notebook's cells from the top, up to this one.";
    }, 4000);
  };
  // A canvas takes its colors from the page, so it is drawn again once it stands there.
  const attached = new ResizeObserver(() => {
    if (!root.isConnected) return;
    attached.disconnect();
    read();
  });
  const begin = () => { read(); attached.observe(root); };
  const end = () => { model.off("change:answer", read); attached.disconnect(); clearTimeout(waiting); };
  return { root, status, ask, palette: model.get("palette"), begin, end };
}
