//! `docs/reference/exit-codes.md`.

use std::fmt::Write as _;

use spinloom_diagnostics::ExitCode;

/// The whole page.
pub fn page() -> String {
    let mut out = String::from(
        "# Exit codes\n\nWhat a script may rely on. `python flow.py …` ends as Metaflow does, with 0, 1 or 2.\n\n\
         | `spinloom` | `python flow.py` | meaning |\n|---|---|---|\n",
    );
    for code in ExitCode::all() {
        let _ = writeln!(out, "| {} | {} | {} |", code.native(), code.metaflow(), code.meaning());
    }
    out
}
