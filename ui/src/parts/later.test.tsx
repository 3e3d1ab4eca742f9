// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { Component, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { later } from "./later";

const Greeting = ({ to }: { to: string }) => <p>hello {to}</p>;

class Caught extends Component<{ children: ReactNode }> {
  override state = { said: "" };
  static getDerivedStateFromError(error: Error) {
    return { said: error.message };
  }
  override render() {
    return this.state.said || this.props.children;
  }
}

afterEach(cleanup);

describe("later", () => {
  it("shows what waits in its place until the script is there", async () => {
    const Shown = later(async () => Greeting, <p>wait</p>);
    render(<Shown to="ann" />);
    expect(screen.queryByText("wait")).not.toBeNull();
    await screen.findByText("hello ann");
    expect(screen.queryByText("wait")).toBeNull();
  });

  it("shows a component that was fetched ahead at once", async () => {
    const fetched = vi.fn(async () => Greeting);
    const Shown = later(fetched, <p>wait</p>);
    await Shown.ahead();
    render(<Shown to="bob" />);
    expect(screen.queryByText("hello bob")).not.toBeNull();
    expect(fetched).toHaveBeenCalledOnce();
  });

  it("fails as a component does, and is fetched again the next time", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    let tries = 0;
    const Shown = later(async () => {
      tries += 1;
      if (tries === 1) throw new Error("cut off");
      return Greeting;
    });
    render(
      <Caught>
        <Shown to="ann" />
      </Caught>,
    );
    await screen.findByText("cut off");
    cleanup();
    render(<Shown to="ann" />);
    await screen.findByText("hello ann");
  });
});
