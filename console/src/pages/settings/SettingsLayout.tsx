import { Link, useParams } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { atLeast, useSession } from "../../session/session";
import { Icon } from "../../ui/icons";
import { Loading } from "../../ui/notices";
import { Page } from "../../ui/page";
import { findSection, GROUPS } from "./sections";
import "./settings.css";

function SectionMenu({ current }: { readonly current: string }) {
  const { person } = useSession();
  const groups = GROUPS.map((group) => ({
    label: group.label,
    sections: group.sections.filter((section) => atLeast(person.role, section.least)),
  })).filter((group) => group.sections.length > 0);
  return (
    <div className="settings-groups">
      {groups.map((group) => (
        <section key={group.label}>
          <h2>{group.label}</h2>
          <ul>
            {group.sections.map((section) => (
              <li key={section.id}>
                <Link
                  to="/settings/$section"
                  params={{ section: section.id }}
                  aria-current={section.id === current ? "page" : undefined}
                >
                  {section.label}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** The menu of the settings and one of their pages; on a phone the menu unfolds from a button. */
export function SettingsLayout() {
  const { section: id } = useParams({ from: "/settings/$section" });
  const { person } = useSession();
  const section = findSection(id);
  const [isOpen, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu folds when another page is opened
  useEffect(() => setOpen(false), [id]);

  return (
    <div className="settings">
      <nav className={isOpen ? "settings-menu open" : "settings-menu"} aria-label="Settings">
        <Button className="settings-toggle" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          Settings: {section?.label ?? "unknown"} <Icon name="down" />
        </Button>
        <SectionMenu current={id} />
      </nav>
      <div className="settings-content">
        {section && atLeast(person.role, section.least) ? (
          <Suspense fallback={<Loading />}>
            <section.Content key={id} />
          </Suspense>
        ) : (
          <Page title="Not found" lead="There is no such page in the settings, or your role does not see it.">
            {null}
          </Page>
        )}
      </div>
    </div>
  );
}
