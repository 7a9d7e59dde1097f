import { type RefObject, useEffect, useRef, useState } from "react";
import { now } from "../../time/clock";
import { inShort } from "../../time/duration";
import { showDateTime } from "../../time/format";
import { type Moment, positions } from "./moments";

const [LEFT, RIGHT] = [10, 16];
/** Where the line is, below the arc of what comes back or without one. */
const LINE_Y = { withArc: 62, alone: 12 };
const LABEL_HEIGHT = 44;
/** About how wide a character of a label is, and what is between two labels, in pixels. */
const [CHARACTER_WIDTH, GAP] = [7.2, 10];
const ROW_HEIGHT = 30;
const ROWS = 4;

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
  readonly anchor: { readonly x: number; readonly textAnchor: "start" | "end" };
}

const whenText = (moment: Moment): string => (moment.after === 0 ? "now" : `+ ${inShort(moment.after)}`);
const labelWidth = (moment: Moment): number =>
  Math.max(moment.title.length, whenText(moment).length) * CHARACTER_WIDTH + GAP;

/** Labels begin at their knot, or end there where the edge is near; each takes the first row with room for it. */
function place(moments: readonly Moment[], width: number): readonly Placed[] {
  const room = width - LEFT - RIGHT;
  const places = positions(moments.map((moment) => moment.after));
  const ends: number[] = [];
  return moments.map((moment, i) => {
    const x = LEFT + (places[i] ?? 0) * room;
    const label = labelWidth(moment);
    const isEnding = x + label > width;
    const left = isEnding ? x - label : x;
    const free = Array.from({ length: ROWS }, (_, row) => row).find((row) => (ends[row] ?? 0) <= left);
    const row = free ?? ROWS - 1;
    ends[row] = left + label;
    return { ...moment, x, row, anchor: isEnding ? { x: 6, textAnchor: "end" } : { x: -6, textAnchor: "start" } };
  });
}

const comesBack = (moments: readonly Moment[]): boolean => moments.some((moment) => moment.state === "inactive");
const lineOf = (moments: readonly Moment[]): number => (comesBack(moments) ? LINE_Y.withArc : LINE_Y.alone);

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
        <line
          key={`${moment.after} ${moment.title}`}
          className="timeline-return"
          x1={moment.x}
          x2={moment.x}
          y1={lineY + 8}
          y2={lineY + 12 + moment.row * ROW_HEIGHT}
        />
      ))}
      {placed.map((moment) => (
        <g key={`${moment.after} ${moment.title}`} transform={`translate(${moment.x} ${lineY})`}>
          <circle className={moment.state ? "timeline-knot" : "timeline-knot minor"} r={moment.state ? 7 : 4.5} />
          <text {...moment.anchor} y={24 + moment.row * ROW_HEIGHT} fontWeight={600}>
            {moment.title}
          </text>
          <text className="timeline-when" {...moment.anchor} y={38 + moment.row * ROW_HEIGHT}>
            {whenText(moment)}
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
