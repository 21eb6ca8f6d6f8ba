// Reads what is drawn, instead of Python: strokes become an image as in labkit.drawings, and the layers read it.

const { side, recipe, upright, layers: packed } = JSON.parse(document.getElementById("network").textContent);
const numbersOf = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const layers = packed.map((pair) => pair.map(numbersOf));

/** Strokes without a part of their slant: people write more slanted on a pad than on paper. */
function straighten(strokes) {
  const points = strokes.flat();
  const mean = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const product = (a, b) => points.reduce((sum, point) => sum + (point[a] - mean[a]) * (point[b] - mean[b]), 0);
  const height = product(1, 1);
  const slant = height > 1e-12 ? clip((upright * product(0, 1)) / height, -0.5, 0.5) : 0;
  return strokes.map((stroke) => stroke.map(([x, y]) => [x - slant * y, y]));
}

/** The fine image: ink wherever a stroke is nearer than half the pen's width. */
function inked(strokes) {
  const fine = recipe.fine;
  const segments = strokes.flatMap((stroke) => (stroke.length > 1 ? stroke.slice(1).map((end, k) => [stroke[k], end]) : [[stroke[0], stroke[0]]]));
  return Float64Array.from({ length: fine * fine }, (_, k) => {
    const [x, y] = [((k % fine) + 0.5) / fine, (Math.floor(k / fine) + 0.5) / fine];
    const distances = segments.map(([[fromX, fromY], [toX, toY]]) => {
      const [stepX, stepY] = [toX - fromX, toY - fromY];
      const along = clip(((x - fromX) * stepX + (y - fromY) * stepY) / Math.max(stepX ** 2 + stepY ** 2, 1e-18));
      return Math.hypot(x - fromX - along * stepX, y - fromY - along * stepY);
    });
    return clip((recipe.pen * fine) / 2 - Math.min(...distances) * fine + 0.5);
  });
}

/** A drawing as the image that the network expects. */
function toImage(strokes) {
  const image = new Float32Array(side * side);
  if (!strokes.length) return image;
  const { fine, extent, pen } = recipe;
  const straight = straighten(strokes);
  const bounds = [0, 1].map((axis) => straight.flat().map((point) => point[axis])).map((values) => [Math.min(...values), Math.max(...values)]);
  const scale = (extent - pen) / Math.max(...bounds.map(([low, high]) => high - low), 1e-9);
  const placed = (shift) => straight.map((stroke) => stroke.map((point) => point.map((value, axis) => (value - (bounds[axis][0] + bounds[axis][1]) / 2) * scale + 0.5 + shift[axis])));
  let ink = inked(placed([0, 0]));
  if (recipe.by_mass) {
    const total = ink.reduce((sum, value) => sum + value, 0);
    const center = [(k) => k % fine, (k) => Math.floor(k / fine)].map((at) => ink.reduce((sum, value, k) => sum + (value * (at(k) + 0.5)) / fine, 0) / total);
    ink = inked(placed(center.map((value) => 0.5 - value)));
  }
  const block = fine / side;
  ink.forEach((value, k) => { image[Math.floor(Math.floor(k / fine) / block) * side + Math.floor((k % fine) / block)] += value / block ** 2; });
  return image;
}

/** Logits, and for each pixel its votes for the winner: for one image a ReLU network is one layer. */
function read(image) {
  let signal = image;
  const active = layers.map(([weights, bias], layer) => {
    const outputs = Float32Array.from(bias, (sum, k) => signal.reduce((total, value, at) => total + value * weights[at * bias.length + k], sum));
    signal = layer < layers.length - 1 ? outputs.map((value) => Math.max(value, 0)) : outputs;
    return signal;
  });
  const winner = signal.indexOf(Math.max(...signal));
  let back = Float32Array.from(signal, (_, k) => Number(k === winner));
  for (let layer = layers.length - 1; layer >= 0; layer -= 1) {
    const [weights, bias] = layers[layer];
    const below = layer ? active[layer - 1] : image;
    back = below.map((value, at) => (layer && value <= 0 ? 0 : bias.reduce((sum, _, k) => sum + weights[at * bias.length + k] * back[k], 0)));
  }
  return { logits: signal, winner, votes: image.map((value, k) => value * back[k]) };
}

function answer(strokes) {
  const image = toImage(strokes);
  const { logits, winner, votes } = read(image);
  const raised = logits.map((value) => Math.exp(value - Math.max(...logits)));
  const values = raised.map((value) => value / raised.reduce((sum, one) => sum + one, 0));
  const drawn = strokes.length > 0;
  const names = Array.from(values, (_, k) => String(k));
  const words = Array.from(values, (value) => `${Math.round(100 * value)}%`);
  const best = [...names].sort((one, other) => values[other] - values[one]).slice(0, 3);
  const bars = { kind: "bars", title: "It reads", names, values, words, high: 1, percent: true, marked: drawn ? winner : -1 };
  const pictures = { kind: "images", width: 112, beside: true, columns: side };
  const panels = [
    { kind: "pad", title: "Your digit" },
    { ...bars, said: best.map((k) => `${k} ${words[k]}`).join(", ") },
    { ...pictures, title: "The network sees", names: [""], values: image, scale: "paper", limit: 1 },
    { ...pictures, title: "Votes of the pixels", names: [drawn ? `raise output ${winner} (blue) or lower it (orange)` : "nothing drawn yet"], values: votes, scale: "weights", limit: Math.max(...votes.map(Math.abs)) || 1 },
  ];
  const said = drawn ? `Read as ${winner} with ${words[winner]}.` : "Draw a digit from 0 to 9.";
  return { title: "Draw a digit", controls: [], values: {}, panels, said };
}

const listeners = [];
const model = {
  answer: answer([]),
  get: (name) => model[name],
  on: (_, listener) => listeners.push(listener),
  off: () => {},
  send({ strokes, id }) {
    model.answer = { ...answer(strokes), to: id };
    listeners.forEach((listener) => listener());
  },
};
if (window.matchMedia("(prefers-color-scheme: dark)").matches) document.body.dataset.jpThemeLight = "false";
figure.render({ model, el: document.getElementById("figure") });
