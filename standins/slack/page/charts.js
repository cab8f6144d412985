// data_visualization blocks as SVG: bars, lines, areas (layered, the first at the back) and pies, with a legend.
import { h, svg } from "./dom.js";

const W = 560, H = 250, LEFT = 54, RIGHT = 10, TOP = 12;
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const colour = (n) => `var(--series-${(n % 12) + 1})`;

function ticks(low, high) {
  const step0 = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(step0));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= step0);
  const found = [];
  for (let t = Math.floor(low / step) * step; t < high + step; t += step) found.push(Number(t.toPrecision(12)));
  return found;
}

// A name under the axis in at most two lines of `room` characters; the whole one on hover.
function label(name, x, y, room) {
  const lines = [""];
  for (const word of name.split(" ")) {
    const last = lines.length - 1;
    if (!lines[last] || `${lines[last]} ${word}`.length <= room || last) lines[last] = `${lines[last]} ${word}`.trim();
    else lines.push(word);
  }
  const cut = (line) => (line.length > room ? `${line.slice(0, Math.max(1, room - 1))}…` : line);
  return svg("text", { y, "text-anchor": "middle" }, svg("title", {}, name), lines.map((line, n) => svg("tspan", { x, dy: n ? 13 : 0 }, cut(line))));
}

function frame(chart) {
  const BOTTOM = chart.axis_config.x_label ? 54 : 36;
  const values = chart.series.flatMap((s) => s.data.map((d) => d.value));
  const marks = ticks(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [marks[0], marks[marks.length - 1]];
  const y = (v) => TOP + (H - TOP - BOTTOM) * (1 - (v - low) / (high - low || 1));
  const names = chart.axis_config.categories;
  const band = (W - LEFT - RIGHT) / names.length;
  const every = Math.ceil(names.length / (Math.max(...names.map((n) => n.length)) > 7 ? 6 : 10));
  const axes = [
    ...marks.map((m) => svg("line", { x1: LEFT, x2: W - RIGHT, y1: y(m), y2: y(m), class: m === 0 ? "zero" : "rule" })),
    ...marks.map((m) => svg("text", { x: LEFT - 8, y: y(m) + 4, "text-anchor": "end" }, short.format(m))),
    ...names.map((n, i) => (i % every ? null : label(n, LEFT + band * (i + 0.5), H - BOTTOM + 16, Math.floor((band * every) / 6.4)))),
    chart.axis_config.x_label && svg("text", { x: (LEFT + W) / 2, y: H - 6, "text-anchor": "middle", class: "axis" }, chart.axis_config.x_label),
    chart.axis_config.y_label && svg("text", { x: -(H - BOTTOM + TOP) / 2, y: 11, transform: "rotate(-90)", "text-anchor": "middle", class: "axis" }, chart.axis_config.y_label),
  ];
  return { y, band, axes, low };
}

const hint = (series, point) => svg("title", {}, `${series.name}, ${point.label}: ${exact.format(point.value)}`);

function bars(chart) {
  const { y, band, axes } = frame(chart);
  const wide = Math.min(46, (band * 0.72) / chart.series.length);
  const drawn = chart.series.flatMap((series, s) => series.data.map((point, i) => {
    const x = LEFT + band * (i + 0.5) + wide * (s - chart.series.length / 2);
    const [top, bottom] = [y(Math.max(0, point.value)), y(Math.min(0, point.value))];
    const box = { x: x + 0.75, y: top, width: Math.max(1, wide - 1.5), height: Math.max(1, bottom - top), rx: 2 };
    return svg("rect", { ...box, fill: colour(s), class: "column" }, hint(series, point));
  }));
  return [...axes, ...drawn];
}

function lines(chart, filled) {
  const { y, band, axes } = frame(chart);
  const drawn = chart.series.flatMap((series, s) => {
    const points = series.data.map((point, i) => [LEFT + band * (i + 0.5), y(point.value), point]);
    const path = points.map(([px, py], i) => `${i ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
    const area = `${path}L${points[points.length - 1][0]} ${y(0)}L${points[0][0]} ${y(0)}Z`;
    return [
      filled && svg("path", { d: area, fill: colour(s), "fill-opacity": 0.28 }),
      svg("path", { d: path, fill: "none", stroke: colour(s), "stroke-width": 2.2, "stroke-linejoin": "round" }),
      ...points.map(([px, py, point]) => svg("circle", { cx: px, cy: py, r: 3.2, fill: colour(s), class: "dot" }, hint(series, point))),
    ];
  });
  return [...axes, ...drawn];
}

function pie(chart) {
  const total = chart.segments.reduce((sum, s) => sum + s.value, 0);
  let from = -Math.PI / 2;
  const [cx, cy, r] = [W / 2, H / 2, 105];
  return chart.segments.map((segment, n) => {
    const turn = Math.min((segment.value / total) * 2 * Math.PI, 2 * Math.PI - 1e-4);
    const [a, b] = [from, from + turn];
    from = b;
    const at = (t) => `${cx + r * Math.cos(t)} ${cy + r * Math.sin(t)}`;
    const path = `M${cx} ${cy}L${at(a)}A${r} ${r} 0 ${turn > Math.PI ? 1 : 0} 1 ${at(b)}Z`;
    const share = `${segment.label}: ${exact.format(segment.value)} (${exact.format((100 * segment.value) / total)} %)`;
    return svg("path", { d: path, fill: colour(n), class: "slice" }, svg("title", {}, share));
  });
}

export function chart(block) {
  const kind = block.chart.type;
  const draw = { bar: bars, line: (c) => lines(c, false), area: (c) => lines(c, true), pie }[kind];
  const names = kind === "pie" ? block.chart.segments.map((s) => s.label) : block.chart.series.map((s) => s.name);
  const spoken = kind === "pie"
    ? block.chart.segments.map((s) => `${s.label} ${exact.format(s.value)}`).join(", ")
    : block.chart.series.map((s) => `${s.name}: ${s.data.map((d) => `${d.label} ${exact.format(d.value)}`).join(", ")}`).join("; ");
  const legend = names.length > 1 || kind === "pie"
    ? h("ul.legend", {}, names.map((name, n) => h("li", { class: `s${(n % 12) + 1}` }, name)))
    : null;
  const picture = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${block.title}. ${spoken}` }, draw(block.chart));
  return h("figure.chart", {}, h("figcaption", {}, block.title), picture, legend);
}
