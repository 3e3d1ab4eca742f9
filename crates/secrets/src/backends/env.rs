//! `env`: variables of the process that launched the run, `NAME` or `NEW=OLD`, separated by commas.

use spinloom_diagnostics::Result;

use super::{Backend, Variable, failed};
use crate::source::bad;
use crate::{Environment, Source};

pub(super) struct Env;

impl Backend for Env {
    fn name(&self) -> &str {
        "env"
    }

    fn check(&self, source: &Source) -> Result<()> {
        if names(source).any(|(new, old)| new.is_empty() || old.is_empty()) {
            let example = "such as `env.DATABASE_URL` or `env.URL=DATABASE_URL,TOKEN`";
            return Err(bad("an `env` source names variables").hint(format!("write their names, {example}")));
        }
        Ok(())
    }

    fn fetch(
        &self,
        source: &Source,
        _role: Option<&str>,
        environment: Environment<'_>,
    ) -> Result<Vec<Variable>> {
        let one = |(new, old): (&str, &str)| match environment(old) {
            Some(value) => Ok(Variable { name: new.to_owned(), value }),
            None => {
                let hint = format!("set `{old}` where the run is started");
                Err(failed(source, format!("the variable `{old}` is not set")).hint(hint))
            }
        };
        names(source).map(one).collect()
    }

    fn is_environment(&self) -> bool {
        true
    }
}

/// What the variables are to be called, and what they are called.
fn names(source: &Source) -> impl Iterator<Item = (&str, &str)> {
    source.id.split(',').map(str::trim).map(|name| name.split_once('=').unwrap_or((name, name)))
}
