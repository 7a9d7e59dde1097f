/** The marks of a plot: areas, bars or lines. */
import { area, curveLinear, line, stack } from "d3-shape";
import { MARGIN, type Point, type Series, type Size, STEP_MS, type Step } from "./plot";

interface MarksProps {
  readonly kind: "area" | "bars" | "lines";
  readonly series: readonly Series[];
  readonly points: readonly Point[];
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly step: Step;
  readonly size: Size;
  /** The index of the point that is read. */
  readonly chosen: number | null;
}

export function Marks(props: MarksProps) {
  if (props.kind === "area") return <Areas {...props} />;
  return props.kind === "bars" ? <Bars {...props} /> : <Lines {...props} />;
}

/** For every series, from where to where it goes at every point. */
function stacked({ series, points }: MarksProps) {
  return stack<Point, number>()
    .keys(series.map((_, index) => index))
    .value((point, index) => point.values[index] ?? 0)([...points]);
}

function Areas(props: MarksProps) {
  const { series, points, x, y } = props;
  return stacked(props).map((layer, index) => {
    const tone = series[index]?.tone;
    if (points.every((point) => point.values[index] === null)) return null;
    const at = (_: unknown, place: number): number => x(points[place]?.at ?? 0);
    const shape = area<(typeof layer)[number]>(
      at,
      ([low]) => y(low),
      ([, high]) => y(high),
    ).curve(curveLinear);
    const edge = line<(typeof layer)[number]>(at, ([, high]) => y(high)).curve(curveLinear);
    return (
      <g key={tone}>
        <path className={`overview-area tone-${tone}`} d={shape(layer) ?? ""} />
        <path className={`overview-edge tone-${tone}`} d={edge(layer) ?? ""} />
      </g>
    );
  });
}

const GAP_MAX = 3;

function Bars(props: MarksProps) {
  const { series, points, x, y, step, chosen, size } = props;
  return stacked(props).map((layer, index) => {
    const tone = series[index]?.tone;
    return (
      <g key={tone} className={`overview-bar tone-${tone}`}>
        {layer.map(([low, high], place) => {
          const at = points[place]?.at ?? 0;
          if (high <= low) return null;
          const [left, right] = [x(at), Math.min(x(at + STEP_MS[step]), size.width - MARGIN.right)];
          const gap = Math.min(GAP_MAX, (right - left) / 5);
          const dimmed = chosen !== null && chosen !== place;
          return (
            <rect
              key={at}
              className={dimmed ? "dim" : undefined}
              x={left + gap / 2}
              width={Math.max(1, right - left - gap)}
              y={y(high)}
              height={Math.max(1, y(low) - y(high))}
            />
          );
        })}
      </g>
    );
  });
}

/** Dashes tell lines apart where colours do not. */
const DASHES = ["", "5 3", "1.5 3"];

function Lines({ series, points, x, y, chosen }: MarksProps) {
  return series.map((one, index) => {
    const value = (point: Point): number | null => point.values[index] ?? null;
    const path = line<Point>(
      (point) => x(point.at),
      (point) => y(value(point) ?? 0),
    ).defined((point) => value(point) !== null);
    // A value between two gaps makes no line: every value has its dot.
    return (
      <g key={one.tone} className={`overview-line tone-${one.tone}`}>
        <path d={path([...points]) ?? ""} strokeDasharray={DASHES[index % DASHES.length]} />
        {points.map((point, place) => {
          const height = value(point);
          return height === null ? null : (
            <circle key={point.at} cx={x(point.at)} cy={y(height)} r={chosen === place ? 4.5 : 2.25} />
          );
        })}
      </g>
    );
  });
}
