// A pad to draw on, with mouse, touch, pen or keys; Python gets all strokes after each new point.

const PAD = 260; // CSS pixels
const NEAR = 0.012; // points nearer than this to the last one add nothing
const HELP = "Arrow keys move the pen, space lowers or lifts it, Backspace removes the last stroke, Delete clears.";

function pad(panel, palette, act) {
  const strokes = []; // each a list of [x, y] between 0 and 1
  const pen = { x: 0.5, y: 0.3, down: false };
  let keyboard = false;
  const canvas = el("canvas", {
    class: "wl-pad", tabindex: 0, role: "application", width: 2 * PAD, height: 2 * PAD, "aria-label": `Drawing pad. ${HELP}`,
  });

  function redraw() {
    const context = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const size = canvas.width;
    context.clearRect(0, 0, size, size);
    Object.assign(context, { lineWidth: 34, lineCap: "round", lineJoin: "round", strokeStyle: style.getPropertyValue("--ink") });
    for (const stroke of strokes) {
      context.beginPath();
      stroke.forEach(([x, y], k) => (k ? context.lineTo(x * size, y * size) : context.moveTo(x * size, y * size)));
      if (stroke.length === 1) context.lineTo(stroke[0][0] * size + 0.1, stroke[0][1] * size);
      context.stroke();
    }
    if (keyboard) { // the pen's place, for those who draw with the keyboard
      context.beginPath();
      context.arc(pen.x * size, pen.y * size, 16, 0, 7);
      context.fillStyle = style.getPropertyValue(pen.down ? "--positive" : "--faint");
      context.fill();
    }
  }

  function send() {
    redraw();
    act("draw", { lengths: strokes.map((stroke) => stroke.length), sent: new Float32Array(strokes.flat(2)), passing: true });
  }

  function add(x, y) {
    const [lastX, lastY] = strokes.at(-1).at(-1) ?? [-1, -1];
    if (Math.hypot(x - lastX, y - lastY) < NEAR) return;
    strokes.at(-1).push([x, y]);
    send();
  }

  const change = (how) => () => { how(); pen.down = false; send(); };
  const undo = change(() => strokes.pop());
  const clear = change(() => { strokes.length = 0; });
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [clip((event.clientX - box.left) / box.width), clip((event.clientY - box.top) / box.height)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    keyboard = false;
    strokes.push([]);
    add(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length ? points : [event]) add(...place(each));
  });
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move && ![" ", "Backspace", "Delete"].includes(event.key)) return;
    event.preventDefault();
    keyboard = true;
    const far = event.shiftKey ? 0.1 : 0.025;
    if (move) [pen.x, pen.y] = [clip(pen.x + far * move[0]), clip(pen.y + far * move[1])];
    else if (event.key === " ") pen.down = !pen.down;
    else (event.key === "Delete" ? clear : undo)();
    if (pen.down && !move) strokes.push([]);
    if (pen.down) add(pen.x, pen.y);
    redraw();
  });
  canvas.addEventListener("focus", () => { keyboard = canvas.matches(":focus-visible"); redraw(); });
  canvas.addEventListener("blur", () => { keyboard = false; redraw(); });
  return { node: el("div", {}, canvas, el("div", { class: "wl-controls" }, button("Undo", undo), button("Clear", clear))), update: redraw };
}
