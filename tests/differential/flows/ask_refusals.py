"""CL-10, CL-11, CU-03, CU-05, AR-06: what the Client refuses, with which exception and which words; nothing here has an id."""

import pickle

from metaflow import DataArtifact, Flow, Run, Step, Task, default_namespace, get_metadata, metadata, namespace


def anonymous(text):
    """Without the folder and the run's id."""
    return text.replace(run.pathspec, "RetryFlow/RUN").replace(f"/{run.id}", "/RUN").replace(HERE, "HERE")


def answer(function):
    """What `function` gives, or what it raises, without the folder and the run's id."""
    try:
        said = repr(function())
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    return anonymous(said)


def words(function):
    """Only which exception: the words differ."""
    return answer(function).partition(":")[0]


HERE = get_metadata()
run = Flow("RetryFlow").latest_run
task = run["shaky"].task

for path in ("RetryFlow/a", "No/Such", "RetryFlow/", "/RetryFlow", "Nothing", "retryflow"):
    print("Flow", path, answer(lambda: Flow(path)))
for path in ("RetryFlow", "RetryFlow/a/b", "RetryFlow/nothing", f"Nothing/{run.id}", f"RetryFlow/{run.id}/"):
    print("Run", anonymous(path), answer(lambda: Run(path)))
for path in ("start", f"{run.pathspec}/nothing", f"{run.pathspec}/start/7", "RetryFlow/nothing/start"):
    print("Step", anonymous(path), answer(lambda: Step(path)))
for path in (f"{run.pathspec}/shaky", f"{run.pathspec}/shaky/99999", f"{run.pathspec}/nothing/7"):
    print("Task", anonymous(path), answer(lambda: Task(path)))
print("DataArtifact", answer(lambda: DataArtifact(f"{run.pathspec}/start/9/nothing")))

for kind, thing in ((Flow, Flow("RetryFlow")), (Run, run), (Step, run["shaky"])):
    print("attempt of", kind.__name__, answer(lambda: kind(thing.pathspec, attempt=0)))
for attempt in (-1, "x", "0", 1, 2):
    print("attempt", attempt, words(lambda: Task(task.pathspec, attempt=attempt)))
print("attempt left", Task(task.pathspec, attempt=2).finished, Task(task.pathspec, attempt=0).exception.exception)

for thing in (Flow("RetryFlow"), run, run["shaky"], task):
    print("key", answer(lambda: thing["nothing"]), "nothing" in thing)
print("data", answer(lambda: task.data.nothing), words(lambda: task.data["done"]), "done" in task.data)

for spec in ("local@/nowhere", "/nowhere"):
    print("metadata", spec, words(lambda: metadata(spec)), get_metadata() == metadata("local"))

for thing in (Flow("RetryFlow"), run, run["shaky"], task, task["done"], Task(task.pathspec, attempt=0)):
    again = pickle.loads(pickle.dumps(thing))
    print("pickle", type(again).__name__, again.pathspec == thing.pathspec, again.created_at == thing.created_at)

for bad in ("\ud800", "x" * 501, "", None):
    print("tag", words(lambda: run.add_tag(bad)), words(lambda: run.replace_tags([], [])))
print("tags", words(lambda: run.add_tags([f"t{n}" for n in range(51)])), len(run.user_tags))

namespace("user:somebody-else")
for kind, thing in ((Flow, Flow), (Run, run), (Step, run["shaky"]), (Task, task), (DataArtifact, task["done"])):
    print("elsewhere", answer(lambda: kind("RetryFlow" if thing is Flow else thing.pathspec)))
print("held", run.successful, task.data.done, run.is_in_namespace(), default_namespace())
everywhere = Flow("RetryFlow")
namespace("t0")
print("contains", run.id in everywhere, answer(lambda: everywhere[run.id]), answer(lambda: Run(run.pathspec)))
