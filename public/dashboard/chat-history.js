/** The list of the conversations that this browser keeps. */

import { filled } from "./chat-follow-ups.js";
import { element } from "./chat-parts.js";
import { list, most, remove } from "./chat-store.js";

/** How long a button asks whether one is sure, ms. */
const doubtMs = 4_000;

/**
 * @param {string} openId
 * @param {any} words
 * @param {string} language
 * @param {{ open: (conversation: import("./chat-store.js").Conversation) => void, removed: (id: string) => void }} on
 */
export function historyList(openId, words, language, on) {
  const conversations = list();
  if (conversations.length === 0) return [element("p", "hint", words.none)];
  const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
  const entries = element("ul");
  for (const conversation of conversations) {
    const { id, title, at } = conversation;
    const entry = element("li");
    const choose = element("button", "chat-choose");
    choose.append(element("span", "title", title), element("time", "hint", day.format(at)));
    if (id === openId) choose.setAttribute("aria-current", "true");
    choose.addEventListener("click", () => on.open(conversation));
    const away = element("button", "quiet", words.remove);
    away.setAttribute("aria-label", filled(words.removeNamed, { title }));
    away.addEventListener("click", () => {
      if (away.dataset.sure === undefined) {
        away.dataset.sure = "";
        away.textContent = words.removeSure;
        away.removeAttribute("aria-label");
        setTimeout(() => {
          delete away.dataset.sure;
          away.textContent = words.remove;
          away.setAttribute("aria-label", filled(words.removeNamed, { title }));
        }, doubtMs);
        return;
      }
      remove(id);
      on.removed(id);
    });
    entry.append(choose, away);
    entries.append(entry);
  }
  return [entries, element("p", "hint", filled(words.kept, { most: String(most) }))];
}
