/** @jsxImportSource hono/jsx */
import type { TargetsView } from "../targets-view.ts";
import type { View } from "../view.ts";
import { operations } from "./operations.tsx";
import { targetsPath } from "./targets-path.ts";

/** Where targets are uploaded, and the files that an upload begins with. */
export function TargetUpload({ view, known }: { view: View; known: TargetsView }) {
  const words = view.texts.targets;
  const { lacks } = known;
  const file = (name: "present" | "form", label: string) => (
    <p class="actions">
      <span>{label}</span>
      <a class="button" href={`${targetsPath}/${name}.xlsx`} hx-boost="false">
        {words.xlsx}
        <span class="unseen"> {label}</span>
      </a>
      <a class="button" href={`${targetsPath}/${name}.csv`} hx-boost="false">
        {words.csv}
        <span class="unseen"> {label}</span>
      </a>
    </p>
  );
  return (
    <section class="panel" id="upload">
      <h2>{words.upload}</h2>
      <p class="hint">{words.uploadHelp}</p>
      {lacks === null ? (
        <form
          method="post"
          action={`${targetsPath}/preview`}
          enctype="multipart/form-data"
          class="upload"
          hx-boost="false"
        >
          <label>
            {words.file}
            <input type="file" name="file" required accept=".csv,.txt,.tsv,.xlsx" />
          </label>
          <button type="submit" class="main">
            {words.check}
          </button>
        </form>
      ) : (
        <p id="upload-lacks">
          {view.texts.operations.access[lacks]}{" "}
          {lacks === "key" ? (
            <a href={operations.path} hx-boost="false">
              {words.toSignIn}
            </a>
          ) : null}
        </p>
      )}
      {file("form", words.template)}
      {known.targets.store.present().targets.length === 0 ? null : file("present", words.download)}
    </section>
  );
}
