-- The time of an attempt that was not the step's own: until its code began, and from the end of that on. 0 if it is not known.
ALTER TABLE spinloom.attempts ADD COLUMN starting_us bigint NOT NULL DEFAULT 0;
ALTER TABLE spinloom.attempts ADD COLUMN saving_us bigint NOT NULL DEFAULT 0;
