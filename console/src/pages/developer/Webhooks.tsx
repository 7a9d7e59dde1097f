/** Deliveries to webhooks about the conversation, with their attempts. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../api/client";
import { deliveryProblem, type WebhookDelivery } from "../../api/deliveries";
import { atLeast, useSession } from "../../session/session";
import { showDateTime, showExact } from "../../time/format";
import { Button } from "../../ui/buttons";
import { Chip, Empty, ErrorNotice, Loading, type Tone } from "../../ui/notices";
import { JsonTree } from "./Json";
import { deliveriesKey, useDeliveries } from "./queries";

const TONES: Readonly<Record<WebhookDelivery["status"], Tone>> = { pending: "info", delivered: "good", failed: "bad" };

export function Webhooks({ sid }: { readonly sid: string }) {
  const { data, error, refetch } = useDeliveries(sid);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="Reading the deliveries" />;
  if (data.items.length === 0) {
    return (
      <Empty title="No webhook was told about this conversation">
        Webhooks are set up for the account, a service or one conversation, with filters of what they want to know.
      </Empty>
    );
  }
  return (
    <>
      <ul className="developer-deliveries">
        {data.items.map((delivery) => (
          <Delivery key={delivery.sid} delivery={delivery} sid={sid} />
        ))}
      </ul>
      {data.next && <p className="soft small">The newest {data.items.length} are shown.</p>}
    </>
  );
}

function Delivery({ delivery, sid }: { readonly delivery: WebhookDelivery; readonly sid: string }) {
  const queries = useQueryClient();
  const { person } = useSession();
  const [isOpen, setOpen] = useState(false);
  const path = `/dwell/v1/WebhookDeliveries/${delivery.sid}`;
  const full = useQuery({
    queryKey: [...deliveriesKey(sid), delivery.sid, delivery.attempts_count],
    queryFn: ({ signal }) => get<WebhookDelivery>(path, undefined, signal),
    enabled: isOpen,
    placeholderData: (before) => before,
  });
  const resend = useMutation({
    mutationFn: () => post<WebhookDelivery>(`${path}/Resend`),
    onSettled: () => queries.invalidateQueries({ queryKey: deliveriesKey(sid) }),
  });
  return (
    <li className="panel">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className="developer-entry">
            <strong>{delivery.event_type}</strong>
            <Chip tone={TONES[delivery.status]}>{delivery.status}</Chip>
          </span>
          <span className="soft small">
            {delivery.method} {delivery.webhook_url} · webhook of the {delivery.hook_level} ·{" "}
            {showDateTime(delivery.date_created)}
          </span>
          {delivery.status !== "delivered" && (
            <span className="small">
              {deliveryProblem(delivery)} · {delivery.attempts_count} attempt{delivery.attempts_count === 1 ? "" : "s"}
            </span>
          )}
        </summary>
        <div className="developer-attempts">
          {full.error !== null && <ErrorNotice error={full.error} />}
          {full.data?.attempts && (
            <table>
              <caption className="visually-hidden">Attempts</caption>
              <thead>
                <tr>
                  <th scope="col">Attempt</th>
                  <th scope="col">At</th>
                  <th scope="col">Took</th>
                  <th scope="col">Answer</th>
                </tr>
              </thead>
              <tbody>
                {full.data.attempts.map((attempt) => (
                  <tr key={attempt.number}>
                    <td>{attempt.number}</td>
                    <td title={showExact(attempt.at)}>{showDateTime(attempt.at)}</td>
                    <td>{attempt.milliseconds} ms</td>
                    <td>
                      {attempt.status ?? attempt.error}
                      {attempt.excerpt && <code className="developer-excerpt">{attempt.excerpt}</code>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <JsonTree value={delivery.parameters} />
        </div>
      </details>
      {atLeast(person.role, "admin") && delivery.status !== "pending" && (
        <Button size="small" isDisabled={resend.isPending} onPress={() => resend.mutate()}>
          Send again
        </Button>
      )}
      {resend.error && <ErrorNotice error={resend.error} />}
    </li>
  );
}
