/** @jsxImportSource hono/jsx */
import { rolloverPlanJob } from "../../operations/duties.ts";
import type { RolloverPlan } from "../../operations/rollover-plan.ts";
import { Headings, Scroll } from "../elements.tsx";
import type { HubView } from "../hub-operations.ts";
import type { View } from "../view.ts";
import { Act, actionOf, JobProgress } from "./operations-jobs.tsx";
import type { OperationsState } from "./operations-state.ts";

interface RolloverProps {
  view: View;
  hub: HubView;
  state: OperationsState;
}

/** What a rollover would move, made when it is asked for (it reads all of Live), and from there the rollover itself. */
export function Rollover({ view, hub, state }: RolloverProps) {
  const words = view.texts.operations.rollover;
  const planning = state.jobs.find(({ name }) => name === rolloverPlanJob);
  const rollover = state.jobs.find(({ name }) => name === "rollover");
  const { plan } = state;
  return (
    <article class="panel" id="rollover">
      <h2>{words.title}</h2>
      <p class="hint">{words.about}</p>
      {planning?.running ? (
        <>
          <p>{words.planning}</p>
          <JobProgress view={view} job={planning} />
        </>
      ) : planning?.result === "failed" ? (
        <p class="attention" role="alert">
          {words.failed(planning.message ?? "")}
        </p>
      ) : plan === null ? (
        <p>{words.none}</p>
      ) : (
        <>
          <p class="hint">{words.made(hub.operations.time(plan.at))}</p>
          <Plan view={view} plan={plan.plan} />
        </>
      )}
      {rollover?.running ? <JobProgress view={view} job={rollover} /> : null}
      {hub.lacks === null && planning ? (
        <div class="actions">
          <Act
            view={view}
            job={planning}
            action="run"
            disabled={planning.running || rollover?.running === true}
            label={plan === null ? words.plan : words.again}
          />
          {plan === null || planning.running || rollover?.running || plan.plan.moves.length === 0 ? null : (
            <Confirmed view={view} plan={plan.plan} at={plan.at} />
          )}
        </div>
      ) : null}
    </article>
  );
}

const rowsOf = ({ moves }: RolloverPlan): number => moves.reduce((sum, { rows }) => sum + rows, 0);

function Plan({ view, plan }: { view: View; plan: RolloverPlan }) {
  const { texts, format } = view;
  const words = texts.operations.rollover;
  const { moves, newYears, staying, undated } = plan;
  const quantity = moves.reduce((sum, move) => sum + move.quantity, 0);
  return (
    <>
      {moves.length === 0 ? (
        <p>{words.nothing}</p>
      ) : (
        <>
          <p>{words.rows(format.exact(rowsOf(plan)), format.exact(quantity))}</p>
          {newYears.length === 0 ? null : (
            <p>{words.newFiles(newYears.map((year) => `archive_${year}.db`).join(", "))}</p>
          )}
          <Scroll label={words.title}>
            <table>
              <Headings
                of={[words.month, words.from, words.to, [words.rowCount, "number"], [texts.columns.quantity, "number"]]}
              />
              <tbody>
                {moves.map((move) => (
                  <tr>
                    <th scope="row">{move.month}</th>
                    <td>{move.from}</td>
                    <td>{move.to}</td>
                    <td class="number">{format.exact(move.rows)}</td>
                    <td class="number">{format.exact(move.quantity)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
      {staying.map(({ file, rows }) => (
        <p class="hint">{words.staying(format.exact(rows), file)}</p>
      ))}
      {undated.map(({ file, rows }) => (
        <p class="hint">{words.undated(format.exact(rows), file)}</p>
      ))}
    </>
  );
}

/** The button of the rollover and the dialog that names what it moves. The form names the plan that was seen. */
function Confirmed({ view, plan, at }: { view: View; plan: RolloverPlan; at: number }) {
  const { texts, format } = view;
  const words = texts.operations.rollover;
  const years = [...new Set(plan.moves.map(({ month }) => month.slice(0, 4)))].sort();
  return (
    <>
      <button type="button" data-dialog="confirm-rollover">
        {words.run}
      </button>
      <dialog id="confirm-rollover" aria-labelledby="confirm-rollover-title">
        <h2 id="confirm-rollover-title">{words.sure}</h2>
        <p>{words.confirm(format.exact(rowsOf(plan)), years.join(", "))}</p>
        <p class="hint">{words.warning}</p>
        <form method="post" action={actionOf(view, "rollover", "run")} hx-push-url="false">
          <input type="hidden" name="plan" value={String(at)} />
          <button type="button" data-close autofocus>
            {words.no}
          </button>
          <button type="submit" class="danger">
            {words.yes}
          </button>
        </form>
      </dialog>
    </>
  );
}
