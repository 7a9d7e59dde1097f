import { type RefObject, useEffect, useRef, useState } from "react";
import { now } from "../../time/clock";
import { inWords } from "../../time/duration";
import { showDateTime } from "../../time/format";
import { type Moment, positions } from "./moments";

const [LEFT, RIGHT] = [10, 16];
/** Where the line is, below the arc of what comes back or without one. */
const LINE_Y = { withArc: 62, alone: 12 };
const LABEL_HEIGHT = 44;
/** Labels closer than this take the next row. */
const LABEL_WIDTH = 112;
const ROW_HEIGHT = 30;
const ROWS = 3;

function useWidth(ref: RefObject<Element | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!ref.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

interface Placed extends Moment {
  readonly x: number;
  readonly row: number;
}

function place(moments: readonly Moment[], width: number): readonly Placed[] {
  const room = width - LEFT - RIGHT;
  const ends: number[] = [];
  return positions(moments.map((moment) => moment.after)).map((position, i) => {
    const x = LEFT + position * room;
    const free = Array.from({ length: ROWS }, (_, row) => row).find(
      (row) => (ends[row] ?? -LABEL_WIDTH) + LABEL_WIDTH <= x,
    );
    const row = free ?? ROWS - 1;
    ends[row] = x;
    return { ...(moments[i] as Moment), x, row };
  });
}

const comesBack = (moments: readonly Moment[]): boolean => moments.some((moment) => moment.state === "inactive");
const lineOf = (moments: readonly Moment[]): number => (comesBack(moments) ? LINE_Y.withArc : LINE_Y.alone);

/** Labels begin at their knot; near the right edge they end there. */
const anchor = (x: number, width: number): { readonly x: number; readonly textAnchor: "start" | "end" } =>
  x + LABEL_WIDTH > width ? { x: 6, textAnchor: "end" } : { x: -6, textAnchor: "start" };

function Drawing({ moments, width }: { readonly moments: readonly Moment[]; readonly width: number }) {
  const placed = place(moments, width);
  const lineY = lineOf(moments);
  let state: Moment["state"] = "active";
  const stretches = placed.map((moment, i) => {
    state = moment.state ?? state;
    return { from: moment.x, to: placed[i + 1]?.x ?? width - RIGHT, state, key: moment.after };
  });
  const inactive = stretches.find((stretch) => stretch.state === "inactive");
  const start = placed[0]?.x ?? LEFT;
  const middle = inactive ? (inactive.from + inactive.to) / 2 : 0;
  return (
    <>
      {stretches.map((one) => (
        <line
          key={one.key}
          className={`timeline-bar timeline-${one.state}`}
          x1={one.from}
          x2={one.to}
          y1={lineY}
          y2={lineY}
        />
      ))}
      {inactive && (
        <>
          <path
            className="timeline-return"
            d={`M${middle} ${lineY - 9} C${middle} 12, ${start + 6} 12, ${start + 6} ${lineY - 15}`}
          />
          <path className="timeline-arrow" d={`M${start + 6} ${lineY - 9}l-4.5 -8h9z`} />
          <text className="timeline-when" x={(middle + start) / 2} y={18} textAnchor="middle">
            a message
          </text>
        </>
      )}
      {placed.map((moment) => (
        <g key={`${moment.after} ${moment.title}`} transform={`translate(${moment.x} ${lineY})`}>
          <circle className={moment.state ? "timeline-knot" : "timeline-knot minor"} r={moment.state ? 7 : 4.5} />
          {moment.row > 0 && <line className="timeline-return" y1={8} y2={12 + moment.row * ROW_HEIGHT} />}
          <text {...anchor(moment.x, width)} y={24 + moment.row * ROW_HEIGHT} fontWeight={600}>
            {moment.title}
          </text>
          <text className="timeline-when" {...anchor(moment.x, width)} y={38 + moment.row * ROW_HEIGHT}>
            {moment.after === 0 ? "now" : `after ${inWords(moment.after, 2)}`}
          </text>
        </g>
      ))}
    </>
  );
}

/** The moments drawn on a line, and in words with their dates for a conversation that begins now. */
export function Timeline({ moments }: { readonly moments: readonly Moment[] }) {
  const ref = useRef<SVGSVGElement>(null);
  const width = useWidth(ref);
  const begin = now();
  const rows = Math.max(...place(moments, width).map((moment) => moment.row));
  const height = lineOf(moments) + LABEL_HEIGHT + rows * ROW_HEIGHT;
  return (
    <div className="timeline">
      <svg ref={ref} height={height} aria-hidden="true">
        {width > 0 && <Drawing moments={moments} width={width} />}
      </svg>
      <ol>
        {moments.map((moment) => (
          <li key={`${moment.after} ${moment.title}`}>
            <span>
              <strong>{moment.title}</strong>
              <br />
              <span className="soft small">
                {moment.after === 0 ? "now" : showDateTime(begin + moment.after * 1000)}
              </span>
            </span>
            <span>
              {moment.text}
              {moment.says && <q>{moment.says}</q>}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
