-- How many runners of a job were never heard of again since its last result.
ALTER TABLE jobs ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
