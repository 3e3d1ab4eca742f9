//! For whom a step runs: the user, the namespace, the project.

use spinloom_diagnostics::Result;
use spinloom_flow::project::{Given, Project};

use crate::context::{Context, Flow};
use crate::values;

/// What `run`, `resume` and `spin` know of who asked.
#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) user: String,
    pub(crate) namespace: Option<String>,
    pub(crate) project: Option<Project>,
}

impl Who {
    /// From words, then the environment, then defaults. `typed` is `--namespace`.
    pub(crate) fn resolve(command: &str, typed: Option<&str>, context: &Context<'_>) -> Result<Self> {
        let user = context.settings.user()?.to_owned();
        Ok(Self {
            project: project(&user, context)?,
            user,
            namespace: Self::namespace(command, typed, context),
        })
    }

    /// The namespace alone.
    pub(crate) fn namespace(command: &str, typed: Option<&str>, context: &Context<'_>) -> Option<String> {
        let namespace = match typed {
            Some(typed) => Some(typed.to_owned()),
            None => context.settings.option_env(command, "namespace").map(|(_, text)| text),
        };
        context.namespace(namespace.as_deref())
    }

    /// Tells the flow what it is to find in `current`, before any of its functions is called.
    pub(crate) fn tell(&self, flow: &mut Flow<'_>) -> Result<()> {
        match &self.project {
            Some(project) => flow.host.add_to_current(&project.current()),
            None => Ok(()),
        }
    }
}

/// The flow's project, and the branch of it that this run is of (FD-01).
fn project(user: &str, context: &Context<'_>) -> Result<Option<Project>> {
    let Some((flow, typed)) = context.flow.as_ref().zip(context.project.as_ref()) else { return Ok(None) };
    let Some(decorator) = flow.doc.decorator("project") else { return Ok(None) };
    let given = Given {
        branch: values::given(&context.settings, "", "branch", typed.branch.as_deref()),
        production: values::switch(&context.settings, "", "production", typed.production)?,
    };
    Project::resolve(decorator, &flow.doc.name, user, &given).map(Some)
}
