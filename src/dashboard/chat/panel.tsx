/** @jsxImportSource hono/jsx */
import { staticUrl } from "../../http/static-files.ts";
import type { Texts } from "../i18n/ko.ts";
import { chat } from "../pages/chat.tsx";
import { swapFromTop } from "../swap.ts";
import { conversationPath } from "./conversation.tsx";

export const chatId = "chat";

/**
 * The place of the chat, beside every page. It stands outside of what navigation replaces, so it stays open and keeps what is in it. What it
 * holds is fetched when it is first opened: a page weighs no more for it.
 */
export function ChatPanel({ texts }: { texts: Texts }) {
  const words = texts.chat;
  return (
    <aside
      id={chatId}
      class="side"
      popover="manual"
      aria-label={texts.nav.chat}
      data-part={conversationPath}
      data-style={staticUrl("chat.css")}
      data-failed={words.closed}
    >
      <div class="head">
        <h2>{texts.nav.chat}</h2>
        <div class="tools">
          <a class="button" href={chat.path} hx-boost={swapFromTop} data-expand>
            {words.expand}
          </a>
          <button type="button" class="quiet" popovertarget={chatId} popovertargetaction="hide">
            {words.close}
          </button>
        </div>
      </div>
      <div id="chat-place">
        <p class="hint">{words.opening}</p>
      </div>
    </aside>
  );
}
