/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { json } from "../elements.tsx";
import type { Texts } from "../i18n/ko.ts";
import { swapFromTop } from "../swap.ts";

/** Where the conversation's frame is fetched from. */
export const conversationPath = "/dashboard/parts/conversation";

/** Characters that a question may have (CONTRACT §4). */
const mostCharacters = 2_000;

/**
 * The frame of a conversation, which public/dashboard/chat.js fills: in the panel, or on the chat's page. Links in it are no part of the page
 * that htmx replaces, so they go their own way unless they say otherwise.
 */
export function Conversation({ texts, parser }: { texts: Texts; parser: string }) {
  const words = texts.chat;
  return (
    <div id="conversation" class="chat" data-parser={parser} data-boost={swapFromTop} hx-boost:inherited="false">
      <div class="chat-bar">
        <button type="button" class="quiet" data-fresh>
          {words.fresh}
        </button>
        <button type="button" class="quiet" data-history aria-expanded="false" aria-controls="chat-history">
          {words.history}
        </button>
      </div>
      <nav id="chat-history" aria-label={words.history} hidden />
      <section class="chat-turns" id="chat-turns" tabindex={0} aria-label={words.turns}>
        <div class="chat-welcome">
          <h2>{words.welcome}</h2>
          <p class="hint">{words.about}</p>
          <ul class="chat-asks">
            {words.examples.map((example) => (
              <li>
                <button type="button" data-ask>
                  {example}
                </button>
              </li>
            ))}
          </ul>
        </div>
      </section>
      <form class="chat-form">
        <textarea
          id="chat-question"
          name="question"
          rows={1}
          maxlength={mostCharacters}
          placeholder={words.placeholder}
          aria-label={words.question}
          aria-describedby="chat-keys"
          enterkeyhint="send"
          autocomplete="off"
        />
        <button type="submit" class="chat-send" data-send>
          {words.send}
        </button>
        <button type="button" class="chat-send" data-stop hidden>
          {words.stop}
        </button>
        <p class="hint" id="chat-keys">
          {words.keys}
        </p>
      </form>
      <p class="unseen" role="status" aria-live="polite" data-said />
      <script type="application/json" data-words>
        {raw(json(words.client))}
      </script>
    </div>
  );
}
