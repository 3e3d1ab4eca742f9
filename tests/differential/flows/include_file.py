"""PA-08: a file is included when the run starts; steps and the Client see its content."""

from metaflow import FlowSpec, IncludeFile, current, step


def split(text):
    """A parser."""
    return text.split()


class IncludeFlow(FlowSpec):
    text = IncludeFile("text", default="words.txt", help="Some words")
    raw = IncludeFile("raw", is_text=False, required=True)
    words = IncludeFile("words", default=lambda context: "words.txt", parser=split)
    named = IncludeFile("named", default="words.txt", parser="textwrap.dedent")
    latin = IncludeFile("latin-one", default="words.txt", encoding="latin-1")
    none = IncludeFile("none")

    @step
    def start(self):
        self.seen = [self.text, self.raw, self.words, self.named, self.latin, self.none]
        self.again = self.words is self.words
        self.names = sorted(current.parameter_names)
        self.next(self.a, self.b)

    @step
    def a(self):
        self.length = len(self.text)
        self.next(self.join)

    @step
    def b(self):
        self.length = len(self.raw)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.lengths = sorted(one.length for one in inputs)
        self.words_still = self.words
        self.types = {one["name"]: one["type"] for one in current.graph_info["parameters"]}
        self.next(self.end)

    @step
    def end(self):
        try:
            self.text = "changed"
        except AttributeError:
            self.refused = True


if __name__ == "__main__":
    IncludeFlow()
