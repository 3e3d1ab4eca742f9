//! The files that `IncludeFile` parameters name (PA-08).

use std::fs::File;
use std::path::{Path, PathBuf};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::graph::ParameterDoc;
use spinloom_flow::parameters::Source;

/// Where the file is that `path`, the value of `doc`, names. `source` is where it was given; none for a default.
///
/// # Errors
/// `SL0103` if it is not there, is no file, or cannot be read.
pub(crate) fn find(doc: &ParameterDoc, path: &str, source: Option<&Source>, cwd: &Path) -> Result<PathBuf> {
    let whence = source.map_or_else(|| "its default".to_owned(), |source| format!("`{source}`"));
    let problem = |what: &str| {
        let message = format!("parameter `{}` names `{path}`, which {what} (from {whence})", doc.name);
        let error = Error::new(codes::BAD_PARAMETER, message);
        match source {
            None if !doc.file.is_empty() => error.at(&doc.file, (doc.line > 0).then_some(doc.line)),
            _ => error,
        }
    };
    if path.contains("://") {
        return Err(
            problem("is not a local file").hint("copy it here first: only local files can be included")
        );
    }
    let place = cwd.join(path);
    if place.is_dir() {
        return Err(problem("is a folder, not a file"));
    }
    // Opening tells more than asking about permissions. Nothing is read: it may be a pipe.
    match File::open(&place) {
        Ok(_) => Ok(place),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let names = neighbours(&place);
            let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Err(problem("does not exist").suggest(&name, names.iter().map(String::as_str)))
        }
        Err(error) => Err(problem("cannot be read").cause(error)),
    }
}

/// Names of the files in the same folder.
fn neighbours(path: &Path) -> Vec<String> {
    let entries = path.parent().and_then(|folder| folder.read_dir().ok()).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
