/** @jsxImportSource hono/jsx */
import type { PresentSetting } from "../../config.ts";
import { Headings, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";

/** The settings in force, by the names that they have in `.env`; of a secret only whether it is set. */
export function Settings({ view, settings }: { view: View; settings: readonly PresentSetting[] }) {
  const words = view.texts.operations.settings;
  const shown = ({ value, isDefault }: PresentSetting): string => {
    if (value === null) return isDefault ? words.unset : words.set;
    return value === "" ? words.empty : value;
  };
  return (
    <article class="panel" id="settings">
      <details>
        <summary>
          <h2>{words.title}</h2>
        </summary>
        <p class="hint">{words.about}</p>
        <Scroll label={words.title}>
          <table>
            <Headings of={[words.name, words.value, words.source, [words.meaning, "wide"]]} />
            <tbody>
              {settings.map((setting) => (
                <tr>
                  <th scope="row" class="code">
                    {setting.name}
                  </th>
                  <td>{shown(setting)}</td>
                  <td>{setting.isDefault ? words.preset : words.changed}</td>
                  <td class="wide hint" lang="en">
                    {setting.meaning}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </article>
  );
}
