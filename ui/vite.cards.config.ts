import { defineConfig } from "vite";

// The viewer of cards: one script and one style sheet, which are put into every card that is exported. What draws charts of Vega is large,
// so it is a script of its own (`--mode vega`), and only in the cards that have one.
export default defineConfig(({ mode }) => {
  const vega = mode === "vega";
  return {
    publicDir: false,
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      target: "es2022",
      outDir: "dist-cards",
      emptyOutDir: false,
      copyPublicDir: false,
      lib: {
        entry: vega ? "src/cards/viewer/vega.ts" : "src/cards/viewer/main.ts",
        name: vega ? "SpinloomVega" : "SpinloomCard",
        formats: ["iife"],
        fileName: () => (vega ? "vega.js" : "cards.js"),
        cssFileName: "cards",
      },
    },
  };
});
