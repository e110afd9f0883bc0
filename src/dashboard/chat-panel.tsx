/** @jsxImportSource hono/jsx */
import type { Texts } from "./i18n/ko.ts";
import { swapFromTop } from "./swap.ts";
import type { Page } from "./view.ts";

type Question = keyof Texts["views"]["chat"]["questions"];

/** Where the questions that are often asked are answered: a page and its filter. */
const answers: Readonly<Record<Question, { page: Page["id"]; query: string }>> = {
  month: { page: "overview", query: "?period=this_month" },
  year: { page: "overview", query: "?period=this_year&compare=last_year" },
  trend: { page: "trends", query: "?period=this_year" },
  batches: { page: "batches", query: "?period=today" },
  items: { page: "items", query: "?period=last_month" },
  compare: { page: "compare", query: "?period=last_month" },
  operations: { page: "operations", query: "" },
};

export const chatId = "chat";

/** The place of the chat, beside every page. It stands outside of what navigation replaces, so it stays open and keeps what is in it. */
export function ChatPanel({ texts, pages }: { texts: Texts; pages: readonly Page[] }) {
  const words = texts.views.chat;
  const links = Object.entries(answers).flatMap(([question, { page, query }]) => {
    const found = pages.find(({ id }) => id === page);
    return found ? [{ said: words.questions[question as Question], href: found.path + query }] : [];
  });
  return (
    <aside id={chatId} class="side" popover="manual" aria-label={texts.header.chat}>
      <div class="head">
        <h2>{texts.header.chat}</h2>
        <button type="button" class="quiet" popovertarget={chatId} popovertargetaction="hide">
          {words.close}
        </button>
      </div>
      <p class="hint">{words.about}</p>
      <h3>{words.examples}</h3>
      <ul>
        {links.map(({ said, href }) => (
          <li>
            <a href={href} hx-boost={swapFromTop}>
              {said}
            </a>
          </li>
        ))}
      </ul>
    </aside>
  );
}
