/** @jsxImportSource hono/jsx */
import { link, type View } from "../view.ts";

interface TroubleProps {
  view: View;
  status: number;
  /** The sentence that REST would answer with. */
  detail: string;
}

/** Says why a page cannot be shown, and what to do. */
export function Trouble({ view, status, detail }: TroubleProps) {
  const { states } = view.texts;
  const waiting = status === 503;
  return (
    <section class="panel empty" role="alert">
      <h2>{waiting ? states.unavailable : states.failed}</h2>
      <p>{waiting ? states.unavailableHelp : states.failedHelp(view.requestId)}</p>
      <p class="hint" lang="en">
        {detail}
      </p>
      <p>
        <a href={link(view)}>{states.retry}</a>
      </p>
    </section>
  );
}
