/** @jsxImportSource hono/jsx */
import { ItemLink } from "../elements.tsx";
import { ask, type View } from "../view.ts";
import { items } from "./items.tsx";

const mostSimilar = 8;
/** Characters that a keyword has at most. */
const longest = 100;

/** Says that there is no such item, and helps to find the one that was meant. */
export async function unknownItem(view: View, code: string) {
  const words = view.texts.items;
  const q = code.trim().slice(0, longest);
  const { similar } = await ask(view, { similar: q === "" ? null : ["items", { q, limit: mostSimilar }] });
  return (
    <section class="panel empty" id="unknown">
      <h2>{words.unknown}</h2>
      <p>{words.unknownHelp(code)}</p>
      <search>
        <form action={items.path} method="get" class="find">
          <input type="search" name="q" value={q} maxlength={longest} aria-label={words.find} />
          <button type="submit">{words.findButton}</button>
        </form>
      </search>
      {similar === null || similar.length === 0 ? null : (
        <>
          <h3>{words.similar}</h3>
          <ul class="similar">
            {similar.map(({ item_code, item_name }) => (
              <li>
                <ItemLink view={view} code={item_code} name={item_name} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
