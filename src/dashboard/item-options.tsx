/** @jsxImportSource hono/jsx */
import type { Item } from "../production/items.ts";
import { ItemName } from "./elements.tsx";
import type { Format } from "./i18n/format.ts";
import type { Texts } from "./i18n/ko.ts";

interface ItemOptionsProps {
  items: readonly Item[];
  chosen: readonly string[];
  /** So many are shown at most. */
  most: number;
  texts: Texts;
  format: Format;
}

/** The items to tick in the picker: those found, or all. */
export function ItemOptions({ items, chosen, most, texts, format }: ItemOptionsProps) {
  const words = texts.filter;
  return (
    <>
      {items.length === 0 ? <p class="hint">{words.noItems}</p> : null}
      {items.map(({ item_code, item_name }) => (
        <label>
          <input type="checkbox" value={item_code} data-item checked={chosen.includes(item_code)} />
          <ItemName code={item_code} name={item_name} />
        </label>
      ))}
      {items.length === most ? <p class="hint">{words.manyItems(format.exact(most))}</p> : null}
    </>
  );
}
