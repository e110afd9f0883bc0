/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { firstDayEver, lastDayEver } from "../../segments/day.ts";
import type { FileStatus } from "../../segments/file-status.ts";
import type { DerivedHealth } from "../hub-operations.ts";
import type { View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";
import type { OperationsState } from "./operations-state.ts";

/** How the ERP's files are, and what is derived from them. */
export function Files({ view, state }: { view: View; state: OperationsState }) {
  const words = view.texts.operations.files;
  const { files } = state.health;
  return (
    <section class="panel" id="files">
      <h2>{words.title}</h2>
      {files.length === 0 ? <p class="hint">{words.none}</p> : null}
      <div class="blocks">
        {files.map((file) => (
          <FileBlock view={view} file={file} state={state} />
        ))}
      </div>
    </section>
  );
}

const tones: Record<FileStatus["state"], string> = {
  ok: "good",
  copying: "wait",
  refilling: "wait",
  changing: "wait",
  locked: "bad",
  broken: "bad",
  absent: "bad",
};

function FileBlock({ view, file, state }: { view: View; file: FileStatus; state: OperationsState }) {
  const { texts, format } = view;
  const { files: words, hub } = texts.operations;
  const missing = state.indexes.get(file.file) ?? null;
  const lagging = file.state !== "ok" && file.read_from !== null;
  const facts: Particular[] = [
    [words.rows, file.rows === null ? hub.unknown : words.count(format.exact(file.rows))],
    [words.days, file.first_day === null ? "–" : <Days from={file.first_day} to={file.last_day!} />],
    [words.owns, owned(view, file.owns)],
    [words.size, hub.mb(format.exact(file.source_mb))],
    [words.asOf, file.as_of?.slice(0, 19).replace("T", " ") ?? "–"],
    [words.readFrom, file.read_from === null ? words.notRead : words.sources[file.read_from]],
    [
      words.indexes,
      missing === null ? (
        words.notKnown
      ) : missing.length === 0 ? (
        words.complete
      ) : (
        <span class="attention">{words.lacking(missing.join(", "))}</span>
      ),
    ],
    [
      words.strays,
      file.misplaced_rows === 0
        ? words.count(format.exact(0))
        : words.strayCounts(format.exact(file.misplaced_rows), format.exact(file.duplicate_rows)),
    ],
    [words.undated, words.count(format.exact(file.undated_rows))],
    [words.totals, <Derived view={view} name={file.name} derived={state.health.rollup} title={words.totals} />],
    [words.search, <Derived view={view} name={file.name} derived={state.health.search} title={words.search} />],
  ];
  return (
    <article class="block" id={`file-${file.name}`}>
      <div class="head">
        <h3>{file.file}</h3>
        <span class={`pill ${tones[file.state]}`}>{words.states[file.state]}</span>
      </div>
      {lagging ? <p class="attention">{words.lagging}</p> : null}
      {file.note === null ? null : (
        <p class="hint" lang="en">
          {file.note}
        </p>
      )}
      <Particulars of={facts} narrow />
    </article>
  );
}

function owned({ texts }: View, { from, to }: FileStatus["owns"]): Child {
  const words = texts.operations.files;
  if (from === firstDayEver) return to === lastDayEver ? words.ownsAll : words.ownsUntil(to);
  return to === lastDayEver ? words.ownsFrom(from) : <Days from={from} to={to} />;
}

/** Days that break between them and not at a hyphen. */
function Days({ from, to }: { from: string; to: string }) {
  return (
    <>
      <span class="day">{from}</span> ~ <span class="day">{to}</span>
    </>
  );
}

interface DerivedProps {
  view: View;
  name: string;
  derived: DerivedHealth;
  title: string;
}

/** Whether daily totals or a search index are there, and how far they are. */
function Derived({ view, name, derived, title }: DerivedProps) {
  const { texts, format } = view;
  const words = texts.operations.files;
  if (derived.state === "off") return words.derived.off;
  const segment = derived.segments.find((one) => one.segment === name);
  if (!segment) return words.derived.waiting;
  const { state, progress } = segment;
  if (progress === null) return words.derived[state];
  const { rows, of } = progress;
  return (
    <>
      {words.derived[state]}{" "}
      {of === null ? (
        words.progressOpen(format.exact(rows))
      ) : (
        <>
          <progress max={String(of)} value={String(Math.min(rows, of))} aria-label={`${name} ${title}`} />{" "}
          {words.progress(format.exact(rows), format.exact(of))}
        </>
      )}
    </>
  );
}
