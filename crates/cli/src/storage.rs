//! Where a run's artifacts go, from words and settings (AR-09).

use spinloom_datastore::StorePolicy;
use spinloom_diagnostics::{Error, Result, codes};

use crate::context::Context;
use crate::values;

/// How the store of a run is to be used: `--datastore`, `--datastore-root` and `--verify`, else as it is set.
pub(crate) fn policy(context: &Context<'_>, verify: bool) -> Result<StorePolicy> {
    let settings = &context.settings;
    let mut policy = StorePolicy::from_settings(settings)?;
    policy.verify |= verify;
    let typed = context.top.as_ref().and_then(|top| top.datastore.as_deref());
    let root = context.globals.datastore_root.as_deref().and_then(|root| root.to_str()).filter(|r| is_url(r));
    if let Some((source, kind)) = values::given(settings, "", "datastore", typed) {
        policy.remote = settings.datastore(&kind, root).map_err(|e| usage(&source, &e))?;
    } else if let Some(root) = root {
        policy.remote = Some(root.to_owned());
    }
    if let Some(location) = &policy.remote {
        // A place that cannot be one is told before anything runs.
        location.parse::<spinloom_objects::Location>()?;
    }
    Ok(policy)
}

/// Whether `--datastore-root` names an object store rather than the folder of the local store.
pub(crate) fn is_url(root: &str) -> bool {
    root.contains("://")
}

/// The same error, of a word that was typed.
pub(crate) fn usage(source: &str, error: &Error) -> Error {
    let said = Error::new(codes::USAGE, format!("`{source}`: {}", error.message()));
    error.hints().iter().fold(said, Error::hint)
}
