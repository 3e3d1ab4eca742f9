//! Documents as clients read them: all keys are there, and in this order.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use spinloom_flow::RunStatus;

/// A list of tags, as JSON. All documents of a run share one.
pub type Tags = Arc<RawValue>;

/// An id: a number if the provider gave it, the text if the client chose it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Id {
    /// Given.
    Number(u64),
    /// Chosen.
    Text(Arc<str>),
}

impl Id {
    /// The id `text` is. Only the provider gives numbers.
    pub(crate) fn of(text: &str, chosen: bool) -> Self {
        match text.parse() {
            Ok(number) if !chosen => Self::Number(number),
            _ => Self::Text(text.into()),
        }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A flow.
#[derive(Debug, Clone, Serialize)]
pub struct FlowDoc {
    /// Its name.
    pub flow_id: String,
    /// Who made it.
    pub user_name: Option<String>,
    /// When, milliseconds since the Unix epoch.
    pub ts_epoch: i64,
    /// User tags.
    pub tags: Tags,
    /// System tags.
    pub system_tags: Tags,
}

/// A run.
#[derive(Debug, Clone, Serialize)]
pub struct RunDoc {
    /// Its flow.
    pub flow_id: Arc<str>,
    /// Its id.
    pub run_number: Id,
    /// Who made it.
    pub user_name: Option<String>,
    /// When, milliseconds since the Unix epoch.
    pub ts_epoch: i64,
    /// When it was last heard of, seconds since the Unix epoch.
    pub last_heartbeat_ts: Option<i64>,
    /// User tags.
    pub tags: Tags,
    /// System tags.
    pub system_tags: Tags,
    /// Its state. Not part of the document.
    #[serde(skip)]
    pub status: RunStatus,
}

/// A step.
#[derive(Debug, Clone, Serialize)]
pub struct StepDoc {
    /// Its flow.
    pub flow_id: Arc<str>,
    /// Its run.
    pub run_number: Id,
    /// Its name.
    pub step_name: Arc<str>,
    /// Who made it.
    pub user_name: Option<String>,
    /// When, milliseconds since the Unix epoch.
    pub ts_epoch: i64,
    /// User tags of the run.
    pub tags: Tags,
    /// System tags of the run.
    pub system_tags: Tags,
}

/// A task.
#[derive(Debug, Clone, Serialize)]
pub struct TaskDoc {
    /// Its flow.
    pub flow_id: Arc<str>,
    /// Its run.
    pub run_number: Id,
    /// Its step.
    pub step_name: Arc<str>,
    /// Its id.
    pub task_id: Id,
    /// Who made it.
    pub user_name: Option<String>,
    /// When, milliseconds since the Unix epoch.
    pub ts_epoch: i64,
    /// When it was last heard of, seconds since the Unix epoch.
    pub last_heartbeat_ts: Option<i64>,
    /// User tags of the run.
    pub tags: Tags,
    /// System tags of the run.
    pub system_tags: Tags,
}

/// A datum about a task.
#[derive(Debug, Clone, Serialize)]
pub struct MetadataDoc {
    /// Its number.
    pub id: i64,
    /// The flow.
    pub flow_id: Arc<str>,
    /// The run.
    pub run_number: Id,
    /// The step.
    pub step_name: Arc<str>,
    /// The task.
    pub task_id: Id,
    /// Its name.
    pub field_name: String,
    /// Its value, as it was said.
    pub value: Option<Box<RawValue>>,
    /// What kind of name that is.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Who said so.
    pub user_name: Option<String>,
    /// When, milliseconds since the Unix epoch.
    pub ts_epoch: i64,
    /// Which attempt it is about.
    pub tags: Vec<String>,
    /// Always empty.
    pub system_tags: Vec<String>,
}

/// An artifact.
#[derive(Debug, Clone, Serialize)]
pub struct ArtifactDoc {
    /// The flow.
    pub flow_id: Arc<str>,
    /// The run.
    pub run_number: Id,
    /// The step.
    pub step_name: Arc<str>,
    /// The task.
    pub task_id: Id,
    /// Its name.
    pub name: String,
    /// Where its bytes are.
    pub location: Option<Arc<str>>,
    /// The kind of datastore.
    pub ds_type: Option<Arc<str>>,
    /// Its key in the datastore.
    pub sha: Option<String>,
    /// `metaflow.artifact`.
    #[serde(rename = "type")]
    pub kind: Option<Arc<str>>,
    /// How the value became bytes.
    pub content_type: Option<Arc<str>>,
    /// Who saved it.
    pub user_name: Option<Arc<str>>,
    /// The attempt that saved it.
    pub attempt_id: u32,
    /// When, milliseconds since the Unix epoch.
    pub ts_epoch: i64,
    /// User tags of the run.
    pub tags: Tags,
    /// System tags of the run.
    pub system_tags: Tags,
}
