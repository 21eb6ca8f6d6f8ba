// A pad to draw on, with mouse, touch, pen or keys; Python gets all strokes after each new point.

const NEAR = 0.012; // points nearer than this to the last one add nothing
const HELP = "Arrow keys move the pen, space lowers or lifts it, Backspace removes the last stroke, Delete clears.";

function pad(panel, act) {
  let strokes = []; // each a list of [x, y] between 0 and 1
  const pen = { at: [0.5, 0.3], down: false }; // seen while keys move it
  const node = svg("svg", { class: "wl-pad", viewBox: "0 0 1 1", "aria-label": `Drawing pad. ${HELP}` });

  function redraw() {
    // Its last point twice, so that a dot has two ends.
    const lines = strokes.map((stroke) => svg("polyline", { points: [...stroke, stroke.at(-1)].join(" ") }));
    const place = { cx: pen.at[0], cy: pen.at[1], r: 0.03, fill: `var(--${pen.down ? "positive" : "faint"})` };
    node.replaceChildren(...lines, svg("circle", place));
  }

  function send() {
    redraw();
    act("draw", { strokes, passing: true });
  }

  function add([x, y]) {
    const [lastX, lastY] = strokes.at(-1).at(-1) ?? [-1, -1];
    if (Math.hypot(x - lastX, y - lastY) < NEAR) return;
    strokes.at(-1).push([x, y]);
    send();
  }

  function keep(count) {
    strokes = strokes.slice(0, count);
    pen.down = false;
    send();
  }

  function place(at, passing) {
    pen.at = at; // keys go on from there
    if (!passing) strokes.push([]);
    add(at);
  }

  function key(name, move, far) {
    pen.at = pen.at.map((value, axis) => clip(value + move[axis] * (far ? 0.1 : 0.025)));
    if (name === "Backspace") keep(-1);
    if (name === "Delete") keep(0);
    if (name === " ") pen.down = !pen.down;
    if (name === " " && pen.down) strokes.push([]);
    if (pen.down) add(pen.at);
    redraw();
  }

  fill(node, byHand(node, place, [" ", "Backspace", "Delete"], key));

  /** Show what Python has read: in a second view, or in a notebook that was opened again, nothing was drawn here. */
  function update({ strokes: read }, settled) {
    if (settled && read) strokes = read;
    redraw();
  }

  const buttons = el("div", { class: "wl-controls" }, button("Undo", () => keep(-1)), button("Clear", () => keep(0)));
  return { node: el("div", {}, node, buttons), update };
}
