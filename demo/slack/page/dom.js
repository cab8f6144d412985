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

// The two icons that have no good character.
export function icon(name) {
  const paths = {
    send: "M3 3.5 17 10 3 16.5 5 11l7-1-7-1z",
    thread: "M3 4h14v9H9l-4 3.500V13H3z",
    menu: "M3 5h14v1.800H3zm0 4.100h14v1.800H3zm0 4.100h14V15H3z",
    file: "M5 2h7l4 4v12H5zm6.500 1.500V7H15z",
    close: "m5.300 4 4.700 4.700L14.700 4 16 5.300 11.300 10l4.700 4.700-1.300 1.300-4.700-4.700L5.300 16 4 14.700 8.700 10 4 5.300z",
  };
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" }, svg("path", { d: paths[name], fill: "currentColor" }));
}
