import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Button } from "./buttons";

/** The text of whatever was thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface ErrorProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** A refusal or a failure, with Twilio's code and a link to what it means. */
export function ErrorNotice({ error, onRetry }: ErrorProps) {
  const code = error instanceof ApiError && error.code > 0 ? error.code : null;
  return (
    <div className="notice bad" role="alert">
      <span>
        {errorText(error)}
        {code && (
          <>
            {" "}
            <a href={`/docs/errors/${code}`} target="_blank" rel="noreferrer">
              What {code} means
            </a>
          </>
        )}
      </span>
      {onRetry && (
        <Button size="small" onPress={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export type Tone = "info" | "good" | "warn" | "bad" | "quiet";

export function Notice({ tone = "info", children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <div className={`notice ${tone}`}>{children}</div>;
}

export function Chip({ tone = "quiet", children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <span className={`chip ${tone}`}>{children}</span>;
}

export function Loading({ what = "Loading" }: { readonly what?: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      <span className="visually-hidden">{what}…</span>
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}
