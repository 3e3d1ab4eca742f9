//! Cards of a task whose step says nothing to them: what they show is written down before there is a task, but for what is filled in here.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use spinloom_compute::TaskSpec;
use spinloom_datastore::{AttemptWriter, CARD, CardNote, ContentHash, Described, Json};
use spinloom_diagnostics::{Result, ResultExt as _, codes};

use crate::context::Opened;

/// Characters of all previews of a card together; artifacts that come later are only named.
const MOST: usize = 256 << 10;

/// A card of a step, as all its tasks have it.
#[pyclass(module = "spinloom._native", frozen)]
pub struct CardForm {
    kind: String,
    id: Option<String>,
    /// A text, and what comes after it.
    pieces: Vec<(String, Hole)>,
    rest: String,
}

/// What only the task knows.
#[derive(Debug, PartialEq)]
enum Hole {
    Pathspec,
    Attempt,
    Hash,
    At,
    About,
    Artifacts,
    /// The type of the parameter that is this attribute.
    Type(String),
    /// Its preview.
    Preview(String),
}

impl Hole {
    fn named(name: &str) -> Option<Self> {
        Some(match name.split_once(':') {
            Some(("type", attribute)) => Self::Type(attribute.to_owned()),
            Some(("preview", attribute)) => Self::Preview(attribute.to_owned()),
            Some(_) => return None,
            None => match name {
                "pathspec" => Self::Pathspec,
                "attempt" => Self::Attempt,
                "hash" => Self::Hash,
                "at" => Self::At,
                "about" => Self::About,
                "artifacts" => Self::Artifacts,
                _ => return None,
            },
        })
    }
}

#[pymethods]
impl CardForm {
    /// A card of type `kind` whose document is `text`: JSON in which a text that begins with `mark` stands for what it names.
    #[new]
    #[pyo3(signature = (kind, id, text, mark))]
    fn new(kind: String, id: Option<String>, text: &str, mark: &str) -> PyResult<Self> {
        let mark = format!("\"{mark}");
        let mut parts = text.split(mark.as_str());
        let mut rest = parts.next().unwrap_or_default().to_owned();
        let mut pieces = Vec::new();
        for part in parts {
            let hole = part.split_once('"').and_then(|(name, after)| Some((Hole::named(name)?, after)));
            let (hole, after) =
                hole.ok_or_else(|| PyValueError::new_err("a card asks for what no task has"))?;
            pieces.push((std::mem::replace(&mut rest, after.to_owned()), hole));
        }
        Ok(Self { kind, id, pieces, rest })
    }
}

/// What is known of the task.
pub(crate) struct Task<'a> {
    pub(crate) spec: &'a TaskSpec,
    pub(crate) writer: &'a AttemptWriter,
    /// Its first input, by which its parameters are found.
    pub(crate) input: Option<&'a Opened>,
    /// When it began, and when its card is made: microseconds since the epoch.
    pub(crate) began: i64,
    pub(crate) at: i64,
}

impl CardForm {
    /// Whether the parameters of the run are needed.
    pub(crate) fn has_parameters(&self) -> bool {
        self.pieces.iter().any(|(_, hole)| matches!(hole, Hole::Type(_) | Hole::Preview(_)))
    }

    /// The card at `position` of a task: what its entry in the manifest says, and its document.
    pub(crate) fn filled(&self, task: &Task<'_>, position: usize) -> Result<(Described, String)> {
        let pathspec = pathspec(task.spec);
        let hash =
            ContentHash::of(format!("{pathspec}/{}/{position}/{}", task.spec.attempt, task.began).as_bytes());
        let hash: String = hash.to_string().chars().take(32).collect();
        let mut text = String::with_capacity(
            self.rest.len() + self.pieces.iter().map(|(t, _)| t.len() + 64).sum::<usize>(),
        );
        for (before, hole) in &self.pieces {
            text += before;
            text += &match hole {
                Hole::Pathspec => json(&pathspec)?,
                Hole::Attempt => task.spec.attempt.to_string(),
                Hole::Hash => json(&hash)?,
                Hole::At => task.at.to_string(),
                Hole::About => json(&about(task.spec, task.began, task.at))?,
                Hole::Artifacts => json(&artifacts(task.writer))?,
                Hole::Type(attribute) => json(&task.parameter(attribute).map(|(kind, _)| kind))?,
                Hole::Preview(attribute) => json(&task.parameter(attribute).and_then(|(_, shown)| shown))?,
            };
        }
        text += &self.rest;
        let note =
            CardNote { kind: self.kind.clone(), id: self.id.clone(), hash, at: task.at, failed: false };
        let mut what = Described::from("card");
        what.encoding = CARD.to_owned();
        what.serializer = Some(Json::new(json(&note)?)?);
        Ok((what, text))
    }
}

impl Task<'_> {
    /// Type and preview of a parameter.
    fn parameter(&self, attribute: &str) -> Option<(&str, Option<&Json>)> {
        let (_, entry) = self.input?.find(attribute)?;
        Some((&entry.type_name, entry.preview.as_ref()))
    }
}

fn pathspec(spec: &TaskSpec) -> String {
    format!("{}/{}/{}/{}", spec.flow, spec.run, spec.step, spec.task)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).or_error(codes::INTERNAL, || "a card cannot be written".into())
}

/// When a task ran, for whom, where in a foreach: a table.
pub(crate) fn about(spec: &TaskSpec, began: i64, at: i64) -> Value {
    let mut rows = vec![
        ("Started".to_owned(), json!({"type": "time", "at": began})),
        ("Duration".to_owned(), json!({"type": "duration", "us": at - began})),
        ("Attempt".to_owned(), json!(spec.attempt)),
    ];
    if !spec.user.is_empty() {
        rows.push(("User".to_owned(), json!(spec.user)));
    }
    if !spec.tags.is_empty() {
        let mut tags = spec.tags.clone();
        tags.sort_unstable();
        rows.push(("Tags".to_owned(), json!(tags.join(", "))));
    }
    for frame in &spec.frames {
        let place = format!("{} of {}", frame.index + 1, frame.count);
        rows.push((format!("{} of {}", frame.var, frame.step), json!(place)));
    }
    if let Some(origin) = &spec.origin_run {
        rows.push(("Resumes".to_owned(), json!(origin)));
    }
    let (columns, values): (Vec<String>, Vec<Value>) = rows.into_iter().unzip();
    json!({"type": "table", "columns": columns, "data": [values], "vertical": true, "id": "task"})
}

/// A list of artifacts, as the viewer of cards has it.
#[derive(Serialize)]
pub(crate) struct Artifacts<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Vec<Shown<'a>>,
    carried: Vec<&'a str>,
    id: &'static str,
}

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    preview: Option<&'a Json>,
}

/// What an attempt has made, as it is shown; what it carries on is only named.
pub(crate) fn artifacts(writer: &AttemptWriter) -> Artifacts<'_> {
    let mut shown = Artifacts { kind: "artifacts", data: Vec::new(), carried: Vec::new(), id: "artifacts" };
    let mut used = 0;
    for one in writer.contents().filter(|one| !one.name.starts_with('_')) {
        if one.carried {
            shown.carried.push(one.name);
            continue;
        }
        used += one.what.preview.as_ref().map_or(0, |preview| preview.text().len());
        let preview = one.what.preview.as_ref().filter(|_| used <= MOST);
        shown.data.push(Shown { name: one.name, kind: &one.what.type_name, preview });
    }
    shown
}
