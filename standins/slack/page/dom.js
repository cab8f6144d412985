// Elements are only ever built with text nodes: nothing that comes in a message can become markup.
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = [node.className, value].filter(Boolean).join(" ");
    else if (key in node && !["list", "role", "form"].includes(key)) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  put(node, children);
  return node;
}

export function put(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

// Makes the children of a node exactly these, leaving those alone that stay, so that focus, menus and scroll survive.
export function fill(node, children) {
  const wanted = children.flat(Infinity).filter(Boolean);
  const keep = new Set(wanted);
  for (const child of [...node.childNodes]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, at) => { if (node.childNodes[at] !== child) node.insertBefore(child, node.childNodes[at] || null); });
  return node;
}

// The node made last time under this name, as long as what it shows is the same.
const made = new Map();
export function memo(name, shows, make) {
  const sign = JSON.stringify(shows);
  const old = made.get(name);
  if (old && old.sign === sign) return old.node;
  const node = make();
  made.set(name, { sign, node });
  return node;
}

export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(props)) if (value !== undefined && value !== null) node.setAttribute(key, value);
  return put(node, children);
}

export async function post(action, body) {
  const response = await fetch(`/test/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Error(answer.error);
  return answer;
}

let fading;
export function toast(words) {
  const box = document.getElementById("toast");
  box.textContent = words;
  box.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => box.classList.remove("shown"), 5000);
}

// Icons, drawn, so that they look the same where no emoji font is installed.
export function icon(name) {
  const paths = {
    send: "M3 3.5 17 10 3 16.5 5 11l7-1-7-1z",
    thread: "M3 4h14v9H9l-4 3.500V13H3z",
    menu: "M3 5h14v1.800H3zm0 4.1h14v1.800H3zm0 4.1h14V15H3z",
    file: "M5 2h7l4 4v12H5zm6.5 1.500V7H15z",
    up: "M2 9h3v9H2zm4.5 0L10 2c1.5 0 2.5 1.100 2.5 2.500V8h4c1 0 1.700.9 1.5 1.900l-1.300 6.700c-.1.8-.8 1.400-1.600 1.400H6.500z",
    down: "M18 11h-3V2h3zm-4.5 0L10 18c-1.5 0-2.5-1.100-2.5-2.500V12h-4c-1 0-1.700-.9-1.5-1.900l1.300-6.700C3.400 2.600 4.100 2 4.900 2h8.600z",
    check: "m3 10.5 2-2 3.5 3.500L15 5l2 2-8.500 9z",
    bin: "M7 2h6v2h4v2H3V4h4zM4 7h12l-1 11H5z",
    eye: "M10 4c5 0 8 4.5 8.5 6-.5 1.5-3.5 6-8.5 6s-8-4.5-8.5-6C2 8.5 5 4 10 4zm0 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    close: "m5.3 4 4.700 4.700L14.700 4 16 5.300 11.300 10l4.700 4.700-1.300 1.300-4.700-4.700L5.300 16 4 14.700 8.700 10 4 5.300z",
  };
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" }, svg("path", { d: paths[name], fill: "currentColor" }));
}
