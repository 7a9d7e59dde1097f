/** Brings existing conversations up to date: preview, confirmation, progress of the job. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { get, post } from "../api/client";
import { relative } from "../api/paging";
import type { BulkJob, BulkPreview } from "../api/types";
import { Button } from "../ui/buttons";
import { Dialog, DialogFoot } from "../ui/dialogs";
import { ErrorNotice, Notice } from "../ui/notices";

const PROGRESS_MS = 1_000;

/** A job while it runs: how far it is, what was refused, stop and resume. */
export function JobProgress({ job: begun, onEnd }: { readonly job: BulkJob; readonly onEnd?: () => void }) {
  const queries = useQueryClient();
  const path = relative(begun.url);
  const key = ["bulk", begun.sid];
  const { data: job = begun, error } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const read = await get<BulkJob>(path, undefined, signal);
      if (read.state === "done") onEnd?.();
      return read;
    },
    initialData: begun,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.state === "running" ? PROGRESS_MS : false),
  });
  const turn = useMutation({
    mutationFn: (act: "Stop" | "Resume") => post<BulkJob>(`${path}/${act}`),
    onSuccess: (next) => queries.setQueryData(key, next),
  });
  const handled = job.done + job.refused;
  const share = job.total === 0 ? 100 : (handled / job.total) * 100;
  const words = { running: "Working", done: "Done", stopped: "Stopped" }[job.state];
  return (
    <div className="stack">
      <div
        className="progress"
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={job.total}
        aria-valuenow={handled}
      >
        <div style={{ width: `${share}%` }} />
      </div>
      <div className="spread">
        <span role="status">
          {words}: {handled} of {job.total}
          {job.refused > 0 && `, ${job.refused} refused`}
        </span>
        {job.state === "running" && (
          <Button size="small" onPress={() => turn.mutate("Stop")}>
            Stop
          </Button>
        )}
        {job.state === "stopped" && (
          <Button size="small" onPress={() => turn.mutate("Resume")}>
            Go on
          </Button>
        )}
      </div>
      {(error ?? turn.error) && <ErrorNotice error={error ?? turn.error} />}
    </div>
  );
}

interface ApplyProps {
  readonly title: string;
  /** Where `DryRun=true` previews and a plain POST makes the job. */
  readonly path: string;
  readonly form?: Readonly<Record<string, string | undefined>>;
  /** What will change for each of them. */
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** What a preview calls one of those that it concerns. */
export const sampleName = (one: BulkPreview["sample"][number]): string =>
  one.friendly_name || one.unique_name || one.conversation_sid;

/** The dialog: how many it concerns and some of them, then the job. */
export function ApplyDialog({ title, path, form = {}, children, onClose }: ApplyProps) {
  const [job, setJob] = useState<BulkJob | null>(null);
  const preview = useQuery({
    queryKey: ["apply-preview", path, form],
    queryFn: () => post<BulkPreview>(path, { ...form, DryRun: true }),
    staleTime: 0,
    gcTime: 0,
  });
  const apply = useMutation({ mutationFn: () => post<BulkJob>(path, form), onSuccess: setJob });
  const count = preview.data?.count ?? 0;
  const conversations = `${count} conversation${count === 1 ? "" : "s"}`;
  return (
    <Dialog title={title} onClose={onClose}>
      {job ? (
        <JobProgress job={job} />
      ) : (
        <>
          {preview.isPending && <Notice>Counting…</Notice>}
          {preview.error && <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />}
          {preview.data && (
            <>
              <p>{count === 0 ? "No conversation needs a change." : children}</p>
              {count > 0 && (
                <div className="panel settings-box">
                  <strong>{conversations}</strong>
                  <ul className="small">
                    {preview.data.sample.map((one) => (
                      <li key={one.conversation_sid}>{sampleName(one)}</li>
                    ))}
                    {count > preview.data.sample.length && <li>and {count - preview.data.sample.length} more</li>}
                  </ul>
                </div>
              )}
            </>
          )}
          {apply.error && <ErrorNotice error={apply.error} />}
        </>
      )}
      <DialogFoot>
        <Button onPress={onClose}>{job ? "Close" : "Cancel"}</Button>
        {!job && count > 0 && (
          <Button look="primary" isDisabled={apply.isPending} onPress={() => apply.mutate()}>
            Apply to {conversations}
          </Button>
        )}
      </DialogFoot>
      {job && job.state === "running" && <p className="soft small">The job goes on when this window is closed.</p>}
    </Dialog>
  );
}
