import type { components } from "./schema";

/** All shapes of the API. */
export type Schemas = components["schemas"];

// Short names, a line for each shape that pages speak of.
export type About = Schemas["About"];
export type Artifact = Schemas["Artifact"];
export type AttemptDetail = Schemas["AttemptDetail"];
export type Card = Schemas["Card"];
export type CardPage = Schemas["CardPage"];
export type Comparison = Schemas["Comparison"];
export type Completion = Schemas["Completion"];
export type Completions = Schemas["Completions"];
export type CriticalPath = Schemas["CriticalPath"];
export type ErrorGroup = Schemas["ErrorGroup"];
export type LogLine = Schemas["LogLine"];
export type LogLines = Schemas["LogLines"];
export type Resolved = Schemas["Resolved"];
export type Run = Schemas["Run"];
export type RunBundle = Schemas["RunBundle"];
export type RunState = Schemas["RunState"];
export type Runs = Schemas["Runs"];
export type ShapeStep = Schemas["ShapeStep"];
export type StepState = Schemas["StepState"];
export type TaskDetail = Schemas["TaskDetail"];
export type TaskRow = Schemas["TaskRow"];

/** How a run, a task or an attempt is; `queued` only of tasks, `lost` only of runs. */
export type Status = "running" | "done" | "failed" | "stopped" | "lost" | "queued";
