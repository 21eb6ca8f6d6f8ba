// Controls on top, figures below: Python draws up what they show whenever a control changes.

export default {
  render({ model, el: host }) {
    const values = {};
    const panels = el("div", { class: "wl-flow" });
    let drawn = []; // one { node, update(panel) } for each panel

    const live = connect({ model, el: host }, (answer) => {
      const shape = (panel) => [panel.kind, panel.title, ...(panel.kind === "bars" ? panel.names : [])].join("|");
      const fits = drawn.length === answer.panels.length && answer.panels.every((panel, k) => shape(panel) === drawn[k].shape);
      if (!fits) {
        drawn = answer.panels.map((panel) => ({ ...MAKERS[panel.kind](panel), shape: shape(panel) }));
        panels.replaceChildren(...drawn.map((each) => each.node));
      }
      answer.panels.forEach((panel, k) => drawn[k].update(panel));
    });

    const titled = (title, ...nodes) => el("div", {}, el("strong", {}, title), ...nodes);
    const MAKERS = {
      curves(panel) {
        const plot = chart({ x: panel.x, y: panel.y, names: panel.names, label: panel.title });
        const legend = el("div", { class: "wl-legend" });
        const dashes = ["", "7 4", "2 3", "9 3 2 3"];
        const colors = ["var(--positive)", "var(--negative)", "#2a9d7f", "#b95cb4"];
        return {
          node: titled(panel.title, plot.node, legend),
          update(next) {
            plot.range(next.x, next.y);
            plot.clear();
            let bold = 0;
            legend.replaceChildren();
            for (const { x, y, name, faint } of next.lines) {
              if (faint) plot.curve(x, y, "#8a8a8c77");
              else {
                plot.curve(x, y, colors[bold % 4], dashes[bold % 4]);
                if (name) legend.append(el("span", { style: `border-bottom: 3px ${bold ? "dashed" : "solid"} ${colors[bold % 4]}` }, name));
                bold += 1;
              }
            }
            for (const [x, y] of next.dots) plot.dot(x, y, "var(--negative)", 6);
          },
        };
      },
      bars(panel) {
        const rows = bars(panel.names);
        if (panel.names.length > 14) rows.node.classList.add("wl-many");
        return {
          node: titled(panel.title, rows.node),
          update(next) {
            const best = Array.from(next.values).map((value, k) => [value, next.names[k]]).sort(([a], [b]) => b - a).slice(0, 3);
            const shown = (value) => (next.percent ? `${Math.round(100 * value)}%` : value.toFixed(2));
            rows.show(Array.from(next.values), { ...next, label: `${next.title}: ${best.map(([value, name]) => `${name} ${shown(value)}`).join(", ")}` });
          },
        };
      },
      images(panel) {
        const canvases = panel.images.map(({ name }) => el("canvas", { class: "wl-pixels", role: "img", "aria-label": name, style: "width: 84px; height: 84px" }));
        return {
          node: titled(panel.title, el("div", { class: "wl-flow", style: "gap: 8px" }, ...canvases.map((canvas, k) => el("figure", {}, canvas, el("figcaption", {}, panel.images[k].name))))),
          update: (next) => next.images.forEach((image, k) => paintWeights(canvases[k], image.values, next.columns, live.palette, next.limit)),
        };
      },
    };

    const change = (name) => (value) => { values[name] = value; live.ask({ values }); };
    const CONTROLS = {
      slider: (control) => slider(control.label, { ...control, value: control.exponent ? Math.log10(control.value) : control.value }, change(control.name)).node,
      choice: (control) => choice(control.label, control.options, change(control.name), control.value).node,
      switch(control) {
        const box = el("input", { type: "checkbox", checked: control.value, onchange: () => change(control.name)(box.checked) });
        return labelled(control.label, box);
      },
      text(control) {
        const box = el("input", { type: "text", value: control.value, autocomplete: "off", spellcheck: "false", oninput: () => change(control.name)(box.value) });
        return labelled(control.label, box);
      },
    };
    const { controls, note } = model.get("answer");
    live.root.append(el("div", { class: "wl-controls" }, ...controls.map((control) => CONTROLS[control.kind](control))), panels, live.status, note ? el("p", { class: "wl-note" }, note) : "");
    live.begin();
    return live.end;
  },
};
