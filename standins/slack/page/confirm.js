// Confirmation dialogues.
import { h } from "./dom.js";
import { plain, textObject } from "./text.js";

export function confirmed(confirm) {
  const box = document.getElementById("confirm");
  return new Promise((resolve) => {
    const end = (answer) => { box.close(); resolve(answer); };
    const yes = h("button.button", { type: "button", class: confirm.style === "danger" ? "danger solid" : "primary", onclick: () => end(true) }, plain(confirm.confirm) || "Yes");
    const no = h("button.button", { type: "button", onclick: () => end(false) }, plain(confirm.deny) || "Cancel");
    box.replaceChildren(h("header", {}, h("h2", {}, plain(confirm.title))), h("div.body", {}, textObject(confirm.text)), h("footer", {}, no, yes));
    box.oncancel = () => resolve(false);
    box.showModal();
    yes.focus();
  });
}
