/** Every page and its address. Pages are loaded when they are first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { readSearch } from "./pages/desk/search";
import { Shell } from "./shell/Shell";
import { ErrorNotice, Loading } from "./ui/notices";
import { Page } from "./ui/page";

const root = createRootRoute({ component: Shell });

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/desk" });
  },
});

const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./pages/desk/DeskPage"), "DeskPage"),
});

const supervisor = createRoute({
  getParentRoute: () => root,
  path: "/supervisor",
  component: lazyRouteComponent(() => import("./pages/supervisor/SupervisorPage"), "SupervisorPage"),
});

const developer = createRoute({
  getParentRoute: () => root,
  path: "/conversations/$conversationSid",
  component: lazyRouteComponent(() => import("./pages/developer/ConversationPage"), "ConversationPage"),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: "/overview",
  component: lazyRouteComponent(() => import("./pages/overview/OverviewPage"), "OverviewPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "defaults" } });
  },
});

/** Its pages are listed in pages/settings/sections.ts. */
const section = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  validateSearch: (search: Record<string, unknown>): { readonly item?: string } =>
    typeof search["item"] === "string" ? { item: search["item"] } : {},
  component: lazyRouteComponent(() => import("./pages/settings/SettingsLayout"), "SettingsLayout"),
});

const tree = root.addChildren([index, desk, supervisor, developer, overview, settings, section]);

function NotFound() {
  return (
    <Page title="Not found" lead="There is no page at this address.">
      <Link to="/desk">To the desk</Link>
    </Page>
  );
}

function Failed({ error }: ErrorComponentProps) {
  return (
    <div className="page">
      <ErrorNotice error={error} onRetry={() => location.reload()} />
    </div>
  );
}

export function makeRouter() {
  return createRouter({
    routeTree: tree,
    basepath: "/console",
    defaultPreload: "intent",
    defaultPendingComponent: Loading,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Failed,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
