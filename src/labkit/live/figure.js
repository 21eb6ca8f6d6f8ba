// Controls on top, panels below: Python says what the panels show whenever a control or a place changes.

/** Images, each on one scale of colors; with `pick`, each is a button that chooses it. */
function images(panel, palette, act) {
  const canvases = panel.names.map((name) => el("canvas", { class: "wl-pixels", role: "img", "aria-label": `${panel.title} ${name}` }));
  const side = `width: ${panel.width}px; height: ${panel.width}px`;
  const tiles = canvases.map((canvas, k) => {
    canvas.style.cssText = side;
    const caption = panel.names[k];
    if (panel.pick) return button("", () => act(panel.pick, { index: k }), { "aria-label": `${panel.title} ${caption}`, class: "wl-pick" });
    return el("figure", {}, canvas, el("figcaption", {}, caption));
  });
  if (panel.pick) tiles.forEach((tile, k) => tile.append(canvases[k]));
  const node = el("div", { class: "wl-flow wl-tiles" }, ...tiles);
  const update = (next) => canvases.forEach((canvas, k) => {
    const size = next.values.length / canvases.length;
    const values = next.values.subarray(k * size, (k + 1) * size);
    const limit = next.limit ?? largest(values);
    paint(canvas, values, next.columns, palette[next.scale], next.scale === "weights" ? -limit : 0, limit);
    if (panel.pick) tiles[k].setAttribute("aria-pressed", String(k === next.marked));
    else tiles[k].lastChild.textContent = next.names[k];
  });
  return { node, update };
}

const PANELS = { chart, bars, images, pad };

export default {
  render({ model, el: host }) {
    const values = {};
    const panels = el("div", { class: "wl-flow" });
    const beside = el("div", { class: "wl-column" });
    let drawn = []; // one { node, update(panel), shape } for each panel
    let running = null;

    const live = connect({ model, el: host }, (answer) => {
      const shape = ({ kind, title, names, width }) => [kind, title, kind === "images" ? names.length : names, width].join("|");
      const fits = drawn.length === answer.panels.length && answer.panels.every((panel, k) => shape(panel) === drawn[k].shape);
      if (!fits) {
        drawn = answer.panels.map((panel) => {
          const made = PANELS[panel.kind](panel, live.palette, act);
          return { ...made, node: el("div", {}, el("strong", {}, panel.title), made.node), shape: shape(panel) };
        });
        panels.replaceChildren(...drawn.map((each) => each.node), beside);
        beside.replaceChildren(...drawn.filter((_, k) => answer.panels[k].beside).map((each) => each.node), ...aside);
      }
      answer.panels.forEach((panel, k) => drawn[k].update(panel));
      for (const [name, value] of Object.entries(answer.values ?? {})) { values[name] = value; controls[name].set(value); }
      if (running && answer.ended) stop();
      if (running) setTimeout(() => running?.(), running.pause);
    });

    /** Tell Python what was done, and how all controls are set. */
    const act = (event, { sent, ...more } = {}) => live.ask({ event, values, ...more }, sent);
    const change = (name) => (value) => { values[name] = value; act("set", { passing: true }); };

    function stop() {
      if (running) running.button.textContent = running.label;
      running = null;
      live.status.setAttribute("aria-live", "polite");
    }

    /** Do something again and again until it is stopped; meanwhile nothing is read aloud. */
    function run(made, { name, label, pause }) {
      if (running) { stop(); return; }
      running = Object.assign(() => act(name), { button: made, label, pause });
      made.textContent = "Stop";
      live.status.setAttribute("aria-live", "off");
      running();
    }

    const CONTROLS = {
      slider: (control) => slider(control, change(control.name)),
      choice: (control) => choice(control, change(control.name)),
      switch({ name, label, value }) {
        const box = el("input", { type: "checkbox", checked: value, onchange: () => change(name)(box.checked) });
        return { node: labelled(label, box), set: (next) => { box.checked = next; } };
      },
      text({ name, label, value }) {
        const box = el("input", { type: "text", value, autocomplete: "off", spellcheck: "false", oninput: () => change(name)(box.value) });
        return { node: labelled(label, box), set: (next) => { box.value = next; } };
      },
      button(control) {
        const node = button(control.label, () => { if (control.pause) run(node, control); else { stop(); act(control.name); } });
        return { node, set: (shown) => { node.hidden = !shown; } };
      },
    };
    const { controls: asked, note } = model.get("answer");
    const controls = Object.fromEntries(asked.map((control) => [control.name, CONTROLS[control.kind](control)]));
    const [above, aside] = [false, true].map((place) => asked.filter((each) => Boolean(each.beside) === place).map((each) => controls[each.name].node));
    live.root.append(el("div", { class: "wl-controls" }, ...above), panels, live.status, note ? el("p", { class: "wl-note" }, note) : "");
    live.begin();
    return () => { stop(); live.end(); };
  },
};
