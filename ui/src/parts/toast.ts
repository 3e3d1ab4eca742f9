import { create } from "zustand";

/** A short word to the viewer that goes away by itself. */
export interface Toast {
  id: number;
  text: string;
}

let last = 0;

/** The words that are shown now. */
export const useToasts = create<readonly Toast[]>(() => []);

/** Says something short, for some seconds: that a thing was copied, or could not be. */
export function toast(text: string, forMs = 3500): void {
  last += 1;
  const id = last;
  useToasts.setState([...useToasts.getState().slice(-2), { id, text }], true);
  window.setTimeout(() => {
    useToasts.setState(
      useToasts.getState().filter((one) => one.id !== id),
      true,
    );
  }, forMs);
}
