// The message field: Enter sends, @ and / suggest, prompts of the agent stand above it.
import { h, icon, post, toast } from "./dom.js";
import { avatar } from "./message.js";
import { S } from "./state.js";

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function names() {
  const people = S.people.map((p) => ({ id: p.id, handle: p.name, label: p.real_name, note: p.title }));
  return [{ id: S.app.bot_user, handle: S.app.handle, label: S.app.name, note: "App" }, ...people];
}

// What was typed, as Slack sends it: escaped, with mentions, channels and addresses in angle brackets.
export function encode(text) {
  let sent = escape(text).replace(/\bhttps?:\/\/[^\s<>]+[^\s<>.,;:!?)]/g, "<$&>");
  for (const { id, handle, label } of names()) {
    for (const name of [label, handle]) sent = sent.replace(new RegExp(`(^|[\\s(])@${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w])`, "giu"), `$1<@${id}>`);
  }
  for (const c of S.channels.filter((x) => !x.is_im)) sent = sent.replace(new RegExp(`(^|[\\s(])#${c.name}(?![\\w-])`, "g"), `$1<#${c.id}|${c.name}>`);
  return sent;
}

async function send(text, channel, thread) {
  const command = /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(text);
  if (!command) return post("post_as", { user: S.me, channel, text: encode(text), thread_ts: thread || null });
  if (thread) throw new Error(`${command[1]} is not supported in threads. Sorry!`);
  if (command[1] === "/invite") return post("invite", { channel });
  return post("slash", { user: S.me, command: command[1], text: command[2] || "", channel });
}

function suggestions(field) {
  const before = field.value.slice(0, field.selectionStart);
  const slash = /^\/(\S*)$/.exec(before);
  if (slash) {
    const commands = [...S.commands, { command: "/invite", description: `Add ${S.app.name} to this channel`, usage_hint: "" }];
    return commands.filter((c) => c.command.startsWith(before)).map((c) => ({ text: `${c.command} `, from: 0, label: c.command, note: `${c.usage_hint ? `[${c.usage_hint}] ` : ""}${c.description}` }));
  }
  const at = /(?:^|\s)@([\p{L}\w]*)$/u.exec(before);
  if (!at) return [];
  const wanted = at[1].toLowerCase();
  return names().filter((n) => n.label.toLowerCase().includes(wanted) || n.handle.startsWith(wanted))
    .map((n) => ({ text: `@${n.label} `, from: before.length - at[1].length - 1, label: n.label, note: n.note, id: n.id }));
}

const drafts = new Map();

export function composer(channel, thread, name, prompts) {
  const draft = `${S.me}|${channel}|${thread || ""}`;
  const id = thread ? "composer-thread" : "composer-main";
  const menu = h("div.menu.suggest", { hidden: true, role: "listbox", id: `${id}-menu` });
  const field = h("textarea", { id, rows: 1, placeholder: thread ? "Reply…" : `Message ${name}`, "aria-label": thread ? "Reply in thread" : `Message ${name}`, "aria-controls": `${id}-menu` });
  let rows = [];
  let chosen = 0;
  const grow = () => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight, 180)}px`; };
  const pick = (row) => {
    const after = field.value.slice(field.selectionStart);
    field.value = field.value.slice(0, row.from) + row.text + after;
    field.selectionStart = field.selectionEnd = row.from + row.text.length;
    drafts.set(draft, field.value);
    field.focus();
    suggest();
  };
  const suggest = () => {
    rows = suggestions(field);
    chosen = Math.min(chosen, Math.max(0, rows.length - 1));
    menu.replaceChildren(...rows.map((row, n) => h("button", { type: "button", role: "option", "aria-selected": String(n === chosen), onmousedown: (e) => { e.preventDefault(); pick(row); } }, row.id ? avatar(row.id, "small") : null, h("b", {}, row.label), h("small", {}, row.note))));
    menu.hidden = !rows.length;
  };
  const submit = async () => {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    drafts.delete(draft);
    grow();
    suggest();
    try { await send(text, channel, thread); } catch (error) { toast(error.message); if (!field.value) field.value = text; }
  };
  field.value = drafts.get(draft) || "";
  field.addEventListener("input", () => { drafts.set(draft, field.value); chosen = 0; grow(); suggest(); });
  field.addEventListener("blur", () => { menu.hidden = true; });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (!menu.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length;
      suggest();
    } else if (!menu.hidden && (event.key === "Tab" || (event.key === "Enter" && rows[chosen].text.trim() !== field.value.trim()))) { event.preventDefault(); pick(rows[chosen]); }
    else if (!menu.hidden && event.key === "Escape") { event.stopPropagation(); menu.hidden = true; }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
  });
  const chips = prompts ? h("div.prompts", {}, prompts.title ? h("p.hint", {}, prompts.title) : null, prompts.prompts.map((p) => h("button.prompt", { type: "button", onclick: () => send(p.message, channel, thread).catch((e) => toast(e.message)) }, p.title))) : null;
  const box = h("div.composer", { onclick: (e) => { if (e.target === e.currentTarget) field.focus(); } }, field, h("button.send", { type: "button", "aria-label": "Send", onclick: submit }, icon("send")));
  requestAnimationFrame(grow);
  return h("div.compose", {}, chips, menu, box, h("p.hint.keys", {}, "Enter sends · Shift + Enter for a new line · @ to mention · / for commands"));
}

