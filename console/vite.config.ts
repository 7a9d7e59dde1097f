import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where `npm run dev` finds a server; `make run` starts one there.
const server = process.env["DWELL_URL"] ?? "http://127.0.0.1:8080";
const proxied = ["/v1", "/dwell", "/docs", "/console/session", "/console/password", "/console/openid"];

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: {
    // The server forbids data: addresses for scripts and fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    // `npm run size` limits what matters: the first load.
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, server])) },
});
