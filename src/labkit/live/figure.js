// Controls on top, panels below. Python says what they show whenever something is done, or a player in its place.

const PANELS = { chart, bars, images, pad, network };

/** What must be the same for a panel to be drawn where the last one was. */
const shape = ({ kind, title, names, width }) => [kind, title, width, kind === "images" ? names.length : names].join();

export default {
  render({ model, el: host }) {
    const { controls: asked, note, frames, values: begun } = model.get("answer");
    const values = { ...begun }; // of all controls
    const play = frames && player();
    const [panels, beside] = [el("div", { class: "wl-flow" }), el("div", { class: "wl-column" })];
    let drawn = []; // one { node, update(panel, settled), shape } for each panel
    let [running, timer] = [null, null]; // the control that is pressed again and again
    const live = connect({ model, el: host }, (answer, settled) => show(play?.({ values }, answer) ?? answer, settled));

    /** Say what was done and how all controls were set then: they may change before Python listens. */
    function act(event, more = {}) {
      const question = { event, values: { ...values }, ...more };
      if (play) show(play(question), true);
      else live.ask(question);
    }

    function show(answer, settled) {
      if (answer.ended || answer.error) stop();
      live.status.setAttribute("aria-live", running || answer.going ? "off" : "polite"); // nobody can listen that fast
      live.status.textContent = answer.error ?? answer.said;
      live.status.classList.toggle("wl-failed", Boolean(answer.error));
      if (answer.panels.map(shape).join() !== drawn.map((each) => each.shape).join()) {
        drawn = answer.panels.map((panel) => {
          const made = PANELS[panel.kind](panel, act);
          return { ...made, node: el("div", {}, el("strong", {}, panel.title), made.node), shape: shape(panel) };
        });
        panels.replaceChildren(...drawn.map((each) => each.node), beside);
        beside.replaceChildren(...drawn.filter((_, k) => answer.panels[k].beside).map((each) => each.node), ...aside);
      }
      answer.panels.forEach((panel, k) => drawn[k].update(panel, settled));
      // An answer to an earlier question knows nothing about what the user has done since.
      if (settled) Object.assign(values, answer.values);
      if (settled) Object.entries(answer.values).forEach(([name, value]) => controls[name].set(value));
      if (running) timer ??= setTimeout(again, answer.pause ?? running.pause);
    }

    function again() {
      timer = null;
      if (!live.waits(running.name)) act(running.name);
    }

    function stop() {
      clearTimeout(timer);
      if (running) running.node.textContent = running.label;
      [running, timer] = [null, null];
    }

    /** A button with a `pause` is pressed again after that pause, until the user presses it or another button. */
    function press(control, node) {
      const ends = running?.name === control.name;
      stop();
      if (ends) return;
      if (control.pause) running = { ...control, node };
      if (running) node.textContent = "Pause";
      act(control.name);
    }

    const change = ({ name }, value) => { values[name] = value; act(name, { passing: true }); };
    const controls = Object.fromEntries(asked.map((control) => {
      const on = control.kind === "button" ? press : change;
      return [control.name, CONTROLS[control.kind](control, (value) => on(control, value))];
    }));
    const nodes = (chosen) => asked.filter(chosen).map(({ name }) => controls[name].node);
    const [above, aside] = [nodes((each) => !each.beside), nodes((each) => each.beside)];
    live.root.append(el("div", { class: "wl-controls" }, ...above), panels, live.status);
    if (note) live.root.append(el("p", { class: "wl-note" }, note));
    live.begin();
    return () => { stop(); live.end(); };
  },
};
