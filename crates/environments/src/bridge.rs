//! How the interpreter of an environment finds the Spinloom that runs the flow, which is not installed there.
//!
//! A folder of the cache holds nothing but links to the package and its finder. Each environment has a `.pth` file, which Python
//! executes when it starts: where the variable [`BRIDGE`] names such a folder, it becomes the first of the search path. So one
//! environment serves every version of Spinloom, sees none of the driver's other packages, and is an ordinary one
//! without the variable. Processes that a task starts inherit it.

use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};

use crate::cache::Cache;
use crate::files;
use crate::python::Python;

/// The variable that names the folder.
pub const BRIDGE: &str = "SPINLOOM_BRIDGE";

const PTH: &str = "import os, sys; bridge = os.environ.get('SPINLOOM_BRIDGE'); \
    bridge and (sys.path.insert(0, bridge), os.path.exists(bridge + '/_spinloom_compat.py') and __import__('_spinloom_compat'))\n";

/// The folder of links to the Spinloom of `driver`, made if it is not there.
///
/// # Errors
/// `SL0401` if it cannot be made.
pub fn bridge(cache: &Cache, driver: &Python) -> Result<PathBuf> {
    let name = crate::lock::name(&(&driver.package, &driver.compat));
    let folder = cache.bridges().join(name);
    if folder.join("spinloom").is_dir() {
        return Ok(folder);
    }
    files::make(&folder)?;
    let links = [("spinloom", Some(&driver.package)), ("_spinloom_compat.py", driver.compat.as_ref())];
    for (name, target) in links {
        let Some(target) = target else { continue };
        let link = folder.join(name);
        match std::os::unix::fs::symlink(target, &link) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(Error::new(codes::STORE_IO, files::broken(&link)()).cause(error));
            }
            _ => {}
        }
    }
    Ok(folder)
}

/// Lets the interpreter of a new environment be bridged.
pub(crate) fn prepare(prefix: &Path) -> Result<()> {
    let packages = site_packages(prefix)?;
    std::fs::write(packages.join("_spinloom.pth"), PTH).or_error(codes::STORE_IO, files::broken(prefix))
}

/// Where an environment keeps its packages.
fn site_packages(prefix: &Path) -> Result<PathBuf> {
    let found = std::fs::read_dir(prefix.join("lib")).or_error(codes::STORE_IO, files::broken(prefix))?;
    let mut folders = found.flatten().map(|entry| entry.path().join("site-packages"));
    folders.find(|folder| folder.is_dir()).ok_or_else(|| {
        Error::new(codes::DEPENDENCIES, format!("`{}` has no folder for packages", prefix.display()))
    })
}
