// Modals.
import { h, post, toast, icon } from "./dom.js";
import { blocks } from "./blocks.js";
import { S } from "./state.js";
import { plain } from "./text.js";

let open = null;  // the view on screen: its id, what was typed, complaints

export function showModals() {
  const box = document.getElementById("modal");
  const view = S.stack[S.stack.length - 1];
  if (!view) { open = null; if (box.open) box.close(); return; }
  if (!open || open.id !== view.id) open = { id: view.id, values: {}, errors: {} };
  else if (open.hash !== view.hash) open.errors = {};
  open.hash = view.hash;
  draw(box, view);
  if (!box.open) box.showModal();
}

function draw(box, view) {
  const context = {
    quiet: true,
    view,
    errors: open.errors,
    field: (element, value) => { open.values[element.action_id] = value; },
    kept: (element) => open.values[element.action_id],
    act: (element, value) => post("press", { user: S.me, view_id: view.id, action_id: element.action_id, value: value ?? null, values: open.values }),
    suggest: (element, value) => post("suggest", { user: S.me, view_id: view.id, action_id: element.action_id, value }),
  };
  const leave = () => post("close", { user: S.me, view_id: view.id }).catch((error) => toast(error.message));
  const send = view.submit ? h("button.button.primary", { type: "submit" }, plain(view.submit)) : null;
  const form = h("form", { noValidate: true, onsubmit: async (event) => {
    event.preventDefault();
    if (send) send.classList.add("busy");
    try {
      const mine = open;
      const { errors } = await post("submit", { user: S.me, view_id: view.id, values: open.values });
      if (open === mine) { open.errors = errors; if (Object.keys(errors).length) draw(box, view); }
    } catch (error) { toast(error.message); }
    if (send) send.classList.remove("busy");
  } },
  h("header", {}, h("h2", {}, plain(view.title)), h("button.plain", { type: "button", "aria-label": "Close", onclick: leave }, icon("close"))),
  h("div.body", {}, open.errors[""] ? h("p.error", { role: "alert" }, open.errors[""]) : null, blocks(view.blocks, context)),
  h("footer", {}, h("button.button", { type: "button", onclick: leave }, plain(view.close) || "Cancel"), send));
  box.replaceChildren(form);
  box.setAttribute("aria-label", plain(view.title));
  box.oncancel = (event) => { event.preventDefault(); leave(); };
  const first = form.querySelector("[aria-invalid]") || form.querySelector(".body input, .body textarea, .body select");
  if (first) first.focus();
}
