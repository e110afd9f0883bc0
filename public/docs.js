// Starts Swagger UI on the API page. A file of its own, because the page's policy forbids scripts inside the page.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followSystem = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
followSystem();
dark.addEventListener("change", followSystem);

globalThis.SwaggerUIBundle({
  // From this script's address, so that it is right with and without a trailing slash, and behind a proxy's prefix.
  url: new URL("../openapi.json", document.currentScript.src).href,
  dom_id: "#swagger-ui",
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout", // the other layout brings a bar with a logo and a box for other hosts' documents
  validatorUrl: null, // the badge would send the document's address to swagger.io
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
});
