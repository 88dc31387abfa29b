import js from "@eslint/js";
import globals from "globals";

/* What a page says reaches it as text nodes; none of these parses text as markup or code. */
const NO_MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln"].map(
  (property) => ({ property, message: "Pages are built from text nodes: use mg.el." })
);

export default [
  { ignores: [".venv*/**", "build/**", "maps/**", "site/**", "dist/**"] },
  js.configs.recommended,
  { files: ["eslint.config.js"], languageOptions: { sourceType: "module" } },
  {
    files: ["src/maligeo/**/assets/*.js"],
    languageOptions: {
      ecmaVersion: 2017,
      sourceType: "script",
      globals: { ...globals.browser, L: "readonly" }
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 10],
      eqeqeq: "error",
      "max-depth": ["error", 3],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true, IIFEs: false }],
      "max-params": ["error", 6],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": ["error", ...NO_MARKUP],
      "no-shadow": "error",
      strict: ["error", "function"]
    }
  }
];
