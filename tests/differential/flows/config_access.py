"""PA-10: a config is a mapping with attributes, and nobody can change it."""

import copy
import json
import pickle

from metaflow import Config, FlowSpec, step

TRIED = {
    "dot": lambda c: c.a.b[1].c,
    "brackets": lambda c: c["a"]["b"][1]["c"],
    "missing attribute": lambda c: c.nothing,
    "missing key": lambda c: c["nothing"],
    "get": lambda c: (c.get("nothing", 3), c.get("text")),
    "in": lambda c: ("a" in c, "z" in c),
    "len": len,
    "list": list,
    "keys": lambda c: list(c.keys()),
    "items": lambda c: sorted(str(item) for item in c.items()),
    "values": lambda c: len(list(c.values())),
    "double star": lambda c: dict(**c),
    "merged": lambda c: {**c, "z": 1},
    "dict": lambda c: dict(c),
    "is a dict": lambda c: isinstance(c, dict),
    "equal": lambda c: c == c.to_dict(),
    "to_dict": lambda c: (type(c.to_dict()).__name__, type(c.to_dict()["a"]).__name__, c.to_dict()),
    "json": lambda c: json.dumps(c.to_dict(), sort_keys=True),
    "json as it is": lambda c: json.dumps(c),
    "pickle": lambda c: (pickle.loads(pickle.dumps(c)) == c, type(pickle.loads(pickle.dumps(c))).__name__),
    "deep copy": lambda c: copy.deepcopy(c) == c,
    "repr": repr,
    "str": str,
    "set attribute": lambda c: setattr(c, "a", 1),
    "set item": lambda c: c.__setitem__("a", 1),
    "set nested": lambda c: setattr(c.a, "b", 1),
    "delete attribute": lambda c: delattr(c, "a"),
    "delete item": lambda c: c.__delitem__("a"),
    "update": lambda c: c.update(z=1),
    "pop": lambda c: c.pop("a"),
    "popitem": lambda c: c.popitem(),
    "clear": lambda c: c.clear(),
    "setdefault": lambda c: c.setdefault("z", 1),
    "hash": hash,
}


class AccessFlow(FlowSpec):
    c = Config("c", default_value={"a": {"b": [1, {"c": 2}]}, "text": "x"})

    @step
    def start(self):
        self.found = {}
        for name, tried in TRIED.items():
            try:
                self.found[name] = tried(self.c)
            except Exception as error:
                self.found[name] = type(error).__name__
            if type(self.found[name]).__name__ == "ConfigValue":
                self.found[name] = self.found[name].to_dict()
        try:
            self.c = {}
        except AttributeError as error:
            self.refused = type(error).__name__
        self.next(self.end)

    @step
    def end(self):
        self.part = self.c.a.to_dict()


if __name__ == "__main__":
    AccessFlow()
