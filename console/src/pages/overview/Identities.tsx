/** Conversations of each identity against the limit. */
import type { Statistics } from "../../api/types";
import { COUNT } from "./plot";

const SHOWN_MAX = 20;
const NEAR = 0.8;

type Row = Statistics["identities"][number];

const share = (row: Row): number => (row.limit > 0 ? row.conversations / row.limit : 0);

/** Fullest first; who is above the limit does not make the others look small: the axis ends a little above it. */
export function Identities({ identities }: { readonly identities: readonly Row[] }) {
  const rows = [...identities].sort((a, b) => share(b) - share(a)).slice(0, SHOWN_MAX);
  const end = Math.max(1.1, Math.min(1.5, rows[0] ? share(rows[0]) * 1.05 : 0));
  return (
    <section className="panel overview-plot" aria-labelledby="overview-identities">
      <header>
        <div>
          <h2 id="overview-identities">Conversations per identity</h2>
          <p className="soft small">
            How many active and inactive ones of a service each identity is in, against how many it may be in. The mark
            is the limit.
          </p>
        </div>
      </header>
      {rows.length === 0 ? (
        <div className="overview-none">No identity is in an active or inactive conversation.</div>
      ) : (
        <table className="overview-identities">
          <thead className="visually-hidden">
            <tr>
              <th scope="col">Identity</th>
              <th scope="col">Bar</th>
              <th scope="col">Conversations of limit</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.chat_service_sid + row.identity}>
                <th scope="row" title={row.chat_service_sid}>
                  {row.identity}
                </th>
                <td>
                  <div className="overview-meter" aria-hidden="true">
                    <div
                      className={share(row) >= 1 ? "full" : share(row) >= NEAR ? "near" : ""}
                      style={{ width: `${(Math.min(share(row), end) / end) * 100}%` }}
                    />
                    <i style={{ left: `${100 / end}%` }} />
                  </div>
                </td>
                <td>
                  <b>{COUNT.full(row.conversations)}</b> of {COUNT.full(row.limit)}
                  <span className="soft">
                    {" "}
                    {share(row) >= NEAR
                      ? share(row) >= 1
                        ? "full"
                        : "nearly full"
                      : `${Math.round(share(row) * 100)} %`}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {identities.length > SHOWN_MAX && (
        <p className="soft small">
          The fullest {SHOWN_MAX} of {COUNT.full(identities.length)}.
        </p>
      )}
    </section>
  );
}
