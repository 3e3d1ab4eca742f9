"""Reads handwritten digits: trains a grid of models on scikit-learn's bundled data set and keeps the best.

Run it with `spinloom run examples/digits/flow.py`, or with `--test-fraction 0.3 --max-workers 4` behind that.
"""

from __future__ import annotations

import json
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from spinloom import FlowSpec, Parameter, step

GRID = {
    "logistic C=0.1": lambda seed: make_pipeline(StandardScaler(), LogisticRegression(C=0.1, random_state=seed)),
    "logistic C=1": lambda seed: make_pipeline(StandardScaler(), LogisticRegression(C=1.0, random_state=seed)),
    "svm rbf C=1": lambda seed: SVC(C=1.0, random_state=seed),
    "svm rbf C=10": lambda seed: SVC(C=10.0, random_state=seed),
    "forest 50": lambda seed: RandomForestClassifier(n_estimators=50, random_state=seed),
    "forest 200": lambda seed: RandomForestClassifier(n_estimators=200, random_state=seed),
    "nearest 1": lambda seed: KNeighborsClassifier(n_neighbors=1),
    "nearest 5": lambda seed: KNeighborsClassifier(n_neighbors=5),
}


class DigitsFlow(FlowSpec):
    """Trains every model of a grid on the same split, and keeps the one that reads unseen digits best."""

    test_fraction = Parameter("test-fraction", default=0.25, help="Share of the digits held out for the test")
    seed = Parameter("seed", default=7, help="Seed of the split and of the models")

    @step
    def start(self):
        """Loads the data set: 1,797 images of 8 by 8 pixels."""
        digits = load_digits()
        self.images, self.labels = digits.data, digits.target
        print(f"{len(self.labels)} digits of {self.images.shape[1]} pixels")
        self.next(self.split)

    @step
    def split(self):
        """Holds a share of the digits out, each digit in proportion."""
        parts = train_test_split(
            self.images, self.labels, test_size=self.test_fraction, random_state=self.seed, stratify=self.labels
        )
        self.train_images, self.test_images, self.train_labels, self.test_labels = parts
        self.models = list(GRID)
        self.next(self.train, foreach="models")

    @step
    def train(self):
        """Trains one model and tests it on the digits held out."""
        self.model_name = self.input
        self.model = GRID[self.model_name](self.seed).fit(self.train_images, self.train_labels)
        self.accuracy = float(self.model.score(self.test_images, self.test_labels))
        print(f"{self.model_name}: {self.accuracy:.2%} of {len(self.test_labels)} held-out digits")
        self.next(self.choose)

    @step
    def choose(self, inputs):
        """Keeps the most accurate model; of equals, the first by name."""
        ranked = sorted(inputs, key=lambda task: (-task.accuracy, task.model_name))
        self.leaderboard = [(task.model_name, task.accuracy) for task in ranked]
        self.best_name, self.best_accuracy = self.leaderboard[0]
        self.best_model = ranked[0].model
        self.next(self.end)

    @step
    def end(self):
        """Writes the result beside this file."""
        result = {"best": self.best_name, "accuracy": self.best_accuracy, "leaderboard": self.leaderboard}
        Path(__file__).with_name("result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        for name, accuracy in self.leaderboard:
            print(f"  {accuracy:.2%}  {name}")
        print(f"best model: {self.best_name}, {self.best_accuracy:.2%} of the held-out digits")


if __name__ == "__main__":
    DigitsFlow()
