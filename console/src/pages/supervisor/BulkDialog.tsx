/** One act on many conversations: what, a preview of whom it concerns, the job, and a result for each. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useAgents } from "../../api/agents";
import { type FormFields, post } from "../../api/client";
import type { BulkJob, BulkPreview } from "../../api/types";
import { sampleName } from "../../bulk/ApplyPanel";
import { useSession } from "../../session/session";
import { readEntry } from "../../time/duration";
import { Button } from "../../ui/buttons";
import { DurationField } from "../../ui/DurationField";
import { Dialog, DialogFoot } from "../../ui/dialogs";
import { Select, TextField } from "../../ui/fields";
import { ErrorNotice, Notice } from "../../ui/notices";
import { ACTS, type ActName, type Filled, formOf, labelOf, NOTHING, problemOf } from "./acts";
import { JobView } from "./JobsTab";

export type { ActName } from "./acts";

interface BulkProps {
  readonly act: ActName;
  /** Whom it concerns: SIDs or a filter, as the API takes them. */
  readonly of: FormFields;
  readonly onClose: (isDone: boolean) => void;
}

const many = (count: number): string => `${count.toLocaleString()} conversation${count === 1 ? "" : "s"}`;

export function BulkDialog({ act: first, of, onClose }: BulkProps) {
  const { permissions } = useSession();
  const [act, setAct] = useState<ActName>(first);
  const [filled, setFilled] = useState<Filled>(NOTHING);
  const [isChecked, setChecked] = useState(false);
  const preview = useMutation({ mutationFn: () => post<BulkPreview>("/dwell/v1/Bulk", { ...form(), DryRun: true }) });
  const begin = useMutation({ mutationFn: () => post<BulkJob>("/dwell/v1/Bulk", form()) });
  const form = (): FormFields => ({ Act: act, ...of, ...formOf(act, filled) });
  const problem = problemOf(act, filled);
  const change = (next: Partial<Filled>): void => {
    setFilled({ ...filled, ...next });
    preview.reset();
  };
  const acts = ACTS.filter(
    ({ value }) => (value !== "inactivate" || permissions.can_inactivate) && (value !== "end" || permissions.can_end),
  );

  if (begin.data) {
    return (
      <Dialog title={labelOf(act)} onClose={() => onClose(true)}>
        <JobView job={begin.data} />
        <p className="soft small">The job goes on when this window is closed; it stays in “Bulk jobs”.</p>
        <DialogFoot>
          {/* What was pressed is gone: without the focus in the dialog, Escape would not be heard. */}
          <Button look="primary" autoFocus onPress={() => onClose(true)}>
            Close
          </Button>
        </DialogFoot>
      </Dialog>
    );
  }
  const count = preview.data?.count ?? 0;
  return (
    <Dialog title="Act on many conversations" onClose={() => onClose(false)}>
      <Select
        label="What"
        value={act}
        onChange={(next) => {
          setAct(next);
          preview.reset();
        }}
        choices={acts}
      />
      <ActFields act={act} filled={filled} onChange={change} isChecked={isChecked} />
      {preview.error && <ErrorNotice error={preview.error} />}
      {preview.data && <Preview preview={preview.data} act={act} />}
      {begin.error && <ErrorNotice error={begin.error} />}
      <DialogFoot>
        <Button onPress={() => onClose(false)}>Cancel</Button>
        {count > 0 ? (
          <Button
            look={act === "end" ? "danger" : "primary"}
            isPending={begin.isPending}
            onPress={() => begin.mutate()}
          >
            {labelOf(act)}: {many(count)}
          </Button>
        ) : (
          <Button
            look="primary"
            isPending={preview.isPending}
            isDisabled={preview.isSuccess}
            onPress={() => (problem ? setChecked(true) : preview.mutate())}
          >
            Preview
          </Button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

interface FieldsProps {
  readonly act: ActName;
  readonly filled: Filled;
  readonly onChange: (change: Partial<Filled>) => void;
  readonly isChecked: boolean;
}

function ActFields({ act, filled, onChange, isChecked }: FieldsProps) {
  const { data: agents = [] } = useAgents();
  const problem = isChecked ? (problemOf(act, filled) ?? undefined) : undefined;
  const hasText = act === "inactivate" || act === "end";
  return (
    <>
      {act === "assign" && (
        <Select
          label="To"
          value={filled.to}
          onChange={(to) => onChange({ to })}
          error={problem}
          choices={agents.map((agent) => ({
            value: agent.identity,
            label: agent.friendly_name || agent.identity,
            hint: `${agent.used} of ${agent.limit} used${agent.available ? "" : ", not available"}`,
          }))}
        />
      )}
      {act === "transfer" && (
        <TextField
          label="Queue"
          value={filled.queue}
          onChange={(queue) => onChange({ queue })}
          error={problem}
          hint="They wait in it for whoever serves it."
        />
      )}
      {act === "extend" && (
        <DurationField
          label="By"
          value={filled.by}
          onChange={(by) => onChange({ by })}
          read={readEntry}
          isChecked={isChecked}
          refusal={problem}
          hint="The armed timers end that much later."
        />
      )}
      {hasText && (
        <>
          <TextField
            label="Reason"
            value={filled.reason}
            onChange={(reason) => onChange({ reason })}
            hint="For your people; kept in the log."
          />
          <TextField
            label="Farewell"
            multiline
            value={filled.farewell}
            onChange={(farewell) => onChange({ farewell })}
            hint="Written to every customer, if given. It counts as no activity."
          />
        </>
      )}
    </>
  );
}

function Preview({ preview, act }: { readonly preview: BulkPreview; readonly act: ActName }) {
  if (preview.count === 0) return <Notice tone="warn">Nothing matches: nothing would be done.</Notice>;
  const rest = preview.count - preview.sample.length;
  return (
    <section className="supervisor-preview" aria-label="Preview">
      <p role="status">
        <strong>{many(preview.count)}</strong> {preview.count === 1 ? "is" : "are"} concerned.
        {act === "end" && " What has ended does not come back; the customer’s next message begins anew."}
      </p>
      <ul className="small">
        {preview.sample.map((one) => (
          <li key={one.conversation_sid}>{sampleName(one)}</li>
        ))}
        {rest > 0 && <li className="soft">and {rest.toLocaleString()} more</li>}
      </ul>
    </section>
  );
}
