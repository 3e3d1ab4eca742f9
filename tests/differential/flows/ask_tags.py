"""CU-05, CU-06, CU-07, CL-07: tags through the Client."""

from metaflow import Flow, namespace


def refused(function):
    """The name of what `function` raises."""
    try:
        return f"no: {function()!r}"
    except Exception as error:
        return type(error).__name__


def tags(thing):
    """The user's tags."""
    return sorted(thing.user_tags)


run = Flow("TaggedFlow").latest_run
print("launched", tags(run), sorted(run.tags - run.system_tags), tags(run["start"]), tags(run["start"].task))
run.add_tag("added")
run.add_tags(["more", "and-more"])
print("added", tags(run), tags(Flow("TaggedFlow").latest_run["end"].task))
run.remove_tag("more")
run.remove_tag("never-there")
run.replace_tag("added", "replaced")
run.replace_tags(["and-more"], ["x y", "naïve"])
print("changed", tags(run))
print("runs", len(list(Flow("TaggedFlow").runs("replaced"))), len(list(Flow("TaggedFlow").runs("replaced", "first"))),
      len(list(Flow("TaggedFlow").runs("added"))))
user = next(tag for tag in run.system_tags if tag.startswith("user:"))
print("system", user, refused(lambda: run.remove_tag(user)), run.add_tag(user), tags(run))
print("bad", refused(lambda: run.add_tag("")), refused(lambda: run.add_tag("x" * 501)), refused(lambda: run.add_tag(5)))
print("too many", refused(lambda: run.add_tags([f"t{n}" for n in range(60)])), len(run.user_tags))
namespace("first")
print("namespace", len(list(Flow("TaggedFlow"))), len(list(Flow("TaggedFlow")["%s" % run.id]["start"])))
namespace("never-there")
print("filtered", refused(lambda: list(Flow("TaggedFlow"))))
