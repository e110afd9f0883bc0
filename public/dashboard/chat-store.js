/**
 * Conversations in this browser: each under a key of its own, so that tabs do not write over one another's, and which one is open in this tab.
 */

/**
 * @typedef {object} ToolCall
 * @property {string} name
 * @property {Record<string, unknown>} args
 */
/**
 * @typedef {object} Evidence
 * @property {string} tool
 * @property {Record<string, unknown>} arguments
 * @property {{ from: string, to: string } | null} period
 * @property {string | null} item_code
 * @property {number} row_count
 * @property {string[]} segments
 * @property {true} [last_good]
 */
/**
 * A question and what came of it.
 * @typedef {object} Turn
 * @property {string} query
 * @property {number} at when it was asked, ms
 * @property {string} [answer] Markdown
 * @property {Evidence[]} [evidence]
 * @property {{ href: string, label: string }[]} [views]
 * @property {string} [model]
 * @property {string} [reason] why the planner stood in for the model
 * @property {{ reason: string, message?: string, until?: number }} [failure] `until` is when it may be asked again, ms
 * @property {boolean} [stopped]
 */
/**
 * @typedef {object} Conversation
 * @property {string} id also the session's, at the hub
 * @property {string} title the first question
 * @property {number} at when it was last added to, ms
 * @property {Turn[]} turns
 */

const prefix = "hub_chat:";
const openKey = "hub_chat_open";
/** Conversations that are kept, and turns of each. */
export const most = 30;
const mostTurns = 100;
const mostTitle = 80;

/** @returns {Conversation} */
export function begin() {
  // Not randomUUID, which browsers have on trusted addresses alone: the hub is mostly reached by plain HTTP.
  const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { id, title: "", at: Date.now(), turns: [] };
}

/** All that are kept, newest first. @returns {Conversation[]} */
export function list() {
  const found = keys().flatMap((key) => read(key) ?? []);
  return found.sort((a, b) => b.at - a.at);
}

/** The one that is open in this tab; null where there is none. */
export function opened() {
  const id = attempt(() => sessionStorage.getItem(openKey));
  return id ? read(prefix + id) : null;
}

/** @param {Conversation} conversation */
export function open({ id }) {
  attempt(() => sessionStorage.setItem(openKey, id));
}

/** Keeps a conversation, and lets the oldest go where there are too many or too little room. @param {Conversation} conversation */
export function keep(conversation) {
  conversation.turns = conversation.turns.slice(-mostTurns);
  conversation.title ||= (conversation.turns[0]?.query ?? "").slice(0, mostTitle);
  const text = JSON.stringify(conversation);
  const others = list().filter(({ id }) => id !== conversation.id);
  for (const old of others.splice(most - 1)) remove(old.id);
  while (!write(prefix + conversation.id, text)) {
    const oldest = others.pop();
    if (!oldest) return;
    remove(oldest.id);
  }
}

/** @param {Conversation} conversation */
export function isKept({ id }) {
  return read(prefix + id) !== null;
}

/** @param {string} id */
export function remove(id) {
  attempt(() => localStorage.removeItem(prefix + id));
}

function keys() {
  return attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [];
}

/** @param {string} key @returns {Conversation | null} */
function read(key) {
  return attempt(() => {
    const value = JSON.parse(localStorage.getItem(key) ?? "null");
    return typeof value?.id === "string" && Array.isArray(value.turns) ? value : null;
  });
}

/** False where there is no room. @param {string} key @param {string} text */
function write(key, text) {
  return (
    attempt(() => {
      localStorage.setItem(key, text);
      return true;
    }) ?? false
  );
}

/**
 * A browser may refuse its storage altogether; then a conversation lasts as long as its page.
 * @template T
 * @param {() => T} act
 * @returns {T | null}
 */
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
