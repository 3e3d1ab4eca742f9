import { create } from "zustand";
import type { State } from "./connection";

/** How each plugin is that is on the page, by its name. */
export const useStates = create<Readonly<Record<string, State>>>(() => ({}));

/** Notes it, until the answer is called. */
export function noteState(name: string, state: State): () => void {
  useStates.setState({ [name]: state });
  return () => {
    const { [name]: _gone, ...rest } = useStates.getState();
    useStates.setState(rest, true);
  };
}
