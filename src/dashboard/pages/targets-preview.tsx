/** @jsxImportSource hono/jsx */
import { mostNote } from "../../targets/store.ts";
import { type FileContent, isAcceptable, mostProblems, type Problem, type TargetChange } from "../../targets/types.ts";
import { Headings, Scroll } from "../elements.tsx";
import type { TargetsView } from "../targets-view.ts";
import { link, type View } from "../view.ts";
import { TargetChanges } from "./targets-changes.tsx";
import { targetsPath } from "./targets-path.ts";

/** What an uploaded file would change, to be confirmed; or what is to be corrected in it. */
export function TargetPreview({ view, known, name }: { view: View; known: TargetsView; name: string }) {
  const { texts } = view;
  const words = texts.targets;
  const draft = known.drafts.get(name);
  if (draft === null) {
    return (
      <p class="banner failed" role="alert">
        {words.told.expired}
      </p>
    );
  }
  const { content, origin } = draft;
  const changes = known.targets.store.preview(content);
  const leave = link(view, { params: { draft: null, told: null } });
  return (
    <section class="panel" id="preview">
      <div class="head">
        <h2>{words.preview}</h2>
        <p class="hint">{words.previewOf(origin)}</p>
      </div>
      {content.ignored.length === 0 ? null : <p class="hint">{words.ignored(content.ignored.join(", "))}</p>}
      {content.problemCount === 0 ? null : <Problems view={view} content={content} />}
      {content.severeCount > 0 ? (
        <p class="actions">
          <a class="button" href={leave}>
            {words.close}
          </a>
        </p>
      ) : (
        <>
          <Summary view={view} content={content} changes={changes} />
          {changes.length === 0 ? null : <TargetChanges view={view} changes={changes} label={words.preview} />}
          {changes.length === 0 ? (
            <p class="actions">
              <a class="button" href={leave}>
                {words.close}
              </a>
            </p>
          ) : (
            <Confirm view={view} content={content} name={name} leave={leave} />
          )}
        </>
      )}
    </section>
  );
}

interface ContentProps {
  view: View;
  content: FileContent;
}

function Summary({ view, content, changes }: ContentProps & { changes: readonly TargetChange[] }) {
  const { texts, format } = view;
  const words = texts.targets;
  if (changes.length === 0) return <p>{words.noChange}</p>;
  const count = (is: (change: TargetChange) => boolean): string => format.exact(changes.filter(is).length);
  const [first, last] = [content.months[0] ?? "", content.months.at(-1) ?? ""];
  const same = content.targets.length - changes.filter(({ after }) => after !== null).length;
  return (
    <p id="preview-summary">
      {words.summary(
        first === last ? first : `${first} ~ ${last}`,
        count(({ before }) => before === null),
        count(({ before, after }) => before !== null && after !== null),
        count(({ after }) => after === null),
        format.exact(same),
      )}
    </p>
  );
}

function Problems({ view, content }: ContentProps) {
  const { texts, format } = view;
  const words = texts.targets;
  const more = content.problemCount - content.problems.length;
  const isSevere = content.severeCount > 0;
  return (
    <div id="problems" role="alert">
      <h3>{words.problems(format.exact(content.problemCount))}</h3>
      <p class="hint">{isSevere ? words.problemsHelp : words.unknownHelp}</p>
      <Scroll label={words.problems(format.exact(content.problemCount))}>
        <table class="problems">
          <Headings of={[words.place, words.whatIsWrong]} />
          <tbody>
            {content.problems.map((problem) => (
              <tr>
                <th scope="row">{placeOf(view, problem)}</th>
                <td>{words.problem[problem.kind](problem.value, problem.hint)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {more > 0 && content.problems.length === mostProblems ? (
        <p class="hint">{words.moreProblems(format.exact(more))}</p>
      ) : null}
    </div>
  );
}

const placeOf = ({ texts }: View, { row, column }: Problem): string =>
  row === 0 ? texts.targets.wholeFile : texts.targets.placeOf(String(row), column);

function Confirm({ view, content, name, leave }: ContentProps & { name: string; leave: string }) {
  const { texts, format } = view;
  const words = texts.targets;
  return (
    <form method="post" action={`${targetsPath}/save`} class="confirm" hx-boost="false">
      <input type="hidden" name="draft" value={name} />
      {isAcceptable(content, false) ? null : (
        <label class="tick">
          <input type="checkbox" name="accept" value="true" required />{" "}
          {words.accept(format.exact(content.unknown.length))}
        </label>
      )}
      <label>
        {words.note}
        <input type="text" name="note" maxlength={mostNote} placeholder={words.noteHint} autocomplete="off" />
      </label>
      <div class="actions">
        <button type="submit" class="main">
          {words.confirm}
        </button>
        <a class="button" href={leave}>
          {words.cancel}
        </a>
      </div>
    </form>
  );
}
