/** @jsxImportSource hono/jsx */
import { parseLogName } from "../../observe/log-names.ts";
import { type LogEnd, logLevels } from "../../observe/log-reader.ts";
import type { Texts } from "../i18n/ko.ts";
import { lineCounts } from "../log-query.ts";
import type { View } from "../view.ts";

/** The lines of a log, oldest first. Public/dashboard/operations.js puts them in their place and keeps them coming. */
export function LogLines({ end, texts }: { end: LogEnd | null; texts: Texts }) {
  const words = texts.operations.log;
  if (end === null) return <li class="hint">{words.none}</li>;
  return (
    <>
      {end.cut ? <li class="hint">{words.cut}</li> : null}
      {end.lines.length === 0 && !end.cut ? <li class="hint none">{words.noLines}</li> : null}
      {end.lines.map(({ level, text }) => (
        <li data-level={level ?? undefined}>{text}</li>
      ))}
    </>
  );
}

/** The end of a log, with what it is to show. It is fetched when it is opened. */
export function LogViewer({ view, names }: { view: View; names: readonly string[] }) {
  const { texts, format } = view;
  const words = texts.operations.log;
  return (
    <article class="panel" id="logs">
      <details>
        <summary>
          <h2>{words.title}</h2>
        </summary>
        <form id="log-form" autocomplete="off" hx-boost="false">
          <label>
            {words.file}
            <select name="log">
              {[...Map.groupBy(names, (name) => parseLogName(name)?.log ?? name)].map(([log, files]) => (
                <optgroup label={log}>
                  {files.map((name) => (
                    <option value={name}>{name}</option>
                  ))}
                </optgroup>
              ))}
            </select>
          </label>
          <label>
            {words.level}
            <select name="level">
              {logLevels.map((level) => (
                <option value={level}>{words.levels[level]}</option>
              ))}
            </select>
          </label>
          <label class="grow">
            {words.search}
            <input type="search" name="search" maxlength={200} />
          </label>
          <label>
            {words.lines}
            <select name="lines">
              {lineCounts.map((count) => (
                <option value={String(count)} selected={count === lineCounts[1]}>
                  {words.lineCount(format.exact(count))}
                </option>
              ))}
            </select>
          </label>
          <label class="live-tail">
            <input type="checkbox" name="live" checked />
            {words.live}
          </label>
        </form>
        <section class="log" tabindex={0} aria-label={words.title}>
          <ol id="log-lines" hx-morph-skip="" />
        </section>
      </details>
    </article>
  );
}
