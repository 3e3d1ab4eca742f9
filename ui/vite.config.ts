import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { brotli } from "./scripts/brotli.ts";

// `npm run dev` shows what a server at this address knows; it may be any.
const server = process.env.SPINLOOM_SERVER ?? "http://127.0.0.1:8040";

export default defineConfig({
  plugins: [react(), brotli()],
  // The server says below which path it is reached.
  base: "./",
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, manifest: true },
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
