// What this window knows; filled by the feed.
export const S = {
  me: "", people: [], groups: [], channels: [], commands: [], shortcuts: [], functions: [], app: { name: "App" }, team: { name: "" },
  messages: new Map(), ephemerals: [], statuses: new Map(), sessions: new Map(), prompts: new Map(), stack: [], home: null, connected: false,
  place: { channel: "", tab: "messages" }, thread: "",
};

export const known = {
  isMe: (id) => id === S.me,
  person: (id) => S.people.find((p) => p.id === id),
  nameOf(id) {
    if (id === S.app.bot_user) return S.app.name;
    if (id === "USLACKBOT") return "Slackbot";
    const person = this.person(id);
    return person ? person.real_name : id;
  },
  channel: (id) => S.channels.find((c) => c.id === id),
  channelName(id) { const c = this.channel(id); return c ? c.name : id; },
  im: () => S.channels.find((c) => c.is_im),
  groups: () => S.groups,
};

export const key = (channel, thread) => `${channel}|${thread || ""}`;
export const messagesOf = (channel) => S.messages.get(channel) || new Map();

export function timeline(channel) {
  const all = [...messagesOf(channel).values()];
  return all.filter((m) => !m.thread_ts || m.thread_ts === m.ts || m.subtype === "thread_broadcast").sort(byTime);
}

export function threadOf(channel, ts) {
  return [...messagesOf(channel).values()].filter((m) => m.ts === ts || m.thread_ts === ts).sort(byTime);
}

export function whispers(channel, thread) {
  return S.ephemerals.filter((m) => m.channel === channel && (m.thread_ts || "") === (thread || ""));
}

export const byTime = (a, b) => Number(a.ts) - Number(b.ts);

const store = (name) => `${S.team.id}:${S.me}:${name}`;
export const lastRead = (channel) => Number(localStorage.getItem(store(channel)) || 0);
export function markRead(channel) {
  const newest = Math.max(0, ...[...messagesOf(channel).keys()].map(Number));
  if (newest > lastRead(channel)) localStorage.setItem(store(channel), String(newest));
}
export function unread(channel) {
  const since = lastRead(channel.id);
  const fresh = [...messagesOf(channel.id).values()].filter((m) => Number(m.ts) > since && m.user !== S.me);
  const forMe = fresh.filter((m) => channel.is_im || (m.text || "").includes(`<@${S.me}>`));
  return { any: fresh.length > 0, count: forMe.length };
}
