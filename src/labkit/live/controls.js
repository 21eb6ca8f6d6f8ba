// Controls. Each hears of changes with on(value); its set(value) shows a value that was not chosen here.

/** A label, the control itself and, for a slider, its value in words. */
function labelled(name, control, ...more) {
  control.id = newId();
  return el("span", { class: "wl-control" }, el("label", { for: control.id }, name), control, ...more);
}

/** An input of which one property is the value. */
const field = (type, property, changes) => ({ label }, on) => {
  const input = el("input", { type, autocomplete: "off", spellcheck: "false", [changes]: () => on(input[property]) });
  return { node: labelled(label, input), set: (value) => { if (input[property] !== value) input[property] = value; } };
};

const CONTROLS = {
  /** `exponent` makes it count powers of ten. */
  slider({ label, min, max, step, exponent, digits }, on) {
    const input = el("input", { type: "range", min, max, step, oninput: () => { say(); on(read()); } });
    const output = el("output");
    const read = () => (exponent ? 10 ** input.value : Number(input.value));
    const say = () => {
      output.textContent = read().toFixed(exponent && read() < 0.1 ? 3 : digits).replace("-", "−");
      input.setAttribute("aria-valuetext", output.textContent);
    };
    const set = (value) => {
      if (!input.matches(":active")) input.value = exponent ? Math.log10(value) : value;
      say();
    };
    return { node: labelled(label, input, output), set };
  },
  choice({ label, options }, on) {
    const select = el("select", { onchange: () => on(select.value) }, ...options.map((name) => el("option", {}, name)));
    return { node: labelled(label, select), set: (name) => { select.value = name; } };
  },
  switch: field("checkbox", "checked", "onchange"),
  text: field("text", "value", "oninput"),
  button({ label }, on) {
    const node = button(label, () => on(node));
    return { node, set: (shown) => { node.hidden = !shown; } };
  },
};
