/** What is around every page: sign-in, navigation, live connection, toasts. */
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import { openLive, useConnection } from "../api/live";
import type { PersonRole } from "../api/types";
import { SignInPage } from "../session/SignInPage";
import { atLeast, SessionContext, signOut, useSession, useSessionState } from "../session/session";
import { Icon, type IconName } from "../ui/icons";
import { Menu } from "../ui/menus";
import { ErrorNotice, Loading } from "../ui/notices";
import { Toasts } from "../ui/toasts";
import { useTheme } from "./theme";

interface Place {
  readonly to: "/desk" | "/supervisor" | "/overview" | "/settings";
  readonly label: string;
  readonly icon: IconName;
  readonly least: PersonRole;
}

const PLACES: readonly Place[] = [
  { to: "/desk", label: "Desk", icon: "desk", least: "viewer" },
  { to: "/supervisor", label: "Supervisor", icon: "supervisor", least: "viewer" },
  { to: "/overview", label: "Overview", icon: "overview", least: "viewer" },
  { to: "/settings", label: "Settings", icon: "settings", least: "viewer" },
];

function Navigation() {
  const { person } = useSession();
  return (
    <nav className="nav" aria-label="Main">
      <ul>
        {PLACES.filter((place) => atLeast(person.role, place.least)).map((place) => (
          <li key={place.to}>
            <Link to={place.to} activeProps={{ "aria-current": "page" }}>
              <Icon name={place.icon} />
              {place.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");

function Who() {
  const { person, account } = useSession();
  const queries = useQueryClient();
  const [theme, choose] = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  const name = person.friendly_name || person.email;
  return (
    <Menu
      label="You"
      trigger={
        <AriaButton className="who" aria-label={`${name}: account, theme, sign out`}>
          <span className="face">{initials(name)}</span>
          <span className="who-text">
            <strong>{name}</strong>
            <span className="soft small">
              {person.role}
              {account.is_test ? " · test account" : ""}
            </span>
          </span>
        </AriaButton>
      }
      acts={[
        { id: "theme", label: `Use the ${other} theme`, onAct: () => choose(other) },
        { id: "docs", label: "Documentation", href: "/docs" },
        { id: "out", label: "Sign out", hint: person.email, onAct: () => void signOut(queries) },
      ]}
    />
  );
}

function ConnectionStrip() {
  const connection = useConnection();
  return (
    <div className="strip" role="status">
      {connection === "reconnecting" && (
        <div className="strip-note">Reconnecting… What is shown may be out of date.</div>
      )}
    </div>
  );
}

function Frame() {
  const queries = useQueryClient();
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = useRef(path);

  useEffect(() => openLive(queries), [queries]);
  // A new page begins where its reader is: focus goes to the content, not to the link that was pressed.
  useEffect(() => {
    if (shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="rail">
        <div className="brand">
          <img src="/console/icon.svg" alt="" />
          Dwell
        </div>
        <Navigation />
        <div className="rail-foot">
          <Who />
        </div>
      </div>
      <ConnectionStrip />
      <main id="main" className="main" tabIndex={-1} ref={main}>
        <Outlet />
      </main>
    </div>
  );
}

export function Shell() {
  const state = useSessionState();
  if (state.isPending) return <Loading />;
  // A failure to read the session anew leaves the page as it is: only an answer signs anybody out.
  if (state.data === undefined) {
    return (
      <main className="page">
        <ErrorNotice error={state.error} onRetry={() => void state.refetch()} />
      </main>
    );
  }
  return (
    <>
      {state.data.signedIn ? (
        <SessionContext value={state.data.session}>
          <Frame />
        </SessionContext>
      ) : (
        <SignInPage ways={state.data.ways} />
      )}
      <Toasts />
    </>
  );
}
