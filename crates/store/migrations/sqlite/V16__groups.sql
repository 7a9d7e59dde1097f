-- Group texts. The addresses of a complete one, sorted, with blanks between: in one open conversation of an account.
ALTER TABLE conversations ADD COLUMN group_key TEXT;
CREATE UNIQUE INDEX conversations_group ON conversations (account_sid, group_key) WHERE group_key IS NOT NULL AND state <> 'closed';
CREATE INDEX participants_projected ON participants (conversation_sid, projected_address) WHERE projected_address IS NOT NULL;

-- 1 when group texts can go through a channel; its settings, which are encrypted, say so.
ALTER TABLE channels ADD COLUMN takes_groups BIGINT NOT NULL DEFAULT 0;
UPDATE channels SET takes_groups = 1 WHERE provider = 'loopback';
