//! A failed attempt, drawn for the person who wrote the step.

use std::path::Path;

use spinloom_flow::event::Failure;

use super::paint::{Paint, cut, width};

/// Which attempt failed.
#[derive(Debug, Clone)]
pub(crate) struct Failed<'a> {
    /// Its step, with foreach indices: `train[3]`.
    pub(crate) label: &'a str,
    /// `Flow/run/step/task`.
    pub(crate) pathspec: &'a str,
    /// Why.
    pub(crate) failure: &'a Failure,
    /// The working directory: files below it are named from it.
    pub(crate) cwd: &'a Path,
}

/// `KeyError: 'price'`, or the sentence alone when there is no exception.
pub(crate) fn headline(failure: &Failure) -> String {
    let message = failure.message.lines().next().unwrap_or_default();
    match failure.kind.as_str() {
        "" | "killed" | "exit" | "transition" => message.to_owned(),
        kind if message.is_empty() => kind.to_owned(),
        kind => format!("{kind}: {message}"),
    }
}

/// The block for one failure: headline, the user's line, who called what.
///
/// ```text
/// ✗ train  KeyError: 'price'                          Fail/58/train/2
///    ╭─[fail.py:3]   in helper()
///  3 │     return d["price"] * 2
///    ╰────
/// ```
pub(crate) fn block(failed: &Failed<'_>, columns: usize, paint: Paint) -> String {
    let head = format!("{} {}  {}", paint.bad("✗"), paint.bold(failed.label), headline(failed.failure));
    let gap = columns.saturating_sub(width(&head) + width(failed.pathspec));
    let mut text = if gap >= 2 {
        format!("{head}{}{}\n", " ".repeat(gap), paint.dim(failed.pathspec))
    } else {
        format!("{head}\n  {}\n", paint.dim(failed.pathspec))
    };
    for more in failed.failure.message.lines().skip(1) {
        text += &format!("  {more}\n");
    }
    text + &source(failed, columns, paint)
}

fn source(failed: &Failed<'_>, columns: usize, paint: Paint) -> String {
    let failure = failed.failure;
    let Some(file) = &failure.file else { return String::new() };
    let file = Path::new(file).strip_prefix(failed.cwd).unwrap_or(Path::new(file)).display().to_string();
    let number = failure.line.map(|l| l.to_string()).unwrap_or_default();
    let margin = " ".repeat(number.len() + 2);
    let place = if number.is_empty() { file } else { format!("{file}:{number}") };
    let function = failure.function.as_ref().map(|f| format!("   in {f}()")).unwrap_or_default();
    let mut text = format!("{margin}{}{place}{}{function}\n", paint.dim("╭─["), paint.dim("]"));
    if let Some(line) = &failure.source {
        let line = cut(line.trim_end(), columns.saturating_sub(margin.len() + 2));
        text += &format!(" {} {} {line}\n", paint.bold(&number), paint.dim("│"));
    }
    text + &format!("{margin}{}\n", paint.dim("╰────"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure {
            kind: "KeyError".to_owned(),
            message: "'price'".to_owned(),
            file: Some("/home/ann/fail.py".to_owned()),
            line: Some(3),
            source: Some("    return d[\"price\"] * 2".to_owned()),
            function: Some("helper".to_owned()),
            ..Failure::default()
        }
    }

    #[test]
    fn a_failure_fits_every_width() {
        let failure = failure();
        let failed = Failed {
            label: "train",
            pathspec: "Fail/58/train/2",
            failure: &failure,
            cwd: Path::new("/home/ann"),
        };
        let shown: Vec<String> = [40, 80, 200]
            .into_iter()
            .map(|w| format!("{w}:\n{}", block(&failed, w, Paint::new(false))))
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn a_death_without_an_exception_is_a_sentence() {
        let failure = Failure {
            kind: "killed".to_owned(),
            message: "killed by signal 9 (SIGKILL)".to_owned(),
            signal: Some(9),
            ..Failure::default()
        };
        let failed = Failed {
            label: "train[3]",
            pathspec: "Fail/58/train/2",
            failure: &failure,
            cwd: Path::new("/home/ann"),
        };
        insta::assert_snapshot!(block(&failed, 80, Paint::new(false)));
    }
}
