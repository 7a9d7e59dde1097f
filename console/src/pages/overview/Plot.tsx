/** A plot over time: areas or bars on top of each other, or lines; with legend, keyboard, and a table behind it. */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Marks } from "./Marks";
import {
  indexAt,
  largest,
  MARGIN,
  type Measure,
  type Point,
  type Series,
  STEP_MS,
  type Step,
  stepText,
  timeScale,
  timeTick,
  valueScale,
} from "./plot";

const HEIGHT = 230;
const BIG_STEP = 10;

/** Width of the element, as it changes. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return [element, width] as const;
}

interface PlotProps {
  readonly title: string;
  /** What is plotted and how to read it, in one sentence. */
  readonly about: string;
  readonly kind: "area" | "bars" | "lines";
  readonly series: readonly Series[];
  readonly points: readonly Point[];
  readonly step: Step;
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly measureFor: (most: number) => Measure;
  /** Said in place of the marks when there is nothing to show. */
  readonly empty: string;
  /** A sentence of what stands out. */
  readonly summary?: ReactNode;
}

export function Plot(props: PlotProps) {
  const { title, about, kind, series, points, step, now } = props;
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const id = useId();
  const shown = series.map((_, index) => !hidden.has(index));
  const visible = points.map((point) => ({
    at: point.at,
    values: point.values.map((value, index) => (shown[index] ? value : null)),
  }));
  const isEmpty = points.every((point) =>
    point.values.every((value) => value === null || (kind !== "lines" && value === 0)),
  );
  const measure = props.measureFor(largest(points, kind !== "lines"));

  const toggle = (index: number): void => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    // The last one stays: a plot of nothing tells nothing.
    if (next.size < series.length) setHidden(next);
  };

  return (
    <section className="panel overview-plot" aria-labelledby={`${id}-title`}>
      <header>
        <div>
          <h2 id={`${id}-title`}>{title}</h2>
          <p className="soft small">{about}</p>
        </div>
        <ul className="overview-legend" aria-label="Series">
          {series.map((one, index) => (
            <li key={one.label}>
              <button type="button" aria-pressed={shown[index]} onClick={() => toggle(index)}>
                <span className={`overview-swatch tone-${one.tone}`} aria-hidden="true" />
                {one.label}
              </button>
            </li>
          ))}
        </ul>
      </header>
      {isEmpty ? (
        <div className="overview-none">{props.empty}</div>
      ) : (
        <Chart {...props} points={visible} measure={measure} titleId={`${id}-title`} />
      )}
      {props.summary && !isEmpty && <p className="small overview-summary">{props.summary}</p>}
      {!isEmpty && (
        <details className="overview-table">
          <summary>The figures as a table</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard */}
          <section tabIndex={0} aria-label={`Figures: ${title}`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{step === "day" ? "Day (UTC)" : "Hour from"}</th>
                  {series.map((one) => (
                    <th key={one.label} scope="col">
                      {one.label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {points.map((point) => (
                  <tr key={point.at}>
                    <th scope="row">{stepText(point.at, step, now)}</th>
                    {point.values.map((value, index) => (
                      <td key={series[index]?.label}>{value === null ? "—" : measure.full(value)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </details>
      )}
    </section>
  );
}

interface ChartProps extends PlotProps {
  readonly measure: Measure;
  readonly titleId: string;
}

function Chart({ kind, series, points, step, from, to, now, measure, titleId }: ChartProps) {
  const [element, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const last = points.length - 1;
  const chosen = at === null ? null : Math.min(at, last);
  const { x, ticks } = timeScale(from, to, step, width);
  const values = valueScale(largest(points, kind !== "lines"), measure, HEIGHT);
  const size = { width, height: HEIGHT };

  const valueText = (point: Point | undefined): string =>
    point
      ? `${stepText(point.at, step, now)}: ${series
          .map((one, index) => [one.label, point.values[index]] as const)
          .filter(([, value]) => value !== null && value !== undefined)
          .map(([label, value]) => `${label} ${measure.full(value ?? 0)}`)
          .join(", ")}`
      : "";

  const onKey = (event: KeyboardEvent): void => {
    const present = chosen ?? last;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: present - 1,
      ArrowDown: present - 1,
      ArrowRight: present + 1,
      ArrowUp: present + 1,
      PageDown: present - BIG_STEP,
      PageUp: present + BIG_STEP,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined) {
      if (event.key === "Escape") setAt(null);
      return;
    }
    event.preventDefault();
    setAt(Math.min(last, Math.max(0, next)));
  };
  const onPoint = (event: PointerEvent): void => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const share = (left - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    setAt(indexAt(points, from + share * (to - from)));
  };

  const point = chosen === null ? undefined : points[chosen];
  const middle = point ? x(Math.min(point.at + (kind === "bars" ? STEP_MS[step] / 2 : 0), to)) : 0;
  return (
    <div
      ref={element}
      className="overview-chart"
      role="slider"
      tabIndex={0}
      aria-labelledby={titleId}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={chosen ?? last}
      aria-valuetext={valueText(points[chosen ?? last])}
      onKeyDown={onKey}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && setAt((now) => now ?? last)}
      onBlur={() => setAt(null)}
      onPointerMove={onPoint}
      onPointerDown={onPoint}
      onPointerLeave={() => setAt(null)}
    >
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {values.ticks.map((tick) => (
            <g key={tick} transform={`translate(0 ${values.tickY(tick)})`}>
              <line className="overview-grid" x1={MARGIN.left} x2={width - MARGIN.right} />
              <text className="overview-tick" x={MARGIN.left - 7} dy="0.32em" textAnchor="end">
                {measure.tick(tick)}
              </text>
            </g>
          ))}
          {ticks.map((tick) => (
            <g key={tick.getTime()} transform={`translate(${x(tick.getTime())} ${HEIGHT - MARGIN.bottom})`}>
              <line className="overview-grid" y2={4} />
              <text className="overview-tick" y={17} textAnchor="middle">
                {timeTick(tick, step)}
              </text>
            </g>
          ))}
          <Marks
            kind={kind}
            series={series}
            points={points}
            x={x}
            y={values.y}
            step={step}
            size={size}
            chosen={chosen}
          />
          {point && (
            <line className="overview-cursor" x1={middle} x2={middle} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
          )}
        </svg>
      )}
      {point && (
        <div
          className={middle > width / 2 ? "overview-readout left" : "overview-readout"}
          style={middle > width / 2 ? { right: width - middle + 10 } : { left: middle + 10 }}
          aria-hidden="true"
        >
          <strong>{stepText(point.at, step, now)}</strong>
          {series.map(
            (one, index) =>
              typeof point.values[index] === "number" && (
                <div key={one.label}>
                  <span className={`overview-swatch tone-${one.tone}`} />
                  {one.label}
                  <b>{measure.full(point.values[index])}</b>
                </div>
              ),
          )}
        </div>
      )}
    </div>
  );
}
