// What all live figures share: elements, colors, places, and talking with Python.

const SVG = "http://www.w3.org/2000/svg";
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }; // to the right and down

/** An id that no other figure of the page has: each has loaded this script separately. */
const newId = () => `wl-${Math.random().toString(36).slice(2)}`;

/** Fill an element: attributes that begin with "on" are listeners, children are nodes or text. */
function fill(node, attributes, children = []) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const button = (name, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, name);
const clip = (value, low = 0, high = 1) => Math.min(Math.max(value, low), high);

/** Attributes of an element for hand input: place(at, passing) gets the place of mouse, touch or pen in `area`, from
 * 0 to 1 to the right and down; key(name, [right, down], shift) gets arrow keys and the other `keys`. */
function byHand(area, place, keys, key) {
  function tell(event, passing) {
    const box = area.getBoundingClientRect();
    place([clip((event.clientX - box.left) / box.width), clip((event.clientY - box.top) / box.height)], passing);
  }
  function onpointerdown(event) {
    event.currentTarget.setPointerCapture(event.pointerId);
    tell(event, false);
  }
  function onpointermove(event) {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length ? points : [event]) tell(each, true);
  }
  function onkeydown(event) {
    if (!(event.key in MOVES) && !keys.includes(event.key)) return;
    event.preventDefault();
    key(event.key, MOVES[event.key] ?? [0, 0], event.shiftKey);
  }
  return { tabindex: 0, role: "application", onpointerdown, onpointermove, onkeydown };
}

/** Paint numbers, row by row, on a canvas of as many pixels, which CSS enlarges; return it. */
function paint(canvas, values, columns, scale, low, high) {
  Object.assign(canvas, { width: columns, height: values.length / columns });
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const color = (value) => scale[Math.round(clip((value - low) / (high - low || 1)) * (scale.length - 1))];
  values.forEach((value, k) => image.data.set([...color(value), 255], 4 * k));
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Attributes of an SVG of this size in pixels, or smaller if there is less room. */
const sized = (width, height) => ({
  viewBox: `0 0 ${width} ${height}`, style: `width: ${width}px`, class: "wl-chart", role: "img",
});

/** Numbers, row by row, as an image in an SVG. */
const picture = (place, ...painted) => svg("image", {
  href: paint(document.createElement("canvas"), ...painted).toDataURL(), preserveAspectRatio: "none", ...place,
});

const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array };

/** Restore the arrays that labkit.live.widget has packed. */
function unpack(value) {
  if (Array.isArray(value)) return value.map(unpack);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (!("dtype" in value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
  const { bytes, dtype, shape } = value;
  const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength); // they may begin anywhere in it
  return Object.assign(new ARRAYS[dtype](own), { shape });
}

/** Prepare the page for a figure, and return how to ask Python. draw(answer, settled) is called with each answer. */
function connect({ model, el: host }, draw) {
  const status = el("p", { class: "wl-status", "aria-live": "polite" });
  // JupyterLite looks at keys later than Jupyter does: no key gets that far, but shortcuts with Ctrl still do.
  const onkeydown = (event) => {
    if (!(event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape")) event.stopPropagation();
  };
  // Jupyter leaves the keys alone in an element with the last attribute. A group, not a landmark: a notebook may show
  // the same figure twice.
  const { title, makes } = model.get("answer");
  const named = { role: "group", "aria-label": title, "data-lm-suppress-shortcuts": "true" };
  const root = el("div", { class: "wl-live", onkeydown, ...named });
  host.append(root);
  const queue = []; // questions to ask once the previous one is answered
  const silence = "No answer from Python yet: it is busy, or it was restarted. After a restart, run this notebook's " +
    `cells from the top, up to the one that calls ${makes}.`;
  let [open, late] = [null, null]; // the question that is not answered, and when to say so

  function read() {
    const answer = unpack(model.get("answer"));
    if (answer.to === open) { open = null; clearTimeout(late); } // the answer may be for another view
    draw(answer, !open && !queue.length);
    if (queue.length && !open) send();
  }

  function send() {
    open = newId();
    late = setTimeout(() => { status.textContent = silence; }, 4000);
    model.send({ ...queue.shift(), id: open });
  }

  /** Ask Python. Of several waiting `passing` questions of one kind, only the newest is sent. */
  function ask(question) {
    const last = queue.at(-1);
    if (question.passing && last?.passing && last.event === question.event) queue.pop();
    queue.push(question);
    if (!open) send();
  }

  const begin = () => { model.on("change:answer", read); read(); };
  const end = () => { model.off("change:answer", read); clearTimeout(late); };
  return { root, status, ask, waits: (event) => queue.some((question) => question.event === event), begin, end };
}
