//! The layers settings are made of, low to high: files, variables, the command line.

use spinloom_configs::Origin;
use spinloom_diagnostics::Error;

use crate::Mark;

/// One layer: what it is called, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What people call it: `global`, the label of a binding, `local`, `command line`.
    pub name: String,
    /// What it is.
    pub source: Source,
}

/// What a layer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, its path from the folder of the project.
    File(String),
    /// A variable of the environment.
    Variable(String),
    /// A word of the command line.
    Argument(String),
    /// Defaults of the schema.
    Schema,
    /// What is known without being set: the branch, who runs it.
    System,
}

/// Every layer there is, by the number that marks have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layers(Vec<Layer>);

impl Layers {
    /// Adds a layer, and answers its number.
    pub fn add(&mut self, name: impl Into<String>, source: Source) -> u16 {
        self.0.push(Layer { name: name.into(), source });
        u16::try_from(self.0.len() - 1).unwrap_or(u16::MAX)
    }

    /// A layer by its number.
    pub fn get(&self, mark: Mark) -> Option<&Layer> {
        self.0.get(usize::from(mark.layer))
    }

    /// Where a mark is, as configs tell it.
    pub fn origin(&self, mark: Mark) -> Origin {
        match self.get(mark).map(|layer| &layer.source) {
            Some(Source::File(path)) => {
                Origin::File { path: path.clone(), line: (mark.line > 0).then_some(mark.line) }
            }
            Some(Source::Variable(variable)) => Origin::Environment { variable: variable.clone() },
            Some(Source::Argument(word)) => Origin::CommandLine { option: word.clone() },
            Some(Source::Schema) => Origin::Schema,
            Some(Source::System) | None => Origin::Nothing,
        }
    }

    /// What people are told of a mark: `settings/settings.configuration.yaml:3`, a variable, a word.
    pub fn text(&self, mark: Mark) -> String {
        match self.get(mark).map(|layer| &layer.source) {
            Some(Source::System) | None => "Spinloom".to_owned(),
            _ => self.origin(mark).text(),
        }
    }

    /// Puts an error where a mark is.
    pub(crate) fn locate(&self, error: Error, mark: Mark) -> Error {
        match self.origin(mark) {
            Origin::File { path, line } => error.at(path, line),
            Origin::Nothing => error,
            other => error.hint(format!("the value is from `{}`", other.text())),
        }
    }
}
