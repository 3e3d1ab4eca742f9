-- The largest number a run of the flow ever had, of those that were deleted: a number is never given twice.
ALTER TABLE flows ADD COLUMN last_deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_by_origin ON runs (flow, origin) WHERE origin IS NOT NULL;
