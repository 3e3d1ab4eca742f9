//! Flow decorators: what no run, however it is started, could make good (FD-01).

use super::Problems;
use crate::project;

pub(super) fn check(problems: &mut Problems<'_>) {
    if let Some(decorator) = problems.flow.decorator("project")
        && let Err(error) = project::check(decorator)
    {
        problems.found.push(error);
    }
}
