/** @jsxImportSource hono/jsx */
import type { TargetChange } from "../../targets/types.ts";
import { Headings, Quantity, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";

/** Changes that are listed. */
const mostListed = 500;

/** What one version of the targets has in place of another. */
export function TargetChanges({
  view,
  changes,
  label,
}: {
  view: View;
  changes: readonly TargetChange[];
  label: string;
}) {
  const { texts, format } = view;
  const words = texts.targets;
  const kindOf = ({ before, after }: TargetChange): "fresh" | "changed" | "removed" =>
    before === null ? "fresh" : after === null ? "removed" : "changed";
  return (
    <>
      <Scroll label={label}>
        <table class="changes">
          <Headings
            of={[
              words.month,
              texts.columns.item,
              words.kind,
              [words.before, "number"],
              [words.after, "number"],
              [words.difference, "number wide"],
            ]}
          />
          <tbody>
            {changes.slice(0, mostListed).map((change) => (
              <tr>
                <td>{change.month}</td>
                <th scope="row" class="code">
                  {change.item_code}
                </th>
                <td>
                  <span class="pill">{words.kinds[kindOf(change)]}</span>
                </td>
                <Quantity value={change.before} format={format} />
                <Quantity value={change.after} format={format} />
                <td class="number wide">{format.signed((change.after ?? 0) - (change.before ?? 0))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {changes.length > mostListed ? (
        <p class="hint">{words.moreChanges(format.exact(changes.length - mostListed))}</p>
      ) : null}
    </>
  );
}
