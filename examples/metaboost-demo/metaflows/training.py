"""Fits a linear regression on the features that the settings of the binding name."""

from spinloom import FlowSpec, Parameter, ProjectSettings, conda_base, step

COLUMNS = ["runtime", "content_type", "top_billed_talent", "director", "box_office"]


@conda_base(
    libraries=ProjectSettings.get_deploy_time_settings("configuration.conda"),
    disabled=ProjectSettings.get_deploy_time_settings("environment.WITHOUT_CONDA"),
)
class DemoTraining(FlowSpec, ProjectSettings):
    prediction_date = Parameter("prediction_date", default=20241006, help="The day to predict for")

    @step
    def start(self):
        self.show_settings(exclude_patterns=["artifact*", "system*"])
        self.next(self.get_features)

    @step
    def get_features(self):
        import numpy as np

        # A table of titles, made up: what counts are the first, the fourth and the last column.
        table = np.random.default_rng(self.prediction_date).normal(size=(500, len(COLUMNS)))
        wanted = [COLUMNS.index(name) for name in self.settings.configuration.features]
        self.features = table[:, wanted]
        self.target = 3 * table[:, 0] + 2 * table[:, 3] - table[:, 4] + 1
        self.next(self.train)

    @step
    def train(self):
        from sklearn.linear_model import LinearRegression

        model = LinearRegression(fit_intercept=self.settings.configuration.model.fit_intercept)
        half = len(self.target) // 2
        self.model = model.fit(self.features[:half], self.target[:half])
        self.score = round(float(model.score(self.features[half:], self.target[half:])), 3)
        self.next(self.end)

    @step
    def end(self):
        names = self.settings.configuration.features
        self.weights = dict(zip(names, (round(float(weight), 2) for weight in self.model.coef_), strict=True))
        print(f"{self.settings.configuration.target_column}: R² {self.score}, weights {self.weights}")


if __name__ == "__main__":
    DemoTraining()
