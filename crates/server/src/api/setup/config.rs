//! What a run was configured with.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use spinloom_configs::{Origin, Resolved, Source, bare};
use spinloom_diagnostics::Result;
use utoipa::ToSchema;

use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// What a run was configured with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunConfigs)]
pub(super) struct Configs {
    /// By name.
    configs: Vec<Config>,
}

/// A config.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunConfig)]
pub(super) struct Config {
    /// What the command line calls it.
    name: String,
    /// What the flow calls it.
    attribute: String,
    /// Its value.
    #[schema(value_type = serde_json::Value)]
    value: Value,
    /// Where it is from as a whole: `{"kind": …}`.
    #[schema(value_type = Object)]
    source: Source,
    /// What has nothing in it, one by one.
    leaves: Vec<Leaf>,
}

/// A value in a config.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigLeaf)]
pub(super) struct Leaf {
    /// Where in the config, as people write it.
    #[schema(example = "model.depth")]
    key: String,
    /// The same, as a JSON pointer.
    #[schema(example = "/model/depth")]
    pointer: String,
    /// The value.
    #[schema(value_type = serde_json::Value)]
    value: Value,
    /// Where it is from: `{"kind": …}`.
    #[schema(value_type = Object)]
    origin: Origin,
    /// The same in a few words.
    #[schema(example = "my.json:3")]
    from: String,
    /// What `--set` took the place of; absent where it did not, or nothing was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<ReplacedLeaf>,
}

/// A value that another one took the place of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplacedConfigLeaf)]
pub(super) struct ReplacedLeaf {
    /// It.
    #[schema(value_type = serde_json::Value)]
    value: Value,
    /// Where it was from, in a few words.
    #[schema(example = "my.json:3")]
    from: String,
}

/// Configs of a run
///
/// What a run was configured with, and where each value is from: file and line, command line, environment, default.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/config",
    tag = "setup",
    params(("flow" = String, Path), ("run" = String, Path)),
    responses(
        (status = 200, body = Configs),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn config(State(app): State<App>, words: Words) -> Result<Json<Configs>, Problem> {
    let (flow, run) = words.run()?;
    let record = app.readers.read(move |provider| place::run(provider, &flow, &run)).await?;
    let configs = Resolved::recorded(record.info.get("configs").unwrap_or(&Value::Null));
    Ok(Json(Configs { configs: configs.iter().map(shown).collect() }))
}

fn shown(config: &Resolved) -> Config {
    let leaf = |(path, value): (spinloom_configs::Path, &Value)| {
        let origin = config.origin(&path);
        Leaf {
            key: path.to_string(),
            pointer: path.pointer(),
            value: bare(value),
            from: origin.text(),
            replaced: config
                .replaced
                .get(&path.pointer())
                .map(|before| ReplacedLeaf { value: bare(&before.value), from: before.from.clone() }),
            origin,
        }
    };
    Config {
        name: config.name.clone(),
        attribute: config.attribute.clone(),
        value: bare(&config.value),
        source: config.source.clone(),
        leaves: config.leaves().into_iter().map(leaf).collect(),
    }
}
