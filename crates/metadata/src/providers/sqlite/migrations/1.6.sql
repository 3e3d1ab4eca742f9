-- The time of an attempt that was not the step's own: until its code began, and from the end of that on. 0 if it is not known.
ALTER TABLE attempts ADD COLUMN starting_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN saving_us INTEGER NOT NULL DEFAULT 0;
