/** Bulk jobs: how far each is, and what became of each conversation. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { get } from "../../api/client";
import { page, relative } from "../../api/paging";
import type { BulkJob, BulkResult } from "../../api/types";
import { JobProgress } from "../../bulk/ApplyPanel";
import { Button } from "../../ui/buttons";
import { Dialog } from "../../ui/dialogs";
import { Chip, Empty, ErrorNotice, Loading, type Tone } from "../../ui/notices";
import { Ago } from "./cells";

const RESULTS_PAGE = 200;
const PROGRESS_MS = 2_000;
const TONES: Readonly<Record<BulkJob["state"], Tone>> = { running: "info", done: "good", stopped: "warn" };
const WORDS: Readonly<Record<BulkJob["state"], string>> = { running: "Working", done: "Done", stopped: "Stopped" };

export function JobsTab() {
  const [open, setOpen] = useState<BulkJob | null>(null);
  const {
    data: jobs,
    error,
    refetch,
  } = useQuery({
    queryKey: ["bulk-jobs"],
    queryFn: ({ signal }) => page<BulkJob>("/dwell/v1/Bulk?PageSize=50", signal),
    staleTime: 0,
    // No live event tells the progress of a job.
    refetchInterval: (query) => (query.state.data?.items.some((job) => job.state === "running") ? PROGRESS_MS : false),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!jobs) return <Loading what="Reading the jobs" />;
  if (jobs.items.length === 0) {
    return <Empty title="There was no bulk job yet">Choose conversations in a list, and an act for them.</Empty>;
  }
  return (
    <ul className="supervisor-cards">
      {jobs.items.map((job) => (
        <li key={job.sid} className="panel">
          <span>
            <strong className="supervisor-act">{job.act.replaceAll("_", " ")}</strong>{" "}
            <span className="soft small">
              <Ago at={job.date_created} /> by {job.created_by}
            </span>
          </span>
          <Chip tone={TONES[job.state]}>{WORDS[job.state]}</Chip>
          <span className="small">
            {job.done} of {job.total} done{job.refused > 0 && `, ${job.refused} refused`}
          </span>
          <Button size="small" onPress={() => setOpen(job)}>
            Results
          </Button>
        </li>
      ))}
      {open && (
        <Dialog title={`Bulk job: ${open.act.replaceAll("_", " ")}`} onClose={() => setOpen(null)}>
          <JobView job={open} />
        </Dialog>
      )}
    </ul>
  );
}

/** Progress and results of one job. */
export function JobView({ job }: { readonly job: BulkJob }) {
  const { data: latest = job } = useQuery({
    queryKey: ["bulk", job.sid],
    queryFn: ({ signal }) => get<BulkJob>(relative(job.url), undefined, signal),
    initialData: job,
  });
  return (
    <>
      <JobProgress job={job} />
      <Results job={latest} />
    </>
  );
}

function Results({ job }: { readonly job: BulkJob }) {
  const handled = job.done + job.refused;
  const { data, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ["bulk", job.sid, "results", handled],
    queryFn: ({ pageParam, signal }) => page<BulkResult>(pageParam, signal),
    initialPageParam: `${relative(job.links.results)}?PageSize=${RESULTS_PAGE}`,
    getNextPageParam: (last) => last.next,
    enabled: handled > 0,
    placeholderData: (before) => before,
  });
  const results = data?.pages.flatMap((one) => one.items) ?? [];
  if (results.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
    <section className="supervisor-results" aria-label="Results" tabIndex={0}>
      <ul>
        {results.map((one) => (
          <li key={one.conversation_sid}>
            <Chip tone={one.outcome === "done" ? "good" : "bad"}>{one.outcome}</Chip>
            <Link
              to="/conversations/$conversationSid"
              params={{ conversationSid: one.conversation_sid }}
              className="mono"
            >
              {one.conversation_sid}
            </Link>
            {one.message && (
              <span className="small">
                {one.code && `${one.code}: `}
                {one.message}
              </span>
            )}
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button size="small" onPress={() => void fetchNextPage()}>
          More results
        </Button>
      )}
    </section>
  );
}
