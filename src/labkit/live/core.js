// What all live figures share: elements, controls, colors, and talking with Python.

const SVG = "http://www.w3.org/2000/svg";
const FOCUSABLE = ["BUTTON", "INPUT", "SELECT"];

/** An id that no other figure of the page has: each has loaded this script for itself. */
const newId = () => `wl-${Math.random().toString(36).slice(2)}`;

/** Fill an element: attributes that begin with "on" are listeners, children are nodes or text. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  // Jupyter leaves the keys alone in an element with this attribute; elsewhere it means nothing.
  if (FOCUSABLE.includes(node.tagName) || "tabindex" in attributes) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const clip = (value, low = 0, high = 1) => Math.min(Math.max(value, low), high);
const inWords = (value, digits) => value.toFixed(digits).replace("-", "−");

// Controls: each has a `node`, and `set(value)` shows a value that was not chosen here. ------------------------------

/** A label, the control itself and, for a slider, its value in words. */
function labelled(name, control, ...more) {
  control.id = newId();
  return el("span", { class: "wl-control" }, el("label", { for: control.id }, name), control, ...more);
}

const button = (name, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, name);

/** A slider; on(value) is called while it moves. `exponent` makes it count powers of ten. */
function slider({ label, min, max, step, value, exponent = false, digits = 2 }, on) {
  const input = el("input", { type: "range", min, max, step });
  const output = el("output");
  const read = () => (exponent ? 10 ** Number(input.value) : Number(input.value));
  const say = () => {
    output.textContent = inWords(read(), read() < 0.1 && exponent ? 3 : digits);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  const set = (number) => {
    if (!input.matches(":active")) input.value = exponent ? Math.log10(number) : number;
    say();
  };
  input.addEventListener("input", () => { say(); on(read()); });
  set(value);
  return { node: labelled(label, input, output), set, read, input };
}

/** A choice among names; on(name) is called when it changes. */
function choice({ label, options, value = options[0] }, on) {
  const items = options.map((item) => el("option", { selected: String(item) === String(value) }, String(item)));
  const select = el("select", { onchange: () => on(select.value) }, ...items);
  return { node: labelled(label, select), set: (name) => { select.value = name; }, read: () => select.value };
}

// Colors --------------------------------------------------------------------------------------------------------------

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** The color of a share between 0 and 1 on a scale of evenly spaced colors, as [red, green, blue]. */
function onScale(scale, share) {
  const place = clip(share) * (scale.length - 1);
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

// Talking with Python -------------------------------------------------------------------------------------------------

const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array };

/** Put arrays back into an answer. */
function unpack(value, numbers) {
  if (Array.isArray(value)) return value.map((item) => unpack(item, numbers));
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (!("dtype" in value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, numbers)]));
  const Kind = ARRAYS[value.dtype];
  const from = numbers.byteOffset + value.start; // the bytes may begin anywhere in the message
  const length = value.shape.reduce((product, axis) => product * axis, 1) * Kind.BYTES_PER_ELEMENT;
  return Object.assign(new Kind(numbers.buffer.slice(from, from + length)), { shape: value.shape });
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
  const queue = []; // questions for when the one before is answered
  let count = model.get("question").count ?? 0;
  let [open, late] = [false, null];
  const read = () => {
    const answer = unpack(model.get("answer"), model.get("numbers"));
    if ((answer.count ?? 0) >= count) { open = false; clearTimeout(late); }
    status.textContent = answer.error ?? answer.said ?? "";
    if (!answer.error) draw(answer);
    if (queue.length && !open) send();
  };
  function send() {
    const [question, sent] = queue.shift();
    open = true;
    count += 1;
    if (sent) model.set("sent", new DataView(sent.buffer));
    model.set("question", { ...question, count });
    late = setTimeout(() => { status.textContent = model.get("silence"); }, 4000);
    model.save_changes();
  }
  /** Ask Python. Of several `passing` questions of a kind that wait, only the newest is sent. */
  function ask(question, sent) {
    const [last] = queue.at(-1) ?? [{}];
    if (question.passing && last.passing && last.event === question.event) queue.pop();
    queue.push([question, sent]);
    if (!open) send();
  }
  // A canvas takes its colors from the page, so it is drawn again once it stands there.
  const attached = new ResizeObserver(() => { if (root.isConnected) { attached.disconnect(); read(); } });
  model.on("change:answer", read);
  const begin = () => { read(); attached.observe(root); };
  const end = () => { model.off("change:answer", read); attached.disconnect(); clearTimeout(late); };
  return { root, status, ask, palette: model.get("palette"), begin, end };
}
