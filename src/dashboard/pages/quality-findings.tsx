/** @jsxImportSource hono/jsx */
import { extentOf } from "../../quality/extent.ts";
import { type Kind, kindsByAction, type SampleRow } from "../../quality/finding.ts";
import { type KeptFinding, mostName, mostNote } from "../../quality/findings-store.ts";
import { numbersIn } from "../../quality/words.ts";
import { Headings, Quantity, Scroll } from "../elements.tsx";
import { addressOf } from "../filter.ts";
import type { HubView } from "../hub-operations.ts";
import { link, type View } from "../view.ts";
import { toTheMinute } from "./operations-time.ts";

/** In the order of the page, the most urgent first. */
const groups = ["correct", "look", "know"] as const;

/** Findings of a kind that the page lists; the API has the rest. */
const mostOfKind = 20;
/** From so many on there is a button for all of them. */
const manyOfKind = 3;

const actionPath = (view: View, path: string): string =>
  addressOf(`/dashboard/quality/${path}`, view.filter, view.params);

interface Props {
  view: View;
  hub: HubView;
}

/** Findings by what is to be done about them, then by kind. */
export function FindingGroups({ view, hub, findings }: Props & { findings: readonly KeptFinding[] }) {
  const words = view.texts.quality;
  const found = new Set(findings.map(({ kind }) => kind));
  const present = groups.filter((group) => kindsByAction[group].some((kind) => found.has(kind)));
  return (
    <>
      {present.map((group) => (
        <section class="panel findings" id={`findings-${group}`}>
          <h2>{words.groups[group].title}</h2>
          <p class="hint">{words.groups[group].lead}</p>
          {kindsByAction[group].map((kind) => {
            const own = findings.filter((one) => one.kind === kind);
            return own.length === 0 ? null : <OfKind view={view} hub={hub} kind={kind} findings={own} />;
          })}
        </section>
      ))}
    </>
  );
}

function OfKind({ view, hub, kind, findings }: Props & { kind: Kind; findings: readonly KeptFinding[] }) {
  const { texts, format } = view;
  const words = texts.quality;
  const { title, meaning, action, how } = words.findings[kind];
  const numbers = numbersIn(view.language);
  const extent = words.extent(extentOf(kind, findings), numbers.count);
  const isWarning = findings.some(({ severity }) => severity === "warning");
  const severity = isWarning ? "warning" : "info";
  return (
    <article class="findings-kind" id={`kind-${kind}`}>
      <div class="head">
        <h3>
          {title} <span class="hint">{extent}</span>
        </h3>
        <span class={isWarning ? "pill wait" : "pill"}>{words.severities[severity]}</span>
      </div>
      <p>
        {meaning} {action}
      </p>
      <details id={`how-${kind}`}>
        <summary>{words.how}</summary>
        <p class="hint">{how}</p>
      </details>
      <ul class="findings-list">
        {findings.slice(0, mostOfKind).map((finding) => (
          <One view={view} hub={hub} finding={finding} />
        ))}
      </ul>
      {findings.length > mostOfKind ? (
        <p class="hint">{words.more(format.exact(findings.length - mostOfKind))}</p>
      ) : null}
      {hub.lacks === null && findings.length >= manyOfKind && findings.every(({ state }) => state === "open") ? (
        <form method="post" action={actionPath(view, `kinds/${kind}/accept`)} hx-push-url="false" class="actions">
          <button type="submit" class="quiet">
            {words.acceptAll(title, extent)}
          </button>
        </form>
      ) : null}
    </article>
  );
}

function One({ view, hub, finding }: Props & { finding: KeptFinding }) {
  const words = view.texts.quality;
  const { id, kind, figures, day, item, first_seen, gone_at, rows, state } = finding;
  const what = words.findings[kind].what(figures, numbersIn(view.language), { day, item });
  const time = (ms: number): string => toTheMinute(hub.operations.time(ms));
  return (
    <li id={`finding-${id}`}>
      <p class="what">
        <bdi>{what}</bdi>
      </p>
      <p class="hint">
        {words.firstSeen(time(first_seen))}
        {gone_at === null ? null : <> · {words.goneAt(time(gone_at))}</>}
        {state === "gone" ? null : <Records view={view} finding={finding} />}
      </p>
      <Said view={view} finding={finding} time={time} />
      {rows.length === 0 || state === "gone" ? null : <Samples view={view} id={id} rows={rows} what={what} />}
      {hub.lacks === null && state !== "gone" ? <Act view={view} finding={finding} what={what} /> : null}
    </li>
  );
}

/** The way to the batches that the finding is about; none where no filter names them. */
function Records({ view, finding: { day, item, figures, kind } }: { view: View; finding: KeptFinding }) {
  const first = typeof figures.from === "string" && kind !== "misplaced-rows" ? figures.from : day;
  const last = typeof figures.to === "string" && kind !== "misplaced-rows" ? figures.to : day;
  if (first === null || last === null || kind === "missing-days") return null;
  const filter = { period: "custom", from: first, to: last, items: item === null ? [] : [item], q: "" } as const;
  return (
    <>
      {" · "}
      <a href={link(view, filter, "/dashboard/batches")}>{view.texts.quality.records}</a>
    </>
  );
}

/** What somebody said about it. */
function Said({ view, finding, time }: { view: View; finding: KeptFinding; time: (ms: number) => string }) {
  const { acceptance } = finding;
  if (!acceptance) return null;
  return (
    <p class="said">
      <bdi>{view.texts.quality.accepted(acceptance.by, time(acceptance.at))}</bdi>
      {acceptance.note === "" ? null : (
        <>
          {" — "}
          <bdi>{acceptance.note}</bdi>
        </>
      )}
    </p>
  );
}

function Samples({ view, id, rows, what }: { view: View; id: string; rows: readonly SampleRow[]; what: string }) {
  const { format } = view;
  const { fields, samples, samplesOf } = view.texts.quality;
  return (
    <details id={`samples-${id}`}>
      <summary>{samples(format.exact(rows.length))}</summary>
      <Scroll label={samplesOf(what)}>
        <table>
          <Headings
            of={[
              fields.source,
              [fields.id, "number"],
              fields.date,
              fields.lot,
              fields.item,
              [fields.name, "wide"],
              [fields.quantity, "number"],
            ]}
          />
          <tbody>
            {rows.map((row) => (
              <tr>
                <td>
                  <bdi>{row.source}</bdi>
                </td>
                <td class="number">{row.id}</td>
                <td>
                  <bdi>{row.production_date}</bdi>
                </td>
                <td>
                  <bdi>{row.lot_number ?? "–"}</bdi>
                </td>
                <td>
                  <bdi>{row.item_code}</bdi>
                </td>
                <td class="wide">
                  <bdi>{row.item_name ?? "–"}</bdi>
                </td>
                {typeof row.good_quantity === "string" ? (
                  <td class="number">
                    <bdi>{row.good_quantity}</bdi>
                  </td>
                ) : (
                  <Quantity value={row.good_quantity} format={format} />
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

/** The button that says that a finding is fine, with a note; or the one that takes it back. */
function Act({ view, finding: { id, state }, what }: { view: View; finding: KeptFinding; what: string }) {
  const words = view.texts.quality;
  if (state === "accepted") {
    return (
      <form method="post" action={actionPath(view, `${id}/reopen`)} hx-push-url="false">
        <button type="submit" class="quiet" aria-label={words.reopenOf(what)}>
          {words.reopen}
        </button>
      </form>
    );
  }
  return (
    <form method="post" action={actionPath(view, `${id}/accept`)} hx-push-url="false" class="accept">
      <button type="submit" aria-label={words.acceptOf(what)}>
        {words.accept}
      </button>
      <details id={`note-${id}`}>
        <summary>{words.addNote}</summary>
        <input name="note" maxlength={mostNote} placeholder={words.note} aria-label={words.note} autocomplete="off" />
        <input name="by" maxlength={mostName} placeholder={words.by} aria-label={words.by} autocomplete="name" />
      </details>
    </form>
  );
}
