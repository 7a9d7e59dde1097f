/** The keys of the queries that live events renew. Keys of one page's own queries are that page's business. */
export const keys = {
  /** `/console/session`. */
  signedIn: ["signed-in"] as const,
  /** Prefix of every list of sessions; append the filter. */
  sessions: ["sessions"] as const,
  session: (sid: string) => ["session", sid] as const,
  /** Prefix of everything about one conversation: itself, messages, participants, lifecycle, events. */
  conversation: (sid: string) => ["conversation", sid] as const,
  counts: ["desk", "counts"] as const,
  agents: ["agents"] as const,
};
