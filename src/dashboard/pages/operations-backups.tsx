/** @jsxImportSource hono/jsx */
import { Headings, Scroll } from "../elements.tsx";
import type { HubView } from "../hub-operations.ts";
import type { View } from "../view.ts";
import type { OperationsState } from "./operations-state.ts";
import { ago, toTheMinute } from "./operations-time.ts";

const mb = 1024 * 1024;

/** The newest backup of each file and what proves it. A backup gets its name only after it was checked. */
export function Backups({ view, hub, state }: { view: View; hub: HubView; state: OperationsState }) {
  const { texts, format } = view;
  const { backups: words, hub: hubWords, jobs: jobWords } = texts.operations;
  const drill = state.jobs.find(({ name }) => name === "drill");
  const isDrilled = (name: string): boolean => drill?.result === "ok" && (drill.message ?? "").includes(name);
  // In the order of the files, the hub's own after them.
  const order = state.health.files.map(({ file }) => file);
  const place = (target: string): number => (order.includes(target) ? order.indexOf(target) : order.length);
  const sorted = [...state.backups].sort(([a], [b]) => place(a) - place(b));
  const rows = sorted.map(([target, [newest, ...older]]) => ({ target, newest: newest!, older }));
  return (
    <article class="panel" id="backups">
      <h2>{words.title}</h2>
      {rows.length === 0 ? (
        <p class="hint">{words.none}</p>
      ) : (
        <Scroll label={words.title}>
          <table>
            <Headings
              of={[words.file, words.newest, [words.size, "number"], [words.kept, "number wide"], words.proof]}
            />
            <tbody>
              {rows.map(({ target, newest, older }) => (
                <tr>
                  <th scope="row">{target}</th>
                  <td>
                    {toTheMinute(hub.operations.time(newest.takenAt))}{" "}
                    <span class="hint">{ago(view, newest.takenAt)}</span>
                  </td>
                  <td class="number">{hubWords.mb(format.exact(newest.bytes / mb))}</td>
                  <td class="number wide">{words.count(format.exact(older.length + 1))}</td>
                  <td>{isDrilled(newest.name) ? <strong>{words.drilled}</strong> : words.checked}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p class="drill">
        {words.drill}:{" "}
        {!drill || drill.finished_at === null || drill.result === null ? (
          words.noDrill
        ) : (
          <>
            {toTheMinute(hub.operations.time(drill.finished_at))}{" "}
            <span class={`pill ${drill.result === "ok" ? "good" : "bad"}`}>{jobWords.state[drill.result]}</span>
          </>
        )}
      </p>
    </article>
  );
}
