import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const API = process.env.FINOPS_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../bot/web_dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: "manifest.json",
  },
  server: { proxy: { "/api": API, "/auth": API } },
  test: {
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
    testTimeout: 60_000, // for machines that do other things meanwhile
  },
});
