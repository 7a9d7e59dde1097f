-- What an API key may do: all, or read.
ALTER TABLE api_keys ADD COLUMN rights TEXT NOT NULL DEFAULT 'all';
