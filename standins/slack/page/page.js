// The window: side bar, conversation, thread, Home; redrawn from the state on every change of the feed.
import { fill, h, icon, memo, post, toast } from "./dom.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { showModals } from "./dialogs.js";
import { openStep, showDetails, stepEnded } from "./steps.js";
import { avatar, list, status, stopButton } from "./message.js";
import { S, byTime, key, known, lastRead, markRead, messagesOf, threadOf, timeline, unread, whispers } from "./state.js";

const $ = (id) => document.getElementById(id);
let readLine = 0;
let socket;

function go(channel, tab = "messages", thread = "") { location.hash = [channel, tab, thread].filter(Boolean).join("/"); }

function follow() {
  const [channel, tab, thread] = location.hash.slice(1).split("/");
  const fallback = known.im() || S.channels[0];
  const place = { channel: known.channel(channel) ? channel : fallback.id, tab: tab || "messages" };
  const moved = place.channel !== S.place.channel || place.tab !== S.place.tab;
  if (moved) { readLine = lastRead(place.channel); document.body.classList.remove("drawer"); }
  S.place = place;
  S.thread = thread && messagesOf(place.channel).has(thread) ? thread : "";
  if (moved && !known.channel(place.channel).is_im) post("look_at", { user: S.me, channel: place.channel }).catch((e) => toast(e.message));
  if (moved && place.channel === (known.im() || {}).id) post("open_home", { user: S.me, tab: place.tab === "home" ? "home" : "messages" }).catch((e) => toast(e.message));
  render(moved);
}

function sidebar() {
  const menu = document.querySelector(".people");
  if (menu && !menu.hidden && menu.contains(document.activeElement)) return;
  const item = (channel, sign, label, tab = "messages") => {
    const { any, count } = tab === "messages" ? unread(channel) : { any: false, count: 0 };
    const here = S.place.channel === channel.id && (S.place.tab === "home") === (tab === "home");
    return h("button.item", { type: "button", class: [here && "here", any && !here && "fresh"].filter(Boolean).join(" "), "aria-current": here ? "page" : undefined, onclick: () => go(channel.id, tab) }, h("span.sign", {}, sign), h("span.label", {}, label), count && !here ? h("span.count", { "aria-label": `${count} unread` }, count) : null);
  };
  const im = known.im();
  const me = known.person(S.me);
  const people = h("div.menu.people", { hidden: true, role: "menu" }, h("p.hint", {}, "Act as"), S.people.map((p) => h("button", { type: "button", role: "menuitemradio", "aria-checked": String(p.id === S.me), onclick: () => become(p.id) }, avatar(p.id, "small"), h("span", {}, h("b", {}, p.real_name), h("small", {}, p.title)))));
  const switcher = h("button.switcher", { type: "button", "aria-haspopup": "menu", id: "me", onclick: () => { people.hidden = !people.hidden; } }, avatar(S.me), h("span", {}, h("b", {}, me.real_name), h("small", {}, me.title)), h("span.sign", {}, "⇅"));
  const shortcuts = S.shortcuts.filter((s) => !s.on_message);
  $("sidebar").replaceChildren(
    h("header", {}, h("b", {}, S.team.name), h("small", { class: S.connected ? "on" : "off" }, S.connected ? `${S.app.name} is connected` : `${S.app.name} is not connected`)),
    h("div.items", {}, h("h2", {}, "Channels"), S.channels.filter((c) => !c.is_im).map((c) => item(c, "#", c.name)),
      h("h2", {}, "Direct messages"), im ? item(im, avatar(S.app.bot_user, "tiny"), S.app.name) : null,
      h("h2", {}, "Apps"), im ? item(im, "⌂", `${S.app.name} Home`, "home") : null,
      shortcuts.map((s) => h("button.item", { type: "button", onclick: () => post("shortcut", { user: S.me, callback_id: s.callback_id }).catch((e) => toast(e.message)) }, h("span.sign", {}, "⚡"), s.name)),
      S.functions.length ? h("h2", {}, "Workflow steps") : null,
      S.functions.map((f) => h("button.item", { type: "button", title: f.description, onclick: () => openStep(f) }, h("span.sign", {}, "⚙"), f.title))),
    h("div.popover", {}, people, switcher));
}

function header(channel) {
  const menu = h("button.plain.drawer-button", { type: "button", "aria-label": "Channels", onclick: () => document.body.classList.toggle("drawer") }, icon("menu"));
  if (!channel.is_im) return h("header.bar", {}, menu, h("h1", {}, `# ${channel.name}`), h("span.topic", {}, (channel.topic || {}).value || ""), h("span.hint", {}, `${channel.num_members} members`));
  const tabs = [["messages", "Messages"], ["home", "Home"], ["about", "About"]];
  return h("header.bar", {}, menu, avatar(S.app.bot_user, "small"), h("h1", {}, S.app.name), h("div.tabs", { role: "tablist" }, tabs.map(([name, label]) => h("button.plain", { type: "button", role: "tab", "aria-selected": String(S.place.tab === name), onclick: () => go(channel.id, name) }, label))));
}

function home() {
  if (!S.home) return h("div.scroller.home", {}, h("p.empty", {}, `${S.app.name} has nothing here yet.`));
  return memo("home", [S.me, S.home], () => homeView(S.home));
}

function homeView(view) {
  const values = {};
  const context = {
    field: (element, value) => { values[element.action_id] = value; },
    act: (element, value) => post("press", { user: S.me, view_id: view.id, action_id: element.action_id, value: value ?? null, values }),
    suggest: (element, value) => post("suggest", { user: S.me, view_id: view.id, action_id: element.action_id, value }),
  };
  return h("div.scroller.home", {}, blocks(view.blocks, context));
}

function conversation(channel) {
  const open = (ts) => go(channel.id, "messages", ts);
  const messages = [...timeline(channel.id), ...whispers(channel.id, "")].sort(byTime);
  const after = (message) => (S.thread === message.ts ? null : status(channel.id, message.ts));
  const rows = messages.length ? list(messages, { open, after, lastRead: readLine, pane: "timeline" }) : [h("div.empty", {}, avatar(S.app.bot_user, "big"), h("h2", {}, channel.is_im ? `Ask ${S.app.name}` : `This is #${channel.name}`), h("p", {}, channel.is_im ? S.app.about : (channel.topic || {}).value || "Nothing was said here yet."))];
  const name = channel.is_im ? S.app.name : `#${channel.name}`;
  const prompts = channel.is_im && !S.thread ? S.prompts.get(key(channel.id, "")) : null;
  const field = memo(`composer|${channel.id}`, [S.me, name, prompts], () => composer(channel.id, "", name, prompts));
  return [fill(scroller("timeline", channel.id), rows), field];
}

const scroller = (id, of) => memo(id, [S.me, of], () => h("div.scroller", { id, tabIndex: -1, role: "log", "aria-label": id === "replies" ? "Replies" : "Messages" }));

function about() {
  return h("div.scroller.home", {}, h("h3.header", {}, S.app.name), h("p", {}, S.app.about), h("table.grid", {}, S.commands.map((c) => h("tr", {}, h("td", {}, h("code", {}, `${c.command} ${c.usage_hint}`)), h("td", {}, c.description)))));
}

function thread(channel) {
  const pane = $("thread");
  pane.hidden = !S.thread;
  document.body.classList.toggle("threaded", Boolean(S.thread));
  if (!S.thread) { pane.replaceChildren(); return; }
  const [parent, ...replies] = threadOf(channel.id, S.thread);
  const rows = [...replies, ...whispers(channel.id, S.thread)].sort(byTime);
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const close = h("button.plain", { type: "button", "aria-label": "Close thread", onclick: () => go(channel.id) }, icon("close"));
  const prompts = S.prompts.get(key(channel.id, S.thread));
  const line = replies.length ? h("div.day.count", { role: "separator" }, h("span", {}, count)) : null;
  fill(pane, [
    h("header.bar", {}, h("h1", {}, parent.assistant_title || "Thread"), h("span.topic", {}, channel.is_im ? S.app.name : `#${channel.name}`), close),
    fill(scroller("replies", S.thread), [list([parent], { pane: "parent" }), line, list(rows, { pane: "replies" }), status(channel.id, S.thread), stopButton(channel.id, S.thread)]),
    memo(`composer|${S.thread}`, [S.me, prompts], () => composer(channel.id, S.thread, "", prompts)),
  ]);
}

const low = (node) => node.scrollHeight - node.scrollTop - node.clientHeight < 80;

// Redraws everything; what is unchanged stays the same node. A reader at the end stays at the end.
function render(moved = false) {
  const channel = known.channel(S.place.channel);
  if (!channel) return;
  const ends = new Set(["timeline", "replies"].map($).filter((node) => node && low(node)));
  sidebar();
  const content = S.place.tab === "home" && channel.is_im ? home() : S.place.tab === "about" && channel.is_im ? about() : conversation(channel);
  fill($("main"), [header(channel), content]);
  thread(channel);
  for (const node of ["timeline", "replies"].map($).filter(Boolean)) {
    if (ends.has(node) || !node.dataset.seen || (moved && node.id === "timeline")) toEnd(node);
    node.dataset.seen = "yes";
  }
  if (moved && matchMedia("(min-width: 800px)").matches && $("composer-main") && !document.querySelector("dialog[open]")) $("composer-main").focus();
  if (document.visibilityState === "visible" && S.place.tab === "messages") markRead(channel.id);
  const fresh = S.channels.some((c) => unread(c).count);
  document.title = `${fresh ? "• " : ""}${channel.is_im ? S.app.name : "#" + channel.name} – ${S.team.name}`;
}

// To the end; a last message taller than the pane shows its first line, which is the answer.
function toEnd(node) {
  const scroll = () => {
    const last = [...node.querySelectorAll(".message")].pop();
    const tall = last && last.offsetHeight > node.clientHeight - 30;
    node.scrollTop = tall ? last.offsetTop - 8 : node.scrollHeight;
  };
  scroll();
  for (const img of node.querySelectorAll("img")) if (!img.complete) img.addEventListener("load", scroll, { once: true });
}

let queued = false;
function soon() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => { queued = false; render(); });
}

const APPLY = {
  snapshot(c) {
    Object.assign(S, { me: c.me, people: c.people, groups: c.groups, channels: c.channels, commands: c.commands, shortcuts: c.shortcuts, functions: c.functions, app: c.app, team: c.team, ephemerals: c.ephemerals, stack: c.stack, home: c.home, connected: c.connected });
    S.messages = new Map(Object.entries(c.messages).map(([id, all]) => [id, new Map(all.map((m) => [m.ts, { ...m, channel: id }]))]));
    S.statuses = new Map(c.statuses.map((s) => [key(s.channel, s.thread_ts), s]));
    S.sessions = new Map(c.sessions.map((s) => [key(s.channel, s.thread_ts), s]));
    S.prompts = new Map(c.prompts.map((p) => [key(p.channel, p.thread_ts), p]));
    S.place = { channel: "", tab: "" };
    follow();
    showModals();
  },
  message(c) {
    messagesOf(c.channel).set(c.message.ts, { ...c.message, channel: c.channel });
    openThread(c.channel, c.message);
    soon();
  },
  changed(c) { messagesOf(c.channel).set(c.message.ts, { ...c.message, channel: c.channel }); soon(); },
  deleted(c) { messagesOf(c.channel).delete(c.ts); S.ephemerals = S.ephemerals.filter((m) => m.ts !== c.ts); soon(); },
  ephemeral(c) { S.ephemerals = [...S.ephemerals.filter((m) => m.ts !== c.message.ts), c.message]; soon(); },
  status(c) {
    if (c.status) S.statuses.set(key(c.channel, c.thread_ts), c); else S.statuses.delete(key(c.channel, c.thread_ts));
    const asked = messagesOf(c.channel).get(c.thread_ts);
    if (c.status && asked) openThread(c.channel, { thread_ts: c.thread_ts, bot_id: "app" });
    soon();
  },
  details(c) { showDetails(c); },
  execution(c) { stepEnded(c); },
  session(c) { S.sessions.set(key(c.channel, c.thread_ts), c); soon(); },
  prompts(c) { S.prompts.set(key(c.channel, c.thread_ts), c); soon(); },
  views(c) { S.stack = c.stack; showModals(); },
  home(c) { S.home = c.view; soon(); },
  joined() { connect(); },
  connected(c) { S.connected = c.connected; soon(); },
};

// The app's answer to what I just asked opens beside it, where there is room.
function openThread(channel, message) {
  const asked = message.bot_id && message.thread_ts && messagesOf(channel).get(message.thread_ts);
  const recent = asked && asked.user === S.me && Date.now() / 1000 - Number(asked.ts) < 60;
  const latest = recent && ![...messagesOf(channel).values()].some((m) => m.user === S.me && !m.thread_ts && Number(m.ts) > Number(asked.ts));
  const room = matchMedia("(min-width: 1000px)").matches;
  if (latest && room && S.place.channel === channel && S.place.tab === "messages" && S.thread !== message.thread_ts) go(channel, "messages", message.thread_ts);
}

function connect() {
  if (socket) { socket.onclose = null; socket.close(); }
  socket = new WebSocket(`ws://${location.host}/feed?user=${encodeURIComponent(localStorage.getItem("me") || S.me)}`);
  socket.onmessage = (event) => { const change = JSON.parse(event.data); (APPLY[change.type] || (() => {}))(change); };
  socket.onclose = () => { S.connected = false; toast("Connection lost. Trying again…"); setTimeout(start, 1500); };
}

function actAs(id) {
  localStorage.setItem("me", id);
  document.cookie = `acting=${encodeURIComponent(id)}; path=/openid; SameSite=Lax`; // whom "Sign in with Slack" signs in
}

function become(id) {
  actAs(id);
  S.me = id;
  location.hash = "";
  connect();
}

async function start() {
  const asked = new URLSearchParams(location.search).get("user");
  try {
    const { people } = await (await fetch("/test/people")).json();
    const wanted = asked || localStorage.getItem("me");
    const person = people.find((p) => p.id === wanted || p.name === wanted) || people[0];
    actAs(person.id);
    S.me = person.id;
    connect();
  } catch { setTimeout(start, 1500); }
}

addEventListener("hashchange", follow);
addEventListener("click", (event) => { for (const menu of document.querySelectorAll(".popover > .menu:not([hidden])")) if (!menu.parentElement.contains(event.target)) menu.hidden = true; });
addEventListener("keydown", (event) => { if (event.key === "Escape" && S.thread && !document.querySelector("dialog[open]")) go(S.place.channel); });
document.addEventListener("visibilitychange", () => { if (S.place.channel) soon(); });
setInterval(() => { if (S.statuses.size) soon(); }, 2000);
start();
