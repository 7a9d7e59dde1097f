/** JSON as a tree that opens and closes; plain details elements, so that keyboard and search work. */
import { Button } from "../../ui/buttons";
import { ErrorNotice, Loading } from "../../ui/notices";
import { copy } from "./copy";

/** Levels that are open at first. */
const OPEN_DEPTH = 2;

const isBranch = (value: unknown): value is object => typeof value === "object" && value !== null;

const Leaf = ({ value }: { readonly value: unknown }) => (
  <span className={`json-${value === null ? "null" : typeof value}`}>{JSON.stringify(value)}</span>
);

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly depth: number;
}

const Name = ({ name }: { readonly name: string | null }) =>
  name === null ? null : <span className="json-name">{name}: </span>;

function Node({ name, value, depth }: NodeProps) {
  if (!isBranch(value)) {
    return (
      <div className="json-leaf">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, close] = isList ? "[]" : "{}";
  if (entries.length === 0) {
    return (
      <div className="json-leaf">
        <Name name={name} />
        {open}
        {close}
      </div>
    );
  }
  return (
    <details open={depth < OPEN_DEPTH} className="json-branch">
      <summary>
        <Name name={name} />
        {open} <span className="soft">{counted(entries.length, isList ? "item" : "key")}</span> {close}
      </summary>
      <div>
        {entries.map(([key, inner]) => (
          <Node key={key} name={isList ? null : key} value={inner} depth={depth + 1} />
        ))}
      </div>
    </details>
  );
}

export const JsonTree = ({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }) => (
  <div className="json">
    <Node name={null} value={value} depth={depth} />
  </div>
);

interface PanelProps {
  readonly title: string;
  /** Where it comes from. */
  readonly path: string;
  readonly query: { readonly data: unknown; readonly error: unknown };
}

export function JsonPanel({ title, path, query }: PanelProps) {
  return (
    <section className="panel developer-json" aria-label={title}>
      <header className="spread">
        <div>
          <h3>{title}</h3>
          <code className="soft">GET {path}</code>
        </div>
        <span className="row">
          <Button size="small" icon="copy" onPress={() => copy(path, "Address")}>
            Address
          </Button>
          <Button
            size="small"
            icon="copy"
            isDisabled={query.data === undefined}
            onPress={() => copy(JSON.stringify(query.data, null, 2), title)}
          >
            JSON
          </Button>
        </span>
      </header>
      {query.error !== null && <ErrorNotice error={query.error} />}
      {query.data === undefined ? query.error === null && <Loading /> : <JsonTree value={query.data} />}
    </section>
  );
}
