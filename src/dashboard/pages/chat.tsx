/** @jsxImportSource hono/jsx */
import type { Page } from "../page.ts";
import type { View } from "../view.ts";

/** 질문하기: the conversation on a page of its own. public/dashboard/chat.js puts it in the place that is kept for it. */
export const chat: Page = { id: "chat", path: "/dashboard/chat", key: "a", unfiltered: true, content };

async function content({ texts }: View) {
  return (
    <div id="chat-page" hx-morph-skip="">
      <p class="hint">{texts.chat.opening}</p>
      <noscript>
        <p>{texts.chat.needsScript}</p>
      </noscript>
    </div>
  );
}
