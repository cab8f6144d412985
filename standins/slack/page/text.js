// Slack's mrkdwn, rich text and the Markdown of `markdown` blocks, as DOM nodes.
import { h } from "./dom.js";
import { known } from "./state.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", rotating_light: "🚨", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", bar_chart: "📊", moneybag: "💰", money_with_wings: "💸", dollar: "💵", bulb: "💡", eyes: "👀", tada: "🎉",
  rocket: "🚀", fire: "🔥", hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", bell: "🔔", no_bell: "🔕", lock: "🔒",
  unlock: "🔓", mag: "🔍", memo: "📝", page_facing_up: "📄", file_folder: "📁", calendar: "📅", wave: "👋", thumbsup: "👍", "+1": "👍",
  thumbsdown: "👎", "-1": "👎", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", robot_face: "🤖", gear: "⚙️",
  wrench: "🔧", hammer_and_wrench: "🛠️", zap: "⚡", cloud: "☁️", snowflake: "❄️", sunny: "☀️", large_green_circle: "🟢", large_yellow_circle: "🟡",
  red_circle: "🔴", large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", arrow_up: "⬆️", arrow_down: "⬇️",
  arrow_right: "➡️", leftwards_arrow_with_hook: "↩️", arrows_counterclockwise: "🔄", question: "❓", exclamation: "❗",
  information_source: "ℹ️", no_entry: "⛔", octagonal_sign: "🛑", construction: "🚧", package: "📦", seedling: "🌱", trophy: "🏆", pray: "🙏",
  clap: "👏", point_right: "👉", sparkles: "✨", zzz: "💤", wastebasket: "🗑️", clipboard: "📋", link: "🔗", shield: "🛡️",
};
export const emoji = (name) => EMOJI[name] || `:${name}:`;
const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function link(url, label) {
  const safe = /^(https?:|mailto:)/i.test(url);
  return safe ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label || url) : h("span", {}, label || url);
}

export function mention(id) {
  return h("span.mention", { class: known.isMe(id) ? "me" : "" }, "@" + known.nameOf(id));
}

function entity(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return h("span.mention", {}, "#" + (label || known.channelName(target.slice(1))));
  if (target.startsWith("!date^")) return date(target.split("^"), label);
  if (target.startsWith("!subteam^")) return h("span.mention", {}, label || "@" + target.slice(9));
  if (target.startsWith("!")) return h("span.mention", {}, "@" + target.slice(1));
  return /^(https?:|mailto:)/i.test(target) ? link(unescape(target), label) : unescape(`<${inside}>`);
}

function date([, seconds, format], fallback) {
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback;
  const day = when.toLocaleDateString([], { year: "numeric", month: "long", day: "numeric" });
  const short = when.toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });
  const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = (format || "").replace(/\{date_short(_pretty)?\}/g, short).replace(/\{date_num\}/g, when.toISOString().slice(0, 10));
  return words.replace(/\{date(_long)?(_pretty)?\}/g, day).replace(/\{time(_secs)?\}/g, time);
}

const STYLES = { "*": "b", _: "i", "~": "s" };
const BOUNDARY = /[\s([{"'—–\-:,.;!?*_~/]/;

export function inline(text, markdown = false) {
  const nodes = [];
  let plain = "";
  const flush = () => { if (plain) nodes.push(unescape(plain)); plain = ""; };
  const take = (pattern, at) => { pattern.lastIndex = at; return pattern.exec(text); };
  for (let at = 0; at < text.length; ) {
    const c = text[at];
    let found;
    if (c === "`" && (found = take(/`([^`\n]+)`/y, at))) { flush(); nodes.push(h("code", {}, unescape(found[1]))); }
    else if (c === "<" && !markdown && (found = take(/<([^<>\n]+)>/y, at))) { flush(); nodes.push(entity(found[1])); }
    else if (c === "<" && markdown && (found = take(/<([@#!][^<>\n]+)>/y, at))) { flush(); nodes.push(entity(found[1])); }
    else if (c === ":" && (found = take(/:([a-z0-9_+-]+):/y, at)) && EMOJI[found[1]]) { flush(); nodes.push(EMOJI[found[1]]); }
    else if (markdown && c === "[" && (found = take(/\[([^\]\n]+)\]\(([^)\s]+)\)/y, at))) { flush(); nodes.push(link(found[2], found[1])); }
    else if (markdown && c === "\\" && text[at + 1]) { plain += text[at + 1]; at += 2; continue; }
    else if (markdown && (found = take(/\*\*(?=\S)([\s\S]*?\S)\*\*/y, at))) { flush(); nodes.push(h("b", {}, inline(found[1], true))); }
    else if (markdown && (found = take(/~~(?=\S)([\s\S]*?\S)~~/y, at))) { flush(); nodes.push(h("s", {}, inline(found[1], true))); }
    else if (STYLES[c] && (at === 0 || BOUNDARY.test(text[at - 1])) && (found = styled(text, at, c))) {
      flush();
      nodes.push(h(markdown && c === "*" ? "i" : STYLES[c], {}, inline(found[1], markdown)));
    } else { found = null; }
    if (found) at += found[0].length;
    else { plain += c; at += 1; }
  }
  flush();
  return nodes;
}

function styled(text, at, c) {
  const sign = c === "*" ? "\\*" : c;
  const pattern = new RegExp(`${sign}(?=\\S)([^${sign}\\n]*?\\S)${sign}(?!\\w)`, "y");
  pattern.lastIndex = at;
  return pattern.exec(text);
}

// mrkdwn with fences, quotes and line breaks.
export function mrkdwn(text) {
  const nodes = [];
  for (const [index, part] of text.split("```").entries()) {
    if (index % 2) { nodes.push(h("pre", {}, unescape(part.replace(/^\n/, "")))); continue; }
    const lines = part.split("\n");
    let quote = [];
    const close = () => { if (quote.length) nodes.push(h("blockquote", {}, quote)); quote = []; };
    lines.forEach((line, number) => {
      const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(line);
      if (quoted) { quote.push(quote.length ? h("br") : null, inline(quoted[1])); return; }
      close();
      nodes.push(inline(line), number < lines.length - 1 ? h("br") : null);
    });
    close();
  }
  return nodes.flat(Infinity).filter(Boolean);
}

export function textObject(object) {
  if (!object) return null;
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object);
}

export const plain = (object) => (object && object.text ? object.text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] || all) : "");

export function markdown(text) {
  const lines = text.split("\n");
  const nodes = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    let found;
    if (line.startsWith("```")) {
      const end = lines.findIndex((l, i) => i > at && l.startsWith("```"));
      const stop = end < 0 ? lines.length : end;
      nodes.push(h("pre", {}, lines.slice(at + 1, stop).join("\n")));
      at = stop;
    } else if ((found = /^(#{1,6})\s+(.*)$/.exec(line))) nodes.push(h(found[1].length < 3 ? "h3" : "h4", {}, inline(found[2], true)));
    else if (/^\s*([-*+]|\d+[.)])\s+/.test(line)) {
      const ordered = /^\s*\d/.test(line);
      const rows = [];
      while (at < lines.length && (found = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(lines[at]))) { rows.push(h("li", {}, inline(found[1], true))); at += 1; }
      at -= 1;
      nodes.push(h(ordered ? "ol" : "ul", {}, rows));
    } else if (line.startsWith("|") && /^\|[\s:|-]+\|?$/.test(lines[at + 1] || "")) {
      const cells = (row, tag) => h("tr", {}, row.replace(/^\||\|$/g, "").split("|").map((cell) => h(tag, {}, inline(cell.trim(), true))));
      const rows = [cells(line, "th")];
      for (at += 2; at < lines.length && lines[at].startsWith("|"); at += 1) rows.push(cells(lines[at], "td"));
      at -= 1;
      nodes.push(h("div.scroll", {}, h("table.grid", {}, rows)));
    } else if (line.startsWith("> ")) nodes.push(h("blockquote", {}, inline(line.slice(2), true)));
    else if (/^(-{3,}|\*{3,})$/.test(line)) nodes.push(h("hr"));
    else if (line.trim()) nodes.push(h("p", {}, inline(line, true)));
  }
  return nodes;
}

function leaf(part) {
  const style = part.style || {};
  const of = {
    text: () => part.text,
    link: () => link(part.url, part.text),
    emoji: () => emoji(part.name),
    user: () => mention(part.user_id),
    usergroup: () => h("span.mention", {}, "@" + part.usergroup_id),
    channel: () => h("span.mention", {}, "#" + known.channelName(part.channel_id)),
    broadcast: () => h("span.mention", {}, "@" + part.range),
    date: () => date(["", part.timestamp, part.format], part.fallback || ""),
    color: () => part.value,
  };
  let node = (of[part.type] || (() => ""))();
  for (const [name, tag] of [["code", "code"], ["bold", "b"], ["italic", "i"], ["strike", "s"], ["underline", "u"]]) if (style[name]) node = h(tag, {}, node);
  return node;
}

export function richText(block) {
  return block.elements.map((part) => {
    const inner = () => part.elements.map(leaf);
    if (part.type === "rich_text_preformatted") return h("pre", {}, inner());
    if (part.type === "rich_text_quote") return h("blockquote", {}, inner());
    if (part.type === "rich_text_list") {
      const tag = part.style === "ordered" ? "ol" : "ul";
      return h(tag, { class: `indent${part.indent || 0}` }, part.elements.map((item) => h("li", {}, item.elements.map(leaf))));
    }
    return h("div.lines", {}, inner());
  });
}
