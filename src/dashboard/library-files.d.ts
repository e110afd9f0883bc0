// With { type: "file" } an import is the file's path, whatever types its package has.
declare module "htmx.org/dist/htmx.min.js" {
  const path: string;
  export default path;
}
declare module "uplot/dist/uPlot.iife.min.js" {
  const path: string;
  export default path;
}
