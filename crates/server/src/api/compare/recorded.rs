//! What is recorded with runs: versions, machine, command line; configs.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use spinloom_compare::{Row, rows};
use spinloom_configs::{Resolved, bare};
use utoipa::ToSchema;

use super::Section;
use super::sides::Side;

/// Facts about a run, as they are called in its info, that are compared. Others are compared elsewhere, or differ always.
const FACTS: [&str; 10] =
    ["spinloom", "python", "host", "cwd", "script", "argv", "git", "datastore", "environments", "trigger"];

/// A fact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedFact)]
pub(super) struct FactRow {
    /// What it is called.
    #[schema(example = "python")]
    name: String,
    /// What it is for each run.
    #[schema(value_type = Vec<Object>)]
    values: Vec<Option<Value>>,
}

/// A value in a config.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedConfig)]
pub(super) struct ConfigRow {
    /// The config.
    config: String,
    /// Where in it.
    #[schema(example = "model.depth")]
    key: String,
    /// What it is for each run.
    values: Vec<Option<ConfigValue>>,
}

/// A value in a config of one run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ComparedConfigValue)]
pub(super) struct ConfigValue {
    /// The value.
    #[schema(value_type = serde_json::Value)]
    value: Value,
    /// Where it is from.
    #[schema(example = "my.json:3")]
    from: String,
}

/// Compares what runs were made by and with.
pub(super) fn environment(sides: &[Side], all: bool) -> Section<FactRow> {
    let facts = |side: &Side| {
        let known =
            FACTS.iter().filter_map(|name| Some(((*name).to_owned(), side.run.info.get(*name)?.clone())));
        let user = ("user".to_owned(), Value::from(side.run.user.clone()));
        known.chain([user]).collect::<BTreeMap<_, _>>()
    };
    let found = rows(&sides.iter().map(facts).collect::<Vec<_>>());
    Section::new(
        found.into_iter().map(|row| (row.differs(), FactRow { name: row.key, values: row.values })),
        all,
    )
}

/// Compares configs leaf by leaf. Where a value is from makes no difference.
pub(super) fn configs(sides: &[Side], all: bool) -> Section<ConfigRow> {
    let leaves = |side: &Side| {
        let mut found = BTreeMap::new();
        for config in Resolved::recorded(side.run.info.get("configs").unwrap_or(&Value::Null)) {
            for (path, value) in config.leaves() {
                let from = config.origin(&path).text();
                let value = ConfigValue { value: bare(value), from };
                found.insert((config.name.clone(), path.to_string()), value);
            }
        }
        found
    };
    let found = rows(&sides.iter().map(leaves).collect::<Vec<_>>());
    let row = |row: Row<(String, String), ConfigValue>| {
        let differs = row.differs_by(|leaf| leaf.value.clone());
        (differs, ConfigRow { config: row.key.0, key: row.key.1, values: row.values })
    };
    Section::new(found.into_iter().map(row), all)
}
