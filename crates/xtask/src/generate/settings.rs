//! `docs/reference/settings.md`.

use std::fmt::Write as _;

use spinloom_settings::table;

/// The whole page.
pub fn page() -> String {
    let mut out = String::from(
        "# Settings\n\nEnvironment variables that Spinloom reads. Of several names for one setting the first that is set wins.\n\
         An option of the command line wins over all of them; each option can be set by a variable too (`SPINLOOM_RUN_MAX_WORKERS` for\n\
         `run --max-workers`, `SPINLOOM_RUN_<PARAMETER>` for a parameter), under `METAFLOW_` as well.\n",
    );
    for setting in table() {
        let variables: Vec<_> = setting.env.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(out, "\n## `{}`\n\n{}\n\n", setting.name, setting.doc.trim());
        let _ = writeln!(out, "* Variables: {}\n* Default: {}", variables.join(", "), setting.default);
    }
    out
}
