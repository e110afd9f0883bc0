/** @jsxImportSource hono/jsx */
import type { Drift } from "../../quality/drift.ts";
import { numbersIn } from "../../quality/words.ts";
import { Figure, Headings, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";
import { type Particular, Particulars } from "./operations-particulars.tsx";

/** Items that the table of the mix names. */
const mostItems = 8;

/** Whether what is made, and how much, has shifted: the measures, how they went, and who moved. */
export function DriftPanel({ view, drift }: { view: View; drift: Drift | null }) {
  const words = view.texts.quality.drift;
  if (!drift) {
    return (
      <article class="panel" id="drift">
        <h2>{words.title}</h2>
        <p class="hint">{words.none}</p>
      </article>
    );
  }
  const { distribution, level, now, before } = drift;
  const { count, percent } = numbersIn(view.language);
  const change = `${level.change > 0 ? "+" : ""}${percent(level.change)}`;
  const facts: Particular[] = [
    [words.psi, words.psiValue(count(distribution.psi), count(distribution.threshold))],
    [words.level, words.levelValue(change, count(level.before), count(level.now))],
  ];
  return (
    <>
      <article class="panel" id="drift">
        <div class="head">
          <h2>{words.title}</h2>
          <span class={drift.drift_detected ? "pill wait" : "pill good"}>
            {drift.drift_detected ? words.detected : words.steady}
          </span>
        </div>
        <p class="hint">{words.lead(`${now.from} ~ ${now.to}`, `${before.from} ~ ${before.to}`)}</p>
        <Particulars of={facts} />
        <h3>{words.items}</h3>
        <Items view={view} drift={drift} />
      </article>
      <Chart view={view} drift={drift} />
    </>
  );
}

function Items({ view, drift }: { view: View; drift: Drift }) {
  const words = view.texts.quality.drift;
  const { count, percent } = numbersIn(view.language);
  return (
    <Scroll label={words.items}>
      <table>
        <Headings of={[words.item, [words.before, "number"], [words.now, "number"], [words.contribution, "number"]]} />
        <tbody>
          {drift.distribution.items.slice(0, mostItems).map(({ item_code, share_before, share_now, contribution }) => (
            <tr>
              <th scope="row">{item_code === "" ? words.others : <bdi>{item_code}</bdi>}</th>
              <td class="number">{percent(share_before)}</td>
              <td class="number">{percent(share_now)}</td>
              <td class="number">{count(contribution)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Chart({ view, drift }: { view: View; drift: Drift }) {
  const words = view.texts.quality.drift;
  const { history, distribution } = drift;
  const { count, percent } = numbersIn(view.language);
  const line = { scale: "psi", colour: "--compared" };
  return (
    <Figure
      view={view}
      id="drift"
      title={words.chart}
      data={{
        kind: "times",
        unit: "day",
        starts: history.map(({ day }) => day),
        series: [
          {
            ...line,
            label: words.psiHundreds,
            form: "bars",
            colour: "--quantity",
            values: history.map(({ psi }) => 100 * psi),
          },
          { ...line, label: words.threshold, form: "dashed", values: history.map(() => 100 * distribution.threshold) },
        ],
      }}
    >
      <table>
        <Headings of={[words.week, [words.psi, "number"], [words.change, "number"]]} />
        <tbody>
          {history.toReversed().map(({ day, psi, level_change }) => (
            <tr>
              <th scope="row">{day}</th>
              <td class="number">{count(psi)}</td>
              <td class="number">{percent(level_change)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
  );
}
