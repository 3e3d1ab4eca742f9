"""`examples/digits`: a grid of models."""

from __future__ import annotations

import json


def test_the_best_model_reads_most_digits(place) -> None:
    place.spinloom("run", "examples/digits/flow.py")
    run = place.latest("DigitsFlow")
    data, held_out = run.data, run["split"].task.data
    assert len(data.leaderboard) == 8
    assert data.best_accuracy == max(accuracy for _, accuracy in data.leaderboard) > 0.95
    assert data.best_model.score(held_out.test_images, held_out.test_labels) == data.best_accuracy
    result = json.loads((place.examples / "digits/result.json").read_text())
    assert result["best"] == data.best_name
