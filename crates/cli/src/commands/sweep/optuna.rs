//! Optuna, asked in another interpreter than the one that forks: it loads libraries that start threads.

use serde::Deserialize;
use serde_json::json;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_projects::sweep::{Journal, State, Values};

use super::Spec;
use super::host::Talk;
use crate::context::Context;

/// A study.
pub(super) struct Study(Talk);

#[derive(Deserialize)]
struct Answer {
    values: Values,
}

impl Study {
    /// Begins one, with what is known.
    ///
    /// # Errors
    /// `SL0501` if Optuna is not installed.
    pub(super) fn begin(spec: &Spec, journal: &Journal, context: &Context<'_>) -> Result<Self> {
        let mut talk = Talk::start(vec!["sweep-optuna".to_owned()], context)?;
        let ended = journal.trials.values().filter(|trial| trial.state != State::Planned);
        let history: Vec<_> =
            ended.map(|trial| json!({"values": trial.values, "objective": trial.objective})).collect();
        let direction = if spec.maximize { "maximize" } else { "minimize" };
        let begin = json!({"axes": spec.axes, "seed": spec.seed, "direction": direction, "history": history});
        // Without Optuna it ends before it reads.
        let _ = talk.say(&begin);
        let said = talk.hear()?;
        if said["missing"].is_string() {
            return Err(Error::new(codes::ENVIRONMENT, "`--optuna` needs the package `optuna`")
                .hint("install it where Spinloom is: `pip install optuna`")
                .hint("`--random` needs nothing"));
        }
        Ok(Self(talk))
    }

    /// The values of a trial.
    pub(super) fn ask(&mut self, trial: u64) -> Result<Values> {
        self.0.say(&json!({"do": "ask", "trial": trial}))?;
        Ok(self.0.hear_as::<Answer>()?.values)
    }

    /// What a trial came to.
    pub(super) fn tell(&mut self, trial: u64, objective: Option<f64>) -> Result<()> {
        self.0.say(&json!({"do": "tell", "trial": trial, "objective": objective}))
    }
}
