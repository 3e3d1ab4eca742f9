export { Bytes } from "./Time";
