// One message: author, body, files, reactions, the thread below it and the tools that appear over it.
import { h, icon, memo, post, toast } from "./dom.js";
import { blocks } from "./blocks.js";
import { messageContext } from "./elements.js";
import { S, known } from "./state.js";
import { emoji, mrkdwn } from "./text.js";

const HUES = [262, 198, 340, 24, 150, 222, 46, 300];

export function avatar(id, size = "") {
  if (id === S.app.bot_user) return h("img.avatar", { class: size, src: "/page/app.svg", alt: "" });
  const name = known.nameOf(id);
  const letters = name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("");
  const index = S.people.findIndex((p) => p.id === id);
  const node = h("span.avatar", { class: size, "aria-hidden": "true" }, id === "USLACKBOT" ? "◆" : letters);
  node.style.backgroundColor = `hsl(${HUES[(index + HUES.length) % HUES.length]} 42% 44%)`;
  return node;
}

const moment = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => moment(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function day(ts) {
  const [then, now] = [moment(ts), new Date()];
  if (then.toDateString() === now.toDateString()) return "Today";
  if (then.toDateString() === new Date(now - 864e5).toDateString()) return "Yesterday";
  return then.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

function files(message) {
  return (message.files || []).map((file) => {
    const address = `/page-files/${encodeURIComponent(file.id)}/${encodeURIComponent(file.name)}`;
    if (/^image\/(png|jpeg|gif)$/.test(file.mimetype)) return h("figure.image", {}, h("figcaption", {}, file.title), h("img", { src: address, alt: file.title, loading: "lazy" }));
    return h("a.file", { href: address, download: file.name }, icon("file"), h("span", {}, h("b", {}, file.title), h("small", {}, `${file.pretty_type} · ${size(file.size)} · Download`)));
  });
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1048576).toFixed(1)} MB`);

function body(message) {
  const own = Boolean(message.bot_id);
  const nodes = own && message.blocks.length ? blocks(message.blocks, messageContext(message)) : [h("div.text", {}, mrkdwn(message.text))];
  if (message.streaming) nodes.push(h("span.caret", { "aria-label": "still writing" }));
  return [...nodes, ...files(message), ...previews(message)];
}

// Previews of links: Work Objects, which open beside the conversation, and blocks.
function previews(message) {
  const { entities = [], blocks: drawn = [] } = message.unfurls || {};
  return [...entities.map((e) => entityCard(e, () => post("open_details", { user: S.me, ts: message.ts, url: e.url }).catch((x) => toast(x.message)))),
    ...drawn.map((one) => h("div.entity", {}, blocks(one, messageContext(message))))];
}

export function entityCard(entity, open) {
  const { attributes, fields = {}, custom_fields: own = [], display_order: order = [] } = entity.entity_payload;
  const all = { ...Object.fromEntries(Object.entries(fields).map(([k, f]) => [k, { label: k.replaceAll("_", " "), ...f }])), ...Object.fromEntries(own.map((f) => [f.key, f])) };
  const shown = (field) => (typeof field.value === "number" ? moment(field.value).toLocaleString() : String(field.value));
  const rows = order.filter((name) => all[name]).map((name) => [h("dt", {}, all[name].label), h("dd", {}, shown(all[name]))]);
  const head = h("div.entity-head", {}, h("small.hint", {}, [attributes.product_name, attributes.display_type, attributes.display_id].filter(Boolean).join(" · ")), h("b", {}, attributes.title.text));
  return h("article.entity", {}, open ? h("button.entity-open", { type: "button", onclick: open }, head) : head, rows.length ? h("dl", {}, rows) : null);
}

function reactions(message) {
  const list = message.reactions || [];
  if (!list.length) return null;
  return h("div.reactions", {}, list.map((r) => {
    const mine = r.users.includes(S.me);
    return h("button.reaction", { type: "button", "aria-pressed": String(mine), title: r.users.map((u) => known.nameOf(u)).join(", "), onclick: () => react(message, r.name, !mine) }, `${emoji(r.name)} ${r.count}`);
  }));
}

const react = (message, name, add) => post("react", { user: S.me, channel: message.channel, ts: message.ts, name, add }).catch((e) => toast(e.message));

function tools(message, open) {
  const quick = [["+1", "up"], ["eyes", "eye"], ["white_check_mark", "check"]].map(([name, shape]) => h("button.plain", { type: "button", title: `React with ${name}`, "aria-label": `React with ${name}`, onclick: () => react(message, name, true) }, icon(shape)));
  const reply = open ? h("button.plain", { type: "button", title: "Reply in thread", "aria-label": "Reply in thread", onclick: () => open(message.thread_ts || message.ts) }, icon("thread")) : null;
  const uses = S.shortcuts.filter((s) => s.on_message).map((s) => h("button.plain", { type: "button", onclick: () => post("shortcut", { user: S.me, callback_id: s.callback_id, ts: message.ts }).catch((e) => toast(e.message)) }, s.name));
  return h("div.tools", {}, quick, reply, uses);
}

function summary(message, open) {
  if (!open || !message.reply_count) return null;
  const who = (message.reply_users || []).slice(0, 3).map((id) => avatar(id, "tiny"));
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h("button.replies", { type: "button", "data-thread": message.ts, onclick: () => open(message.ts) }, who, h("b", {}, count), h("span.hint", {}, `Last reply ${day(message.latest_reply).toLowerCase()} at ${clock(message.latest_reply)}`));
}

export function draw(message, options = {}) {
  const own = Boolean(message.bot_id);
  const whisper = message.is_ephemeral;
  const name = own && message.username ? message.username : known.nameOf(message.user);
  const head = options.follows ? null : h("div.head", {}, h("b.author", {}, name), own ? h("span.badge", {}, "APP") : null, h("time", { title: moment(message.ts).toLocaleString() }, clock(message.ts)));
  return h("article.message", { class: [options.follows && "follows", whisper && "whisper", own && "bot"].filter(Boolean).join(" "), "data-ts": message.ts, tabIndex: -1 },
    h("div.gutter", {}, options.follows ? h("time.hover", {}, clock(message.ts)) : avatar(message.user)),
    h("div.content", {}, whisper ? h("div.only-you", {}, icon("eye"), " Only visible to you") : null, head, body(message), reactions(message), summary(message, options.open)),
    whisper ? null : tools(message, options.open));
}

// Messages with day lines; those of one author within five minutes stand together.
export function list(messages, options = {}) {
  const nodes = [];
  let before = null;
  for (const message of messages) {
    const fresh = !before || day(before.ts) !== day(message.ts);
    if (fresh && options.pane === "timeline") nodes.push(h("div.day", { role: "separator" }, h("span", {}, day(message.ts))));
    if (options.lastRead && Number(message.ts) > options.lastRead && message.user !== S.me && (!before || Number(before.ts) <= options.lastRead)) nodes.push(h("div.new", { role: "separator" }, h("span", {}, "New")));
    const follows = !fresh && before.user === message.user && !before.reply_count && Number(message.ts) - Number(before.ts) < 300 && Boolean(before.is_ephemeral) === Boolean(message.is_ephemeral);
    const shows = [message, follows, S.me, Boolean(options.open), day(message.ts)];
    nodes.push(memo(`${options.pane}|${message.ts}`, shows, () => draw(message, { follows, open: options.open })));
    if (options.after) nodes.push(options.after(message));
    before = message;
  }
  return nodes.filter(Boolean);
}

// The stop button that Slack shows while the agent is at work in a thread.
export function stopButton(channel, thread) {
  const session = S.sessions.get(`${channel}|${thread}`);
  if (!session || session.status !== "processing" || !session.stoppable) return null;
  const stop = () => post("stop", { user: S.me, channel, thread_ts: thread }).catch((e) => toast(e.message));
  return h("div.session", {}, h("button.stop", { type: "button", onclick: stop }, h("span.sign", { "aria-hidden": "true" }, "■"), ` Stop ${S.app.name}`));
}

export function status(channel, thread) {
  const shown = S.statuses.get(`${channel}|${thread}`);
  if (!shown) return null;
  const lines = [shown.status, ...(shown.loading_messages || [])];
  const started = shown.seen || (shown.seen = Date.now());
  const line = shown.loading_messages && shown.loading_messages.length ? shown.loading_messages[Math.floor((Date.now() - started) / 2000) % shown.loading_messages.length] : "";
  return memo(`status|${channel}|${thread}`, [shown.status, line], () => h("div.status", { role: "status" }, avatar(S.app.bot_user, "small"), h("span.shimmer", { title: lines.join("\n") }, `${S.app.name} ${shown.status}`), line ? h("span.hint", {}, line) : null));
}

