// Interactive elements; `act(element, value)` tells the app, `field(element, value)` remembers an input.
import { h, icon, post, toast } from "./dom.js";
import { confirmed } from "./confirm.js";
import { S } from "./state.js";
import { plain, textObject } from "./text.js";

const wait = async (node, work) => {
  node.classList.add("busy");
  try { await work(); } catch (error) { toast(error.message); }
  node.classList.remove("busy");
};

async function fire(context, element, value, node) {
  if (element.confirm && !(await confirmed(element.confirm))) return false;
  await wait(node, () => context.act(element, value));
  return true;
}

function button(element, context) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(S.me)) return null;
  const label = element.accessibility_label;
  const style = element.style === "primary" ? "primary" : element.style === "danger" ? "danger" : "";
  const node = h("button.button", { type: "button", class: style, "aria-label": label, "data-action": element.action_id }, plain(element.text));
  node.addEventListener("click", () => {
    if (element.url && /^https?:/i.test(element.url)) window.open(element.url, "_blank", "noopener");
    fire(context, element, element.value, node);
  });
  return node;
}

const optionNode = (option, chosen) => h("option", { value: option.value, selected: chosen.includes(option.value) }, plain(option.text));

function initial(element, context) {
  const kept = context.kept ? context.kept(element) : undefined;
  if (kept !== undefined) return kept;
  const many = element.initial_options || element.initial_users || element.initial_conversations || element.initial_channels;
  if (many) return many.map((o) => o.value || o);
  const one = element.initial_option || element.initial_user || element.initial_conversation || element.initial_channel;
  return one ? one.value || one : undefined;
}

function choices(element) {
  if (element.type.includes("users_")) return S.people.map((p) => ({ value: p.id, text: { text: p.real_name } }));
  if (element.type.includes("channels_") || element.type.includes("conversations_")) {
    return S.channels.filter((c) => !c.is_im).map((c) => ({ value: c.id, text: { text: "#" + c.name } }));
  }
  return element.options || [];
}

function select(element, context) {
  const chosen = [initial(element, context)].flat().filter(Boolean);
  const many = element.type.startsWith("multi_");
  if (many) return several(element, context, chosen);
  const groups = (element.option_groups || []).map((g) => h("optgroup", { label: plain(g.label) }, g.options.map((o) => optionNode(o, chosen))));
  const empty = h("option", { value: "", disabled: !context.optional, selected: !chosen.length }, plain(element.placeholder) || "Choose an option");
  const node = h("select.field", { "data-action": element.action_id, "aria-label": context.label || plain(element.placeholder) || "Choose" }, empty, groups, choices(element).map((o) => optionNode(o, chosen)));
  node.addEventListener("change", async () => {
    context.field(element, node.value || null);
    if (!context.quiet && !(await fire(context, element, node.value, node))) node.value = chosen[0] || "";
  });
  return node;
}

function several(element, context, chosen) {
  const picked = new Set(chosen);
  const list = (element.option_groups || []).flatMap((g) => g.options).concat(choices(element));
  const summary = h("summary", {});
  const label = () => { summary.textContent = picked.size ? list.filter((o) => picked.has(o.value)).map((o) => plain(o.text)).join(", ") : plain(element.placeholder) || "Choose options"; };
  const rows = list.map((o) => h("label", {}, h("input", { type: "checkbox", checked: picked.has(o.value), onchange: (event) => {
    event.target.checked ? picked.add(o.value) : picked.delete(o.value);
    label();
    context.field(element, [...picked]);
    if (!context.quiet) context.act(element, [...picked]).catch((e) => toast(e.message));
  } }), " ", plain(o.text)));
  label();
  return h("details.several.field", { "data-action": element.action_id }, summary, h("div.menu", {}, rows));
}

function external(element, context) {
  const node = h("input.field", { type: "text", role: "combobox", autocomplete: "off", "data-action": element.action_id, "aria-expanded": "false", placeholder: plain(element.placeholder) || "Type to search" });
  const first = element.initial_option || (context.kept && context.kept(element));
  if (first && first.text) node.value = plain(first.text);
  const menu = h("div.menu", { hidden: true, role: "listbox" });
  let asked = 0;
  const search = async () => {
    const mine = ++asked;
    if (node.value.length < (element.min_query_length ?? 3)) return;
    const { options } = await context.suggest(element, node.value);
    if (mine !== asked) return;
    menu.replaceChildren(...(options.length ? options.map((o) => h("button", { type: "button", role: "option", onclick: () => {
      node.value = plain(o.text);
      menu.hidden = true;
      context.field(element, o);
      if (!context.quiet) fire(context, element, o, node);
    } }, plain(o.text))) : [h("p.hint", {}, "No results")]));
    menu.hidden = false;
  };
  node.addEventListener("input", () => { context.field(element, null); search().catch((e) => toast(e.message)); });
  node.addEventListener("focus", () => search().catch((e) => toast(e.message)));
  node.addEventListener("blur", () => setTimeout(() => { menu.hidden = true; }, 200));
  return h("div.popover", {}, node, menu);
}

function overflow(element, context) {
  const menu = h("div.menu.right", { hidden: true, role: "menu" });
  const node = h("button.button.more", { type: "button", "aria-haspopup": "menu", "aria-label": "More options", "data-action": element.action_id, onclick: () => { menu.hidden = !menu.hidden; } }, "⋯");
  menu.append(...element.options.map((o) => h("button", { type: "button", role: "menuitem", onclick: () => {
    menu.hidden = true;
    if (o.url && /^https?:/i.test(o.url)) window.open(o.url, "_blank", "noopener");
    fire(context, element, o.value, node);
  } }, plain(o.text), o.description ? h("small", {}, plain(o.description)) : null)));
  return h("div.popover", {}, node, menu);
}

function boxes(element, context) {
  const many = element.type === "checkboxes";
  const picked = new Set([initial(element, context)].flat().filter(Boolean));
  const group = `g${Math.random().toString(36).slice(2)}`;
  return h("div.boxes", { role: many ? "group" : "radiogroup", "data-action": element.action_id }, element.options.map((o) => h("label", {},
    h("input", { type: many ? "checkbox" : "radio", name: group, value: o.value, checked: picked.has(o.value), onchange: (event) => {
      if (!many) picked.clear();
      event.target.checked ? picked.add(o.value) : picked.delete(o.value);
      const value = many ? [...picked] : o.value;
      context.field(element, value);
      if (!context.quiet) context.act(element, value).catch((e) => toast(e.message));
    } }),
    h("span", {}, textObject(o.text), o.description ? h("small", {}, textObject(o.description)) : null))));
}

const TYPES = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local", number_input: "number", email_text_input: "email", url_text_input: "url" };

function typed(element, context) {
  const kept = context.kept ? context.kept(element) : undefined;
  const start = kept ?? element.initial_value ?? element.initial_date ?? element.initial_time;
  const tall = element.multiline || element.type === "rich_text_input";
  const step = element.type === "number_input" && element.is_decimal_allowed ? "any" : undefined;
  const node = h(tall ? "textarea.field" : "input.field", { "data-action": element.action_id, step, placeholder: plain(element.placeholder), rows: tall ? 4 : undefined });
  if (!tall) node.type = TYPES[element.type] || "text";
  if (element.max_length) node.maxLength = element.max_length;
  if (typeof start === "string") node.value = start;
  const read = () => {
    if (!node.value) return null;
    if (element.type === "datetimepicker") return Math.floor(new Date(node.value).getTime() / 1000);
    if (element.type !== "rich_text_input") return node.value;
    return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: node.value }] }] };
  };
  node.addEventListener("input", () => context.field(element, read()));
  if (!context.quiet) node.addEventListener("change", () => fire(context, element, read(), node));
  return node;
}

function feedback(element, context) {
  const one = (name, shape) => {
    const node = h("button.icon-button", { type: "button", title: plain(element[name].text), "aria-label": element[name].accessibility_label || plain(element[name].text), "aria-pressed": "false", "data-action": element.action_id, "data-value": element[name].value }, icon(shape));
    node.addEventListener("click", () => {
      for (const other of node.parentElement.children) other.setAttribute("aria-pressed", String(other === node));
      fire(context, element, name, node);
    });
    return node;
  };
  return h("span.feedback", {}, one("positive_button", "up"), one("negative_button", "down"));
}

function trash(element, context) {
  const node = h("button.icon-button", { type: "button", title: plain(element.text), "aria-label": plain(element.text), "data-action": element.action_id, onclick: () => fire(context, element, element.value, node) }, icon("bin"));
  return node;
}

export function image(element) {
  const file = element.slack_file && (element.slack_file.id || (element.slack_file.url || "").split("/").slice(-2)[0]);
  return h("img", { src: file ? `/page-files/${encodeURIComponent(file)}/image` : element.image_url, alt: element.alt_text, loading: "lazy" });
}

export function element(given, context) {
  const type = given.type;
  if (type === "button") return button(given, context);
  if (type === "image") return image(given);
  if (type === "overflow") return overflow(given, context);
  if (type === "feedback_buttons") return feedback(given, context);
  if (type === "icon_button") return trash(given, context);
  if (type === "checkboxes" || type === "radio_buttons") return boxes(given, context);
  if (type.endsWith("external_select")) return external(given, context);
  if (type.endsWith("_select")) return select(given, context);
  return typed(given, context);
}

export const messageContext = (message) => ({
  act: (e, value) => post("click", { user: S.me, ts: message.ts, action_id: e.action_id, value: value ?? null }),
  suggest: (e, value) => post("suggest", { user: S.me, ts: message.ts, action_id: e.action_id, value }),
  field: () => {},
});

