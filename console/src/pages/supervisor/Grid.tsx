// biome-ignore-all lint/a11y/useSemanticElements: rows of a table cannot be placed where windowing wants them
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid takes the keys
/** A windowed grid: as many rows as there are, as many elements as are seen; one tab stop, arrows within. */
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { Icon } from "../../ui/icons";
import type { Choosing } from "./selection";

export interface Column<T> {
  readonly id: string;
  readonly label: string;
  readonly cell: (item: T) => ReactNode;
}

interface GridProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  /** By what rows are chosen. */
  readonly idOf: (item: T) => string;
  /** What the row is called when it is chosen. */
  readonly nameOf: (item: T) => string;
  readonly choosing: Choosing;
  readonly hasMore: boolean;
  /** Called when the last rows come into view. */
  readonly onMore: () => void;
  readonly onOpen: (item: T) => void;
}

const ROW_PX = 52;
const ROW_NARROW_PX = 98;
const OVERSCAN = 8;
/** Rows from the end at which more are fetched. */
const AHEAD = 60;
const PAGE_ROWS = 10;

const narrow = matchMedia("(max-width: 48rem)");
const useIsNarrow = (): boolean =>
  useSyncExternalStore(
    (watcher) => {
      narrow.addEventListener("change", watcher);
      return () => narrow.removeEventListener("change", watcher);
    },
    () => narrow.matches,
  );

const isInteractive = (event: MouseEvent): boolean =>
  event.target instanceof Element && event.target.closest("a, button") !== null;

export function Grid<T>({ label, items, columns, idOf, nameOf, choosing, hasMore, onMore, onOpen }: GridProps<T>) {
  const id = useId();
  const element = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  /** Where a range begins that shift extends. */
  const anchor = useRef(0);
  const isNarrow = useIsNarrow();
  const size = isNarrow ? ROW_NARROW_PX : ROW_PX;
  const last = items.length - 1;
  const present = Math.min(active, last);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => element.current,
    estimateSize: () => size,
    overscan: OVERSCAN,
    getItemKey: (index) => (items[index] ? idOf(items[index]) : index),
  });
  useEffect(() => {
    if (size) rows.measure();
  }, [size, rows]);

  const shown = rows.getVirtualItems();
  const end = shown[shown.length - 1]?.index ?? 0;
  const isNearEnd = hasMore && end >= items.length - AHEAD;
  useEffect(() => {
    if (isNearEnd) onMore();
  });

  const idAt = (index: number): string => (items[index] ? idOf(items[index]) : "");
  const move = (index: number, isRange: boolean): void => {
    const next = Math.min(last, Math.max(0, index));
    setActive(next);
    rows.scrollToIndex(next);
    if (isRange) choosing.choose(between(anchor.current, next).map(idAt));
    else anchor.current = next;
  };
  const toggle = (index: number): void => {
    anchor.current = index;
    setActive(index);
    choosing.toggle(idAt(index));
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || last < 0) return;
    const moves: Readonly<Record<string, number>> = {
      ArrowUp: present - 1,
      ArrowDown: present + 1,
      PageUp: present - PAGE_ROWS,
      PageDown: present + PAGE_ROWS,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    const item = items[present];
    if (next !== undefined) move(next, event.shiftKey);
    else if (event.key === " ") toggle(present);
    else if (event.key === "Enter" && item !== undefined) onOpen(item);
    else if (event.key === "Escape") choosing.clear();
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) choosing.choose(items.map(idOf));
    else return;
    event.preventDefault();
  };
  // One listener for all rows: what is drawn again while scrolling is new rows only.
  const onClick = (event: MouseEvent): void => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    if (!row || isInteractive(event)) return;
    const index = Number(row.dataset["index"]);
    if (event.shiftKey) move(index, true);
    else toggle(index);
  };

  return (
    <div
      ref={element}
      className="supervisor-grid panel"
      role="grid"
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={hasMore ? -1 : items.length + 1}
      aria-activedescendant={last >= 0 && shown.some((row) => row.index === present) ? `${id}-${present}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
    >
      <div role="row" aria-rowindex={1} className="supervisor-row supervisor-head">
        <div role="columnheader" className="cell-choose">
          <span className="visually-hidden">Chosen</span>
        </div>
        {columns.map((column) => (
          <div key={column.id} role="columnheader" className={`cell-${column.id}`}>
            {column.label}
          </div>
        ))}
      </div>
      <div role="rowgroup" className="supervisor-body" style={{ height: rows.getTotalSize() }} onClick={onClick}>
        {shown.map((row) => {
          const item = items[row.index];
          return item === undefined ? null : (
            <MemoRow
              key={row.key}
              id={`${id}-${row.index}`}
              item={item}
              columns={columns}
              name={nameOf(item)}
              index={row.index}
              start={row.start}
              size={row.size}
              isChosen={choosing.isChosen(idOf(item))}
              isAt={row.index === present}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps<T> {
  readonly id: string;
  readonly item: T;
  readonly columns: readonly Column<T>[];
  readonly name: string;
  readonly index: number;
  readonly start: number;
  readonly size: number;
  readonly isChosen: boolean;
  readonly isAt: boolean;
}

function Row<T>({ id, item, columns, name, index, start, size, isChosen, isAt }: RowProps<T>) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      data-index={index}
      className={isAt ? "supervisor-row at" : "supervisor-row"}
      style={{ transform: `translateY(${start}px)`, height: size }}
    >
      <div role="gridcell" className="cell-choose">
        <span className={isChosen ? "supervisor-box on" : "supervisor-box"}>{isChosen && <Icon name="check" />}</span>
        <span className="visually-hidden">{name}</span>
      </div>
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={`cell-${column.id}`}>
          {column.cell(item)}
        </div>
      ))}
    </div>
  );
}

const MemoRow = memo(Row) as typeof Row;

/** All numbers from one to the other. */
function between(from: number, to: number): number[] {
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => first + index);
}
