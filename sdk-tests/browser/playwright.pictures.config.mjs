import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.mjs";

// `make pictures`: takes the pictures of the guides anew, into docs/pictures.
export default defineConfig({ ...tests, testMatch: "*.pictures.mjs" });
