-- Who waits longest, in whichever queue.
CREATE INDEX sessions_waiting_longest ON sessions (account_sid, date_waiting, sid) WHERE status = 'waiting';
