import { createHash } from "node:crypto";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { AHEAD } from "./ahead.ts";
import { ahead } from "./scripts/ahead.ts";
import { brotli } from "./scripts/brotli.ts";

// `npm run dev` shows what a server at this address knows; it may be any.
const server = process.env.SPINLOOM_SERVER ?? "http://127.0.0.1:8040";

const src = fileURLToPath(new URL("./src", import.meta.url));
const files = new Map<string, string>();

/** What a class of a module is called: four letters for its file, which compress better than numbers of lines do. */
function generateScopedName(name: string, file: string): string {
  const place = relative(src, file);
  const hash = createHash("sha256")
    .update(place)
    .digest("base64url")
    .replace(/[^a-zA-Z]/g, "")
    .slice(0, 4);
  const other = files.get(hash) ?? place;
  if (other !== place) throw new Error(`${place} and ${other} would have classes of the same names`);
  files.set(hash, place);
  return `${hash}_${name}`;
}

export default defineConfig({
  plugins: [react(), brotli(), ahead(AHEAD)],
  // The server says below which path it is reached.
  base: "./",
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  css: { modules: { generateScopedName } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // A request costs a browser some milliseconds: what all pages need is one script, what many need another, and styles are one file.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "base", tags: ["$initial"], priority: 2 },
            { name: "shared", minShareCount: 4, priority: 1 },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/plugins": { target: server, changeOrigin: true },
      "/api": {
        target: server,
        changeOrigin: true,
        ws: true,
        rewriteWsOrigin: true,
        headers: { origin: server },
      },
    },
  },
  // Property tests take their time on a busy machine.
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node", testTimeout: 120_000 },
});
