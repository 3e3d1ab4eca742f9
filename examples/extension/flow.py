"""A flow that uses what `acme-flows` adds."""

import os

from spinloom import FlowSpec, secrets, step
from spinloom.ext import big, owned


@owned(by="ann")
class AcmeFlow(FlowSpec):
    @secrets(sources=["acme-vault.warehouse"])
    @step
    def start(self):
        print(f"{os.environ['WAREHOUSE_USER']} has a password of {len(os.environ['WAREHOUSE_PASSWORD'])} characters")
        self.next(self.end)

    @big(memory=16000)
    @step
    def end(self):
        pass


if __name__ == "__main__":
    AcmeFlow()
