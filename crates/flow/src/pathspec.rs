//! `Flow/run/step/task/artifact`: how everything recorded is named. Parsed once, at the edge.

use std::{fmt, str::FromStr};

use spinloom_diagnostics::{Error, codes};

use crate::{ArtifactName, FlowName, RunId, StepName, TaskId};

/// A path of one to five parts, each naming something inside the one before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pathspec {
    /// The flow.
    pub flow: FlowName,
    /// The run of that flow.
    pub run: Option<RunId>,
    /// The step of that run.
    pub step: Option<StepName>,
    /// The task of that step.
    pub task: Option<TaskId>,
    /// The artifact of that task.
    pub artifact: Option<ArtifactName>,
}

impl Pathspec {
    /// How many parts it has, from 1 (a flow) to 5 (an artifact).
    pub fn depth(&self) -> usize {
        1 + usize::from(self.run.is_some())
            + usize::from(self.step.is_some())
            + usize::from(self.task.is_some())
            + usize::from(self.artifact.is_some())
    }
}

fn part<T: FromStr<Err = Error>>(spec: &str, text: Option<&str>) -> Result<Option<T>, Error> {
    text.map(|t| t.parse::<T>().map_err(|e| malformed(spec).cause(e.message()))).transpose()
}

fn malformed(spec: &str) -> Error {
    Error::new(codes::BAD_PATHSPEC, format!("`{spec}` is not a pathspec")).hint(
        "write `Flow`, `Flow/run`, `Flow/run/step`, `Flow/run/step/task` or `Flow/run/step/task/artifact`",
    )
}

impl FromStr for Pathspec {
    type Err = Error;

    fn from_str(spec: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = spec.split('/').collect();
        if parts.len() > 5 {
            return Err(malformed(spec));
        }
        let get = |i: usize| parts.get(i).copied();
        let Some(flow) = part(spec, get(0))? else { return Err(malformed(spec)) };
        Ok(Self {
            flow,
            run: part(spec, get(1))?,
            step: part(spec, get(2))?,
            task: part(spec, get(3))?,
            artifact: part(spec, get(4))?,
        })
    }
}

impl fmt::Display for Pathspec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.flow)?;
        if let Some(run) = &self.run {
            write!(f, "/{run}")?;
        }
        if let Some(step) = &self.step {
            write!(f, "/{step}")?;
        }
        if let Some(task) = &self.task {
            write!(f, "/{task}")?;
        }
        if let Some(artifact) = &self.artifact {
            write!(f, "/{artifact}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_depth_comes_back() {
        for (depth, spec) in
            ["F", "F/12", "F/12/train", "F/12/train/5", "F/12/train/5/model"].iter().enumerate()
        {
            let parsed: Pathspec = spec.parse().unwrap();
            assert_eq!((parsed.depth(), parsed.to_string()), (depth + 1, (*spec).to_owned()));
        }
    }

    #[test]
    fn the_cause_names_the_bad_part() {
        for (spec, cause) in [
            ("", "`` is not a valid flow name"),
            ("F/", "`` is not a valid run id"),
            ("F/../x", "`..` is not a valid run id"),
            ("F/1/tr-ain", "`tr-ain` is not a valid step name"),
            ("F/1/train/x", "`x` is not a valid task id"),
            ("F/1/train/1/", "`` is not a valid artifact name"),
        ] {
            let error = spec.parse::<Pathspec>().unwrap_err();
            assert_eq!(
                (error.code(), error.causes()),
                (codes::BAD_PATHSPEC, &[cause.to_owned()][..]),
                "{spec}"
            );
        }
        let error = "F/1/s/1/a/b".parse::<Pathspec>().unwrap_err();
        assert_eq!(error.message(), "`F/1/s/1/a/b` is not a pathspec");
    }
}
