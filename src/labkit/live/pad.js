// A pad to draw on, with mouse, touch, pen or keys; Python gets all strokes after each new point.

const NEAR = 0.012; // points nearer than this to the last one add nothing
const HELP = "Arrow keys move the pen, space lowers or lifts it, Backspace removes the last stroke, Delete clears.";

function pad(panel, palette, act) {
  let strokes = []; // each a list of [x, y] between 0 and 1
  const pen = { x: 0.5, y: 0.3, down: false, shown: false };
  const named = { role: "application", "aria-label": `Drawing pad. ${HELP}` };
  const node = svg("svg", { class: "wl-pad", viewBox: "0 0 1 1", tabindex: 0, ...named });

  function redraw() {
    // Its last point twice, so that a dot has two ends.
    const lines = strokes.map((stroke) => svg("polyline", { points: [...stroke, stroke.at(-1)].join(" ") }));
    const fill = `var(--${pen.down ? "positive" : "faint"})`;
    const place = svg("circle", { cx: pen.x, cy: pen.y, r: 0.03, fill });
    node.replaceChildren(...lines, ...(pen.shown ? [place] : []));
  }

  function send() {
    redraw();
    const points = new DataView(new Float32Array(strokes.flat(2)).buffer);
    act("draw", { lengths: strokes.map((stroke) => stroke.length), points, passing: true });
  }

  function add(x, y) {
    const [lastX, lastY] = strokes.at(-1).at(-1) ?? [-1, -1];
    if (Math.hypot(x - lastX, y - lastY) < NEAR) return;
    strokes.at(-1).push([x, y]);
    send();
  }

  const change = (kept) => () => {
    strokes = strokes.slice(0, kept);
    pen.down = false;
    send();
  };
  const [undo, clear] = [change(-1), change(0)];
  const showPen = (shown) => { pen.shown = shown; redraw(); };
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    pen.shown = false;
    strokes.push([]);
    add(...placeIn(node, event));
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length ? points : [event]) add(...placeIn(node, each));
  });
  node.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move && ![" ", "Backspace", "Delete"].includes(event.key)) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.1 : 0.025;
    if (move) [pen.x, pen.y] = [clip(pen.x + far * move[0]), clip(pen.y + far * move[1])];
    else if (event.key === " ") pen.down = !pen.down;
    else (event.key === "Delete" ? clear : undo)();
    if (pen.down && !move) strokes.push([]);
    if (pen.down) add(pen.x, pen.y);
    showPen(true);
  });
  node.addEventListener("focus", () => showPen(node.matches(":focus-visible")));
  node.addEventListener("blur", () => showPen(false));

  /** Show what Python has read: in a second view, or in a notebook that was opened again, nothing was drawn here. */
  function update({ strokes: read }, settled) {
    if (!settled || !read) return;
    const points = (stroke) => Array.from({ length: stroke.length / 2 }, (_, k) => [stroke[2 * k], stroke[2 * k + 1]]);
    strokes = read.map(points);
    redraw();
  }

  const buttons = el("div", { class: "wl-controls" }, button("Undo", undo), button("Clear", clear));
  return { node: el("div", {}, node, buttons), update };
}
