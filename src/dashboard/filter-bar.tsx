/** @jsxImportSource hono/jsx */
import { comparisons, periods } from "./filter.ts";
import type { Params } from "./params.ts";
import { link, type View } from "./view.ts";

/** The filter of every page. A form of the browser's own; public/dashboard/filter.js sends it whenever something is chosen. */
export function FilterBar({ view, params }: { view: View; params: Params }) {
  const { filter, texts, faults, paramFaults } = view;
  const told = [...faults.map(({ field, value }) => texts.filter.faults[field](value)), ...paramFaults];
  const words = texts.filter;
  const choice = (value: string, label: string, chosen: string) => (
    <option value={value} selected={value === chosen}>
      {label}
    </option>
  );
  return (
    <search class="filter" aria-label={words.label}>
      <form id="filter" action={view.path} method="get" autocomplete="off">
        <label>
          {words.period}
          <select name="period">
            {[...periods, "custom" as const].map((period) => choice(period, words.periods[period], filter.period))}
          </select>
        </label>
        <label>
          {words.from}
          <input type="date" name="from" value={filter.from} max="9999-12-31" />
        </label>
        <label>
          {words.to}
          <input type="date" name="to" value={filter.to} max="9999-12-31" />
        </label>
        <ItemPicker view={view} />
        <label class="grow">
          {words.search}
          <input type="search" name="q" value={filter.q} maxlength={100} placeholder={words.searchHint} />
        </label>
        <label class="comparison">
          {words.compare}
          <select name="compare">
            {comparisons.map((compare) => choice(compare, words.compares[compare], filter.compare))}
          </select>
        </label>
        {filter.other ? (
          <>
            <label>
              {words.compareFrom}
              <input type="date" name="compare_from" value={filter.other.from} max="9999-12-31" />
            </label>
            <label>
              {words.compareTo}
              <input type="date" name="compare_to" value={filter.other.to} max="9999-12-31" />
            </label>
          </>
        ) : null}
        {Object.entries(params).map(([name, { field, passing }]) =>
          passing ? null : field ? (
            field(view)
          ) : name in view.params ? (
            <input type="hidden" name={name} value={view.params[name]} />
          ) : null,
        )}
        {filter.unit === "auto" ? null : <input type="hidden" name="unit" value={filter.unit} />}
        <button type="submit" class="apply">
          {words.apply}
        </button>
      </form>
      <Chips view={view} />
      {told.length === 0 ? null : (
        <div role="alert">
          <ul class="faults">
            {told.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
    </search>
  );
}

/** A list of items to tick, fetched when it is opened: a factory has hundreds of them. */
function ItemPicker({ view }: { view: View }) {
  const { filter, texts, format } = view;
  const words = texts.filter;
  const { length } = filter.items;
  return (
    <div class="field">
      <span id="items-label">{words.items}</span>
      <details class="picker" id="item-picker">
        <summary aria-describedby="items-label">
          {length === 0 ? words.allItems : words.chosenItems(format.exact(length))}
        </summary>
        <div class="options">
          <input
            type="search"
            id="item-search"
            aria-label={words.findItem}
            placeholder={words.findItem}
            maxlength={100}
            hx-get="/dashboard/parts/items"
            hx-trigger="input changed delay:200ms, toggle from:#item-picker"
            hx-target="#item-options"
            hx-include="#chosen-items"
            name="find"
          />
          <div id="item-options" hx-morph-skip-children="" />
        </div>
      </details>
      <input
        type="hidden"
        id="chosen-items"
        name="items"
        value={new URL(link(view), "http://hub").searchParams.get("items") ?? ""}
      />
    </div>
  );
}

/** What the filter names, each with a link that takes it out. */
function Chips({ view }: { view: View }) {
  const { filter, texts, names } = view;
  if (filter.items.length === 0 && filter.q === "") return null;
  return (
    <ul class="chips">
      {filter.items.map((code) => (
        <li>
          <a
            href={link(view, { items: filter.items.filter((other) => other !== code) })}
            title={texts.filter.removeItem(code)}
          >
            {code} {names.get(code) ?? ""}
            <span aria-hidden="true"> ×</span>
          </a>
        </li>
      ))}
      {filter.q === "" ? null : (
        <li>
          <a href={link(view, { q: "" })} title={texts.filter.removeItem(filter.q)}>
            “{filter.q}”<span aria-hidden="true"> ×</span>
          </a>
        </li>
      )}
      <li>
        <a class="quiet" href={link(view, { items: [], q: "" })}>
          {texts.filter.clear}
        </a>
      </li>
    </ul>
  );
}
