"""Points of players, round by round: a table of who is ahead."""

from spinloom import FlowSpec, JSONType, Parameter, step

ROUNDS = [{"Ada": 3, "Grace": 5}, {"Ada": 4, "Grace": 1}]


class ScoresFlow(FlowSpec):
    rounds = Parameter("rounds", type=JSONType, default=ROUNDS, help="Points of each player in each round")

    @step
    def start(self):
        self.players = sorted({player for one in self.rounds for player in one})
        self.next(self.add_up, foreach="players")

    @step
    def add_up(self):
        self.player = self.input
        self.points = sum(one[self.player] for one in self.rounds)
        self.next(self.rank)

    @step
    def rank(self, inputs):
        table = [(one.player, one.points) for one in inputs]
        self.table = sorted(table, key=lambda row: (-row[1], row[0]))
        self.next(self.end)

    @step
    def end(self):
        for place, (player, points) in enumerate(self.table, start=1):
            print(place, player, points)


if __name__ == "__main__":
    ScoresFlow()
