// What opens over the window: a step of the app as somebody's workflow comes to it, and a Work Object's details.
import { h, post, toast } from "./dom.js";
import { entityCard } from "./message.js";
import { S } from "./state.js";

const ENDS = { completed: "is done", failed: "failed" };

function field(name, input) {
  const channels = S.channels.filter((c) => !c.is_im);
  const control = input.type === "slack#/types/channel_id"
    ? h("select", { name, required: input.is_required }, channels.map((c) => h("option", { value: c.id }, `# ${c.name}`)))
    : h("input", { name, type: "text", required: input.is_required });
  return h("label.step-field", {}, h("b", {}, input.title), control, h("small.hint", {}, input.description || ""));
}

export function openStep(step) {
  const form = h("form", { method: "dialog" }, Object.entries(step.inputs).map(([name, input]) => field(name, input)), h("div.step-buttons", {}, h("button.button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button.button.primary", { type: "submit" }, "Run the step")));
  const dialog = h("dialog.step", { "aria-label": step.title }, h("h2", {}, step.title), h("p.hint", {}, step.description), form);
  form.addEventListener("submit", () => {
    const inputs = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    post("run_step", { callback_id: step.callback_id, inputs }).catch((e) => toast(e.message));
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function stepEnded(change) {
  if (ENDS[change.status]) toast(`The step “${change.title}” ${ENDS[change.status]}${change.error ? `: ${change.error}` : "."}`);
}

const WRONG = { not_found: "There is nothing here that you may see.", restricted: "You may not see this." };

export function showDetails({ entity, error }) {
  const content = entity ? entityCard(entity) : h("p", {}, WRONG[error.status] || error.custom_message || error.status);
  const dialog = h("dialog.step.details", { "aria-label": "Details" }, content, h("div.step-buttons", {}, h("button.button", { type: "button", onclick: () => dialog.close() }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
