//! What a query says.

use spinloom_flow::RunStatus;

use crate::{Moment, Pattern};

/// Which runs: those for which every term holds. Without terms, all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// What must hold.
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// It must not hold (`-tag:x`).
    pub negated: bool,
    /// What is asked.
    pub filter: Filter,
}

/// What is asked of a run. Of several values (`a|b`) one must fit.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Words: in its id, flow, user or a tag, upper or lower case.
    Text(Vec<String>),
    /// A name it has: `tag:prod`, `flow:Train*`.
    Field {
        /// Which.
        field: Field,
        /// What it may be.
        values: Vec<Pattern>,
    },
    /// `status:failed|lost`.
    Status(Vec<RunStatus>),
    /// `dur>1h`: from its start to its end, to now while it is running. In microseconds.
    Duration {
        /// How it compares.
        op: Op,
        /// With what.
        us: i64,
    },
    /// `started>2026-01-01`. A date is its first moment; `<=` and `:` mean all of it.
    Time {
        /// Which time.
        field: TimeField,
        /// How it compares.
        op: Op,
        /// With what.
        moment: Moment,
    },
    /// `param.lr<0.1`, `artifact.accuracy>0.9`.
    Value {
        /// Of what.
        of: ValueOf,
        /// Its name.
        name: String,
        /// What its value must be.
        test: ValueTest,
    },
}

/// Values a run has, by names that its flow gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueOf {
    /// Its parameters.
    Parameter,
    /// Artifacts it ended with: numbers, yes and no, short texts.
    Artifact,
}

impl ValueOf {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Parameter, Self::Artifact];

    /// What begins the key of one, before its name.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Parameter => "param.",
            Self::Artifact => "artifact.",
        }
    }

    /// What a key asks for, and the rest of it: the name, which may be empty.
    pub fn split(key: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|of| Some((of, key.strip_prefix(of.prefix())?)))
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueTest {
    /// One of these.
    Is(Vec<Pattern>),
    /// A number that compares so.
    Compares(Op, f64),
}

/// Names a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Its tags, of users and of the system.
    Tag,
    /// Who started it.
    User,
    /// Its flow.
    Flow,
    /// Its id.
    Run,
    /// Its project (`@project`).
    Project,
    /// The branch of its project.
    Branch,
    /// The run it resumes.
    Origin,
    /// Steps of its flow, as it was then.
    Step,
}

impl Field {
    /// All of them, as they are offered.
    pub const ALL: [Self; 8] =
        [Self::Tag, Self::User, Self::Flow, Self::Run, Self::Project, Self::Branch, Self::Origin, Self::Step];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::User => "user",
            Self::Flow => "flow",
            Self::Run => "run",
            Self::Project => "project",
            Self::Branch => "branch",
            Self::Origin => "origin",
            Self::Step => "step",
        }
    }

    /// What system tags of this field begin with, where it is kept as one.
    pub const fn tag_prefix(self) -> Option<&'static str> {
        match self {
            Self::Project => Some("project:"),
            Self::Branch => Some("project_branch:"),
            _ => None,
        }
    }
}

/// Times a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeField {
    /// When it was made.
    Started,
    /// When it ended.
    Finished,
}

impl TimeField {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Finished => "finished",
        }
    }
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `:`
    Is,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Op {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether `a op b`.
    pub fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            Self::Is => a == b,
            Self::Less => a < b,
            Self::AtMost => a <= b,
            Self::More => a > b,
            Self::AtLeast => a >= b,
        }
    }
}
