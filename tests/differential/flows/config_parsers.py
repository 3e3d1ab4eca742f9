"""PA-11: parsers by import path and as functions; those that come with Metaflow."""

from metaflow import Config, FlowSpec, conda_environment_yml_parser, pyproject_toml_parser, requirements_txt_parser
from metaflow import step, yaml_parser

TOML = """
title = "paint"
[layers]
count = 3
names = ["base", "top"]
"""
YAML = """
title: paint
layers:
  count: 3
  names: [base, top]
  dry: yes
  none: ~
  thin: 1.5
"""
REQUIREMENTS = """
# paints
numpy==1.26.4
pandas>=2,<3  # trailing
scipy
brush[ soft ]==1.2
oil (>1)
"""
PROJECT = """
[project]
requires-python = ">=3.9"
dependencies = ["numpy==1.26.4", "pandas<3,>=2"]
"""
CONDA = """
name: studio
channels: [conda-forge]
dependencies:
- python=3.9
- numpy=1.26
- pandas >=2,<3
- scipy
- brush=1.2=py39_0
"""


class ParserFlow(FlowSpec):
    toml = Config("toml", default_value=TOML, parser="tomllib.loads")
    yaml = Config("yaml", default_value=YAML, parser=yaml_parser)
    named = Config("named", default_value=YAML, parser="metaflow.plugins.parsers.yaml_parser")
    dotted = Config("dotted", default_value=YAML, parser=".plugins.parsers.yaml_parser")
    requirements = Config("requirements", default_value=REQUIREMENTS, parser=requirements_txt_parser)
    project = Config("project", default_value=PROJECT, parser=pyproject_toml_parser)
    conda = Config("conda", default_value=CONDA, parser=conda_environment_yml_parser)
    lines = Config("lines", default_value="a\nb", parser="builtins.list", plain=True)

    @step
    def start(self):
        self.all = [self.toml.to_dict(), self.yaml.to_dict(), self.named == self.yaml, self.dotted == self.yaml]
        self.packages = [self.requirements.to_dict(), self.project.to_dict(), self.conda.to_dict()]
        self.plain = self.lines
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ParserFlow()
