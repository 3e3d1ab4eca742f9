//! Keeps the flow's code with the run, beside the running tasks.

use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use spinloom_datastore::{Datastore, package};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::Change;

use crate::PackageRequest;

/// Packages the folder on a thread; its hash becomes the run's `code_package`.
pub(crate) fn keep(
    store: Datastore,
    of: (FlowName, RunId),
    request: PackageRequest,
    changes: Option<Sender<Change>>,
) -> Result<JoinHandle<Result<()>>> {
    std::thread::Builder::new()
        .name("spinloom-package".into())
        .spawn(move || {
            let package = package::build(&request.dir, &request.contents)?;
            store.put_package((&of.0, &of.1), &package)?;
            let value = package.record(&request.contents);
            if let Some(changes) = changes {
                let _recorder_gone = changes.send(Change::Info { key: "code_package".into(), value });
            }
            Ok(())
        })
        .map_err(|e| Error::new(codes::STORE_IO, "cannot start the packaging thread").cause(e))
}
