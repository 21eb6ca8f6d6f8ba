// A pad to draw a digit on, the network's ten answers, and the pixels that voted for the winner.

const PAD = 260; // CSS pixels
const NEAR = 0.012; // points nearer than this to the last one add nothing

export default {
  render({ model, el: host }) {
    const strokes = []; // each a list of [x, y] between 0 and 1
    const pen = { x: 0.5, y: 0.3, down: false };
    let keyboard = false;

    const pad = el("canvas", {
      class: "wl-pad", tabindex: 0, role: "application", width: 2 * PAD, height: 2 * PAD,
      "aria-label": "Drawing pad. Arrow keys move the pen, space lowers or lifts it, Backspace removes the last stroke, Delete clears.",
    });
    const answers = bars([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(String));
    const seen = el("canvas", { class: "wl-pixels", role: "img", "aria-label": "What the network sees" });
    const votes = el("canvas", { class: "wl-pixels", role: "img", "aria-label": "Votes of the pixels" });
    const caption = el("figcaption");
    const kept = el("span");
    const digit = choice("I drew a", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], () => {});

    const live = connect({ model, el: host }, (answer) => {
      const { side, image, values, winner, percent } = answer;
      answers.show(Array.from(values), { high: percent ? 1 : largest(values), percent, marked: winner ?? -1, label: answer.said });
      paint(seen, image, side, [...live.palette.paper], 0, 1);
      paintWeights(votes, answer.votes, side, live.palette);
      caption.textContent = answer.caption;
      kept.textContent = answer.kept ? `${answer.kept} kept` : "";
      forget.hidden = !answer.kept;
    });

    function redraw() {
      const context = pad.getContext("2d");
      const style = getComputedStyle(pad);
      context.clearRect(0, 0, pad.width, pad.height);
      Object.assign(context, { lineWidth: 34, lineCap: "round", lineJoin: "round", strokeStyle: style.getPropertyValue("--ink") });
      for (const stroke of strokes) {
        context.beginPath();
        stroke.forEach(([x, y], k) => (k ? context.lineTo(x * pad.width, y * pad.height) : context.moveTo(x * pad.width, y * pad.height)));
        if (stroke.length === 1) context.lineTo(stroke[0][0] * pad.width + 0.1, stroke[0][1] * pad.height);
        context.stroke();
      }
      if (keyboard) { // the pen's place, for those who draw with the keyboard
        context.beginPath();
        context.arc(pen.x * pad.width, pen.y * pad.height, 16, 0, 7);
        context.fillStyle = style.getPropertyValue(pen.down ? "--positive" : "--faint");
        context.fill();
      }
    }

    function send(question = { kind: "draw" }) {
      live.ask({ ...question, lengths: strokes.map((stroke) => stroke.length) }, new Float32Array(strokes.flat(2)));
    }

    function add(x, y) {
      const stroke = strokes.at(-1);
      const [lastX, lastY] = stroke.at(-1) ?? [-1, -1];
      if (Math.hypot(x - lastX, y - lastY) < NEAR) return;
      stroke.push([x, y]);
      redraw();
      send();
    }

    const inside = (value) => Math.min(Math.max(value, 0), 1);
    const place = (event) => {
      const box = pad.getBoundingClientRect();
      return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
    };
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      keyboard = false;
      strokes.push([]);
      add(...place(event));
    });
    pad.addEventListener("pointermove", (event) => {
      if (!pad.hasPointerCapture(event.pointerId)) return;
      const points = event.getCoalescedEvents?.() ?? [];
      for (const each of points.length ? points : [event]) add(...place(each));
    });

    const clear = () => { strokes.length = 0; pen.down = false; redraw(); send(); };
    const undo = () => { strokes.pop(); pen.down = false; redraw(); send(); };
    const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    pad.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move && ![" ", "Backspace", "Delete"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      keyboard = true;
      if (move) {
        const far = event.shiftKey ? 0.1 : 0.025;
        [pen.x, pen.y] = [inside(pen.x + far * move[0]), inside(pen.y + far * move[1])];
        if (pen.down) add(pen.x, pen.y);
      } else if (event.key === " ") {
        pen.down = !pen.down;
        if (pen.down) { strokes.push([]); add(pen.x, pen.y); }
      } else if (event.key === "Delete") clear();
      else undo();
      redraw();
    });
    pad.addEventListener("focus", () => { keyboard = pad.matches(":focus-visible"); redraw(); });
    pad.addEventListener("blur", () => { keyboard = false; redraw(); });

    const forget = button("Forget them", () => send({ kind: "forget" }));
    const picture = (canvas, words) => { canvas.style.cssText = "width: 112px; height: 112px"; return el("figure", {}, canvas, words); };
    live.root.append(
      el("div", { class: "wl-flow" },
        el("div", {}, pad, el("div", { class: "wl-controls" }, button("Undo", undo), button("Clear", clear))),
        answers.node,
        el("div", { style: "display: grid; gap: 10px; width: 190px" },
          picture(seen, el("figcaption", {}, "what the network sees")), picture(votes, caption))),
      el("div", { class: "wl-controls" }, digit.node, button("Keep for training", () => send({ kind: "keep", digit: Number(digit.select.value) })), kept, forget),
      live.status);
    redraw();
    live.begin();
    return live.end;
  },
};
