export { Duration } from "./Time";
