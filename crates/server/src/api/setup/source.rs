//! The lines of a step.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::StepName;
use spinloom_flow::graph::FlowGraph;
use utoipa::ToSchema;

use super::code::{code_of, packaged};
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// The source of a step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepSource {
    /// The file in the code package.
    file: String,
    /// The line of its first decorator, or of `def`, from 1.
    first: usize,
    /// The line of `def`.
    line: usize,
    /// Its last line.
    last: usize,
    /// These lines.
    text: String,
}

/// The source of a step
///
/// The lines of a step as they were when the run started, decorators included.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/code/steps/{step}",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path), ("step" = String, Path)),
    responses(
        (status = 200, body = StepSource),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn source(State(app): State<App>, words: Words) -> Result<Json<StepSource>, Problem> {
    let ((flow, run), step) = (words.run()?, words.get::<StepName>("step")?);
    let read = move |provider: &dyn spinloom_metadata::Provider| -> Result<_> {
        Ok((place::run(provider, &flow, &run)?, provider.graph(&flow, &run)?))
    };
    let (record, graph) = app.readers.read(read).await?;
    let graph = FlowGraph::from_json(&graph.unwrap_or_default())?;
    let none = |what: &str| Problem::from(Error::new(codes::NOT_FOUND, what.to_owned()));
    let doc = graph.steps.iter().find(|doc| doc.name == step.as_str());
    let doc = doc.ok_or_else(|| none(&format!("the flow has no step `{step}`")))?;
    let (_, items) = code_of(&app, record).await?;
    let item = packaged(&doc.file, &graph.file, &items);
    let item = item.ok_or_else(|| none(&format!("the file of step `{step}` was not kept")))?;
    let text = String::from_utf8_lossy(&item.bytes);
    let found = lines(&text, doc.line as usize);
    let (first, last) = found.ok_or_else(|| none(&format!("the file of step `{step}` has no such line")))?;
    let chosen: Vec<&str> = text.lines().skip(first - 1).take(last + 1 - first).collect();
    Ok(Json(StepSource {
        file: item.name.clone(),
        first,
        line: doc.line as usize,
        last,
        text: chosen.join("\n") + "\n",
    }))
}

/// The first and the last line of the function whose `def` is at `def`, by how far lines are indented.
fn lines(text: &str, def: usize) -> Option<(usize, usize)> {
    let all: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let at = def.checked_sub(1)?;
    let own = indent(all.get(at)?);
    let deeper = |line: &&&str| line.trim().is_empty() || indent(line) > own;
    let decorates = |line: &&&str| {
        indent(line) > own || (indent(line) == own && line.trim_start().starts_with(['@', ')']))
    };
    let before =
        all[..at].iter().rev().take_while(|line| !line.trim().is_empty()).take_while(decorates).count();
    // A signature of several lines ends with a line that is not indented.
    let mut end = at + 1;
    if !all[at].trim_end().ends_with(':') {
        let closes = all[end..].iter().position(|line| line.trim_end().ends_with(':') && indent(line) <= own);
        end += closes.map_or(0, |closes| closes + 1);
    }
    end += all[end..].iter().take_while(deeper).count();
    while end > at + 1 && all[end - 1].trim().is_empty() {
        end -= 1;
    }
    Some((at + 1 - before, end))
}

#[cfg(test)]
mod tests {
    use super::lines;

    const FLOW: &str = "\
class F(FlowSpec):
    x = 1

    @retry(
        times=3,
    )
    @step
    def start(self):
        if True:

            pass
        self.next(self.end)

    @step
    def join(
        self, inputs
    ):
        pass


if __name__ == '__main__':
    F()
";

    #[test]
    fn a_step_begins_with_its_decorators_and_ends_with_its_body() {
        assert_eq!(lines(FLOW, 8), Some((4, 12)));
        assert_eq!(lines(FLOW, 15), Some((14, 18)));
        assert_eq!(lines(FLOW, 99), None);
        assert_eq!(lines(FLOW, 0), None);
    }
}
