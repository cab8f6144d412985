// Block Kit blocks as DOM nodes.
import { h } from "./dom.js";
import { chart } from "./charts.js";
import { element, image } from "./elements.js";
import { markdown, plain, richText, textObject } from "./text.js";

const NUMERIC = /^[\s(+−-]*[$€£¥]?[\s(+−-]*\d[\d,. ]*\s?[%kKMB×xh]*\)?(\s*\([^)]*\))?$/;

function cellText(cell) {
  if (cell.type === "raw_text") return cell.text;
  if (cell.type === "raw_number") return cell.text || new Intl.NumberFormat("en").format(cell.value);
  return cell.elements.flatMap((s) => s.elements || []).map((e) => e.text || "").join("");
}

const cell = (given) => (given.type === "rich_text" ? richText(given) : cellText(given));

function alignments(rows, settings = []) {
  return (rows[0] || []).map((_, column) => {
    if (settings[column] && settings[column].align) return settings[column].align;
    const body = rows.slice(1).map((row) => row[column]).filter(Boolean);
    const numeric = body.length && body.every((c) => c.type === "raw_number" || NUMERIC.test(cellText(c)) || ["", "–", "-"].includes(cellText(c).trim()));
    return numeric ? "right" : "left";
  });
}

function table(block) {
  const align = alignments(block.rows, block.column_settings);
  const row = (cells, tag) => h("tr", {}, cells.map((c, i) => h(tag, { class: align[i], scope: tag === "th" ? "col" : undefined }, cell(c))));
  const [head, ...body] = block.rows;
  return h("div.scroll", { tabIndex: 0 }, h("table.grid", {}, h("thead", {}, row(head, "th")), h("tbody", {}, body.map((r) => row(r, "td")))));
}

function dataTable(block) {
  const align = alignments(block.rows);
  const [head, ...body] = block.rows;
  const size = block.page_size || 5;
  let [page, by, down] = [0, -1, false];
  const holder = h("div.data-table");
  const value = (c) => (c.type === "raw_number" ? c.value : cellText(c));
  const draw = () => {
    const rows = by < 0 ? body : [...body].sort((a, b) => (value(a[by]) > value(b[by]) ? 1 : -1) * (down ? -1 : 1));
    const pages = Math.ceil(rows.length / size);
    const sort = (i) => { [by, down, page] = [i, by === i ? !down : align[i] === "right", 0]; draw(); };
    const heads = head.map((c, i) => h("th", { class: align[i], scope: "col", "aria-sort": by === i ? (down ? "descending" : "ascending") : undefined }, h("button.plain", { type: "button", onclick: () => sort(i) }, cell(c), by === i ? (down ? " ↓" : " ↑") : "")));
    const shown = rows.slice(page * size, page * size + size).map((r) => h("tr", {}, r.map((c, i) => h("td", { class: align[i] }, cell(c)))));
    const pager = pages > 1 ? h("div.pager", {},
      h("button.plain", { type: "button", disabled: page === 0, "aria-label": "Previous page", onclick: () => { page -= 1; draw(); } }, "‹"),
      `${page * size + 1}–${Math.min(rows.length, page * size + size)} of ${rows.length}`,
      h("button.plain", { type: "button", disabled: page >= pages - 1, "aria-label": "Next page", onclick: () => { page += 1; draw(); } }, "›")) : null;
    holder.replaceChildren(h("div.scroll", { tabIndex: 0 }, h("table.grid", {}, h("caption", {}, block.caption), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, shown))), ...(pager ? [pager] : []));
  };
  draw();
  return holder;
}

const SIGNS = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

function task(block) {
  const state = { pending: "waiting", in_progress: "in progress", complete: "done", error: "failed" }[block.status];
  const sources = (block.sources || []).map((s) => h("a", { href: /^https?:/i.test(s.url) ? s.url : undefined, target: "_blank", rel: "noopener noreferrer" }, s.text || s.url));
  return h("div.task", { class: block.status }, h("span.sign", { role: "img", "aria-label": state }, SIGNS[block.status]),
    h("div", {}, h("span.name", {}, block.title), block.details ? h("div.detail", {}, richText(block.details)) : null,
      block.output ? h("div.detail", {}, richText(block.output)) : null, sources.length ? h("div.detail", {}, sources) : null));
}

function plan(block) {
  const tasks = block.tasks || [];
  const done = tasks.filter((t) => t.status === "complete").length;
  const working = tasks.some((t) => t.status === "in_progress" || t.status === "pending");
  return h("details.plan", { open: working }, h("summary", {}, block.title, h("small", {}, ` ${done} of ${tasks.length}`)), tasks.map(task));
}

function card(block, context) {
  return h("article.card", {}, block.hero_image ? image(block.hero_image) : null,
    h("div.card-head", {}, block.icon ? image(block.icon) : null,
      h("div", {}, block.title ? h("b", {}, textObject(block.title)) : null, block.subtitle ? h("div.hint", {}, textObject(block.subtitle)) : null)),
    block.body ? h("div", {}, textObject(block.body)) : null,
    block.actions ? h("div.actions", {}, block.actions.map((e) => element(e, context))) : null);
}

function input(block, context) {
  const id = `f-${block.block_id}`.replace(/[^\w-]/g, "");
  const label = plain(block.label);
  const node = element(block.element, { ...context, optional: block.optional, label, quiet: !block.dispatch_action });
  const control = node.matches("input,textarea,select") ? node : node.querySelector("input,textarea,select,summary");
  if (control && !control.id) control.id = id;
  const wrong = context.errors && context.errors[block.block_id];
  if (wrong && control) { control.setAttribute("aria-invalid", "true"); control.setAttribute("aria-describedby", `${id}-error`); }
  return h("div.input", {}, h("label", { htmlFor: id }, label, block.optional ? h("small", {}, " (optional)") : null), node,
    wrong ? h("p.error", { id: `${id}-error`, role: "alert" }, wrong) : null, block.hint ? h("p.hint", {}, plain(block.hint)) : null);
}

const DRAW = {
  section: (b, c) => h("div.section", {}, h("div.grow", {}, b.text ? h("div", {}, textObject(b.text)) : null,
    b.fields ? h("div.fields", {}, b.fields.map((f) => h("div", {}, textObject(f)))) : null), b.accessory ? h("div.accessory", {}, element(b.accessory, { ...c, quiet: false })) : null),
  header: (b) => h("h3.header", {}, plain(b.text)),
  divider: () => h("hr"),
  image: (b) => h("figure.image", {}, b.title ? h("figcaption", {}, plain(b.title)) : null, image(b)),
  context: (b) => h("div.context", {}, b.elements.map((e) => (e.type === "image" ? image(e) : h("span", {}, textObject(e))))),
  actions: (b, c) => h("div.actions", {}, b.elements.map((e) => element(e, { ...c, quiet: false }))),
  context_actions: (b, c) => h("div.actions.small", {}, b.elements.map((e) => element(e, { ...c, quiet: false }))),
  rich_text: (b) => h("div.rich", {}, richText(b)),
  markdown: (b) => h("div.markdown", {}, markdown(b.text)),
  table,
  data_table: dataTable,
  data_visualization: chart,
  task_card: task,
  plan,
  card,
  carousel: (b, c) => h("div.carousel", { tabIndex: 0 }, b.elements.map((e) => card(e, c))),
  alert: (b) => h("div.alert", { class: b.level || "default", role: "note" }, textObject(b.text)),
  input,
};

export function blocks(list, context) {
  return list.map((block) => h("div.block", { "data-block": block.type }, (DRAW[block.type] || (() => null))(block, context)));
}
