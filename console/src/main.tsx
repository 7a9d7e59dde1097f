import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/shell.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { makeRouter } from "./router";
import { takeUpPlace } from "./session/place";
import { watchSignOut } from "./session/session";
import { applyTheme } from "./shell/theme";

const RETRIES = 2;

applyTheme();
takeUpPlace();
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal is an answer: only failures are tried again.
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < RETRIES,
    },
  },
});
watchSignOut(queries);

const element = document.getElementById("root");
if (!element) throw new Error("the page has no #root");
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={makeRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
