/** @jsxImportSource hono/jsx */
import type { TargetVersion } from "../../targets/types.ts";
import { Headings, Scroll } from "../elements.tsx";
import type { TargetsView } from "../targets-view.ts";
import { link, type View } from "../view.ts";
import { toTheMinute } from "./operations-time.ts";
import { TargetChanges } from "./targets-changes.tsx";
import { targetsPath } from "./targets-path.ts";

const mostVersions = 50;

interface VersionsProps {
  view: View;
  known: TargetsView;
  /** The version whose changes are shown. */
  chosen: number | undefined;
}

/** The versions there were, what each changed, and the way back to one. */
export function TargetVersions({ view, known, chosen }: VersionsProps) {
  const words = view.texts.targets;
  const { store } = known.targets;
  const versions = store.versions(mostVersions);
  if (versions.length === 0) return null;
  const shown = chosen === undefined ? null : store.version(chosen);
  return (
    <section class="panel" id="versions">
      <h2>{words.versions}</h2>
      <Scroll label={words.versions}>
        <table>
          <Headings
            of={[words.version(""), words.when, [words.from, "wide"], words.note, [words.who, "wide"], words.actions]}
          />
          <tbody>
            {versions.map((version, at) => (
              <Line view={view} known={known} version={version} inForce={at === 0} isShown={shown?.id === version.id} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {chosen !== undefined && shown === null ? <p role="alert">{words.versionFault(String(chosen))}</p> : null}
      {shown === null ? null : (
        <div id="version-changes">
          <h3>{words.changesOf(String(shown.id))}</h3>
          <TargetChanges view={view} changes={store.changesOf(shown.id)} label={words.changesOf(String(shown.id))} />
        </div>
      )}
    </section>
  );
}

interface LineProps {
  view: View;
  known: TargetsView;
  version: TargetVersion;
  inForce: boolean;
  isShown: boolean;
}

function Line({ view, known, version, inForce, isShown }: LineProps) {
  const words = view.texts.targets;
  const { id, made_at, made_by, note, origin } = version;
  return (
    <tr>
      <th scope="row">
        {id} {inForce ? <span class="pill good">{words.inForce}</span> : null}
      </th>
      <td>{toTheMinute(known.time(made_at))}</td>
      <td class="wide">{originWords(words, origin)}</td>
      <td>{note}</td>
      <td class="wide">{made_by}</td>
      <td>
        <div class="actions">
          <a href={link(view, { params: { version: isShown ? null : String(id) } })}>
            {isShown ? words.close : words.show}
            <span class="unseen"> {words.version(String(id))}</span>
          </a>
          {inForce || known.lacks !== null ? null : (
            <form method="post" action={`${targetsPath}/restore`} hx-boost="false">
              <input type="hidden" name="version" value={String(id)} />
              <button type="submit" class="quiet">
                {words.restore}
                <span class="unseen"> {words.version(String(id))}</span>
              </button>
            </form>
          )}
        </div>
      </td>
    </tr>
  );
}

/** Where a version came from: a file's name as it is, all else in words. */
function originWords(words: View["texts"]["targets"], origin: string): string {
  if (origin === "api") return words.fromApi;
  const restored = /^restored (\d+)$/.exec(origin)?.[1];
  return restored === undefined ? origin : words.restoredFrom(restored);
}
