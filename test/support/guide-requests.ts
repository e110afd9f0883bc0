import PowerQuery from "@microsoft/powerquery-parser";
import { Language, Parser } from "web-tree-sitter";

const grammar = Bun.resolveSync("tree-sitter-powershell/tree-sitter-powershell.wasm", import.meta.dir);

/** A request that a program of the guide makes, read out of its text. */
export interface ProgramRequest {
  readonly method: string;
  readonly address: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Says where a PowerShell program breaks the language's rules; null where it does not. */
export async function powershellFault(code: string): Promise<string | null> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  const { rootNode } = parser.parse(code)!;
  return rootNode.hasError ? rootNode.toString() : null;
}

/** Says where a program in Power Query's language M breaks its rules; null where it does not. */
export async function powerQueryFault(code: string): Promise<string | null> {
  const read = await PowerQuery.TaskUtils.tryLexParse(PowerQuery.DefaultSettings, code);
  return PowerQuery.TaskUtils.isError(read) ? read.error.message : null;
}

/**
 * The requests of a PowerShell program that asks with Invoke-RestMethod and Invoke-WebRequest. `variables` are the values of those that are not
 * assigned a text, by their names without `$`.
 */
export function powershellRequests(code: string, variables: Record<string, string>): ProgramRequest[] {
  const known: Record<string, string> = { ...variables };
  for (const [, name, value] of code.matchAll(/^\s*\$(\w+) = "([^"]*)"$/gm)) known[name!] = value!;
  for (const [, name, pairs] of code.matchAll(/^\s*\$(\w+) = @\{ (.*) \} \| ConvertTo-Json$/gm)) {
    const entries = [...pairs!.matchAll(/(\w+) = "([^"]*)"/g)].map(([, key, value]) => [key, value]);
    known[name!] = JSON.stringify(Object.fromEntries(entries));
  }
  const filled = (text: string): string =>
    text.replace(/^"|"$/g, "").replace(/\$((?:env:)?\w+)/g, (whole, name: string) => known[name] ?? whole);
  return [...code.matchAll(/Invoke-(?:RestMethod|WebRequest) ("[^"]*"|\$\w+)(.*)$/gm)].map(([, address, rest]) => {
    const option = (name: string): string | undefined => {
      const value = new RegExp(`-${name} ("[^"]*"|[\\w$:]+)`).exec(rest!)?.[1];
      return value === undefined ? undefined : filled(value);
    };
    const pairs = [...(/-Headers @\{ (.*?) \}/.exec(rest!)?.[1] ?? "").matchAll(/"([\w-]+)" = ("[^"]*"|[\w$:]+)/g)];
    const headers = Object.fromEntries(pairs.map(([, name, value]) => [name, filled(value!)]));
    const type = option("ContentType");
    const body = option("Body");
    return {
      method: (option("Method") ?? "Get").toUpperCase(),
      address: filled(address!),
      headers: { ...headers, ...(type && { "Content-Type": type }) },
      ...(body && { body }),
    };
  });
}

/** The address that a program in M asks, and which type it gives each of the columns. */
export function powerQueryRequest(
  code: string,
  variables: Record<string, string>,
): { address: string; types: Record<string, string> } {
  const [, base, path, query = ""] =
    /Web\.Contents\("([^"]+)", \[RelativePath = "([^"]+)", Query = \[(.*?)\]/.exec(code) ?? [];
  const parameters = [...query.matchAll(/(\w+) = (?:"([^"]*)"|(\w+))/g)].map(([, name, text, variable]) => [
    name!,
    text ?? variables[variable!] ?? "",
  ]) as [string, string][];
  const typed = /Table\.TransformColumnTypes\(\w+, \{(.*)\}, "en-US"\)/.exec(code)?.[1] ?? "";
  const types = [...typed.matchAll(/\{"([^"]+)", (type \w+|Int64\.Type)\}/g)].map(([, name, type]) => [name!, type!]);
  return { address: `${base}/${path}?${new URLSearchParams(parameters)}`, types: Object.fromEntries(types) };
}
