// Controls. Each reports a change by on(value); its set(value) shows a value that was not chosen here.

/** A label, the control itself and, for a slider, its value in words. */
function labelled(name, control, ...more) {
  control.id = newId();
  return el("span", { class: "wl-control" }, el("label", { for: control.id }, name), control, ...more);
}

/** A control whose element, from `make`, has its value in one property. */
const field = (make, property, changes) => (control, on) => {
  const node = fill(make(control), { [changes]: () => on(node[property]) });
  const set = (value) => { if (node[property] !== value) node[property] = value; }; // so that a text keeps its cursor
  return { node: labelled(control.label, node), set };
};
const input = (type) => () => el("input", { type, autocomplete: "off", spellcheck: "false" });
const select = ({ options }) => el("select", {}, ...options.map((name) => el("option", {}, name)));

const CONTROLS = {
  /** `exponent` makes it count powers of ten. */
  slider({ label, min, max, step, exponent, digits }, on) {
    const range = el("input", { type: "range", min, max, step, oninput: () => { say(); on(read()); } });
    const output = el("output");
    const read = () => (exponent ? 10 ** range.value : Number(range.value));
    const say = () => {
      output.textContent = read().toFixed(exponent && read() < 0.1 ? 3 : digits).replace("-", "−");
      range.setAttribute("aria-valuetext", output.textContent);
    };
    const set = (value) => {
      if (!range.matches(":active")) range.value = exponent ? Math.log10(value) : value;
      say();
    };
    return { node: labelled(label, range, output), set };
  },
  choice: field(select, "value", "onchange"),
  switch: field(input("checkbox"), "checked", "onchange"),
  text: field(input("text"), "value", "oninput"),
  button({ label }, on) {
    const node = button(label, () => on(node));
    return { node, set: (shown) => { node.hidden = !shown; } };
  },
};
