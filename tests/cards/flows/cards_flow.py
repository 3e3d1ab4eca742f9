import os
import time

from spinloom import FlowSpec, Parameter, card, current, retry, step
from spinloom.cards import Markdown, MetaflowCard, ProgressBar, Table


class Own(MetaflowCard):
    type = "own"
    ALLOW_USER_COMPONENTS = True

    def render(self, task):
        return f"<p>{task.pathspec} made x={task.data.x} with {self.options['a']} and {len(self.components)} parts</p>"


class Broken(MetaflowCard):
    type = "broken"

    def render(self, task):
        raise ValueError("nothing works")


class Slow(MetaflowCard):
    type = "slow"

    def render(self, task):
        time.sleep(60)


class CardsFlow(FlowSpec):
    alpha = Parameter("alpha", default=3)

    @card
    @card(type="blank", id="notes")
    @card(type=Own, id="own", options={"a": 7})
    @card(type=Broken, id="broken")
    @card(type=Broken, id="silent", save_errors=False)
    @card(type=Slow, id="slow", timeout=0.05)
    @card(type="nowhere", id="unknown")
    @step
    def start(self):
        """Makes x."""
        self.x = [1, 2]
        current.card.append(Markdown("on the *default* card"), id="hello")
        notes = current.card["notes"]
        notes.append(ProgressBar(max=10, label="rows"), id="bar")
        notes.components["bar"].update(5)
        notes.append(Table([[1, Markdown("**b**")]], headers=["n", "m"]), id="table")
        current.card["own"].append(Markdown("part"))
        self.items = ["a", "b"]
        self.next(self.each, foreach="items")

    @card
    @step
    def each(self):
        self.next(self.join)

    @retry(times=1, minutes_between_retries=0)
    @card(type="blank", id="tries")
    @step
    def join(self, inputs):
        current.card.append(Markdown(f"attempt {current.retry_count}"), id="m")
        current.card.refresh(force=True)
        if current.retry_count == 0:
            raise ValueError("the first attempt fails")
        self.next(self.end)

    @step
    def end(self):
        if os.environ.get("FAIL"):
            raise ValueError("as told")


if __name__ == "__main__":
    CardsFlow()
