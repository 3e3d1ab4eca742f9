//! How an error is drawn: once, here.

use spinloom_diagnostics::Error;

use super::paint::Paint;

/// The lines of an error, ending with a newline.
///
/// ```text
/// error[SL0102]: the flow has no step `ennd`
///   --> flow.py:12
///   cause: …
/// hint: did you mean `end`?
/// ```
pub(crate) fn render(error: &Error, paint: Paint) -> String {
    let head = paint.bad(&format!("error[{}]", error.code().id()));
    let mut text = format!("{head}: {}\n", error.message());
    if let Some(place) = error.location() {
        let line = place.line.map(|l| format!(":{l}")).unwrap_or_default();
        text += &format!("  {} {}{line}\n", paint.dim("-->"), place.file);
    }
    for cause in error.causes() {
        let mut lines = cause.lines();
        text += &format!("  {} {}\n", paint.dim("cause:"), lines.next().unwrap_or_default());
        for more in lines {
            text += &format!("    {more}\n");
        }
    }
    for hint in error.hints() {
        text += &format!("{}: {hint}\n", paint.hint("hint"));
    }
    text
}

#[cfg(test)]
mod tests {
    use spinloom_diagnostics::codes;

    use super::*;

    #[test]
    fn an_error_shows_everything_it_knows() {
        let error = Error::new(codes::UNKNOWN_STEP, "the flow has no step `ennd`")
            .at("flow.py", Some(12))
            .cause("first line\nsecond line")
            .suggest("ennd", ["start", "end"])
            .hint("see the steps with `spinloom show flow.py`");
        insta::assert_snapshot!(render(&error, Paint::new(false)));
        let coloured = anstream::adapter::strip_str(&render(&error, Paint::new(true))).to_string();
        assert_eq!(coloured, render(&error, Paint::new(false)), "colour adds no words");
    }
}
