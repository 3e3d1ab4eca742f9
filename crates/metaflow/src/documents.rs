//! What the files of runs and tasks say.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Sha;

/// What is known of a run before any of its tasks is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunHead {
    /// Who started it, if the metadata say.
    pub user: Option<String>,
    /// User tags.
    pub tags: Vec<String>,
    /// System tags.
    pub system_tags: Vec<String>,
    /// When it was made, microseconds since the Unix epoch, if it says.
    pub created_at: Option<i64>,
}

/// An artifact, as the attempt that saved it names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its name.
    pub name: String,
    /// Where its bytes are.
    pub sha: Sha,
    /// The Python type, such as `int` or `numpy.ndarray`.
    pub type_name: String,
    /// How the value became bytes: `pickle-v4` and the like.
    pub encoding: String,
    /// How many bytes it has, uncompressed, if it says.
    pub size: Option<u64>,
    /// What a custom serializer wants to know, JSON (AR-08).
    pub serializer: Option<String>,
}

/// How the process of an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Exit {
    /// Its exit code; negative is a signal.
    #[serde(default)]
    pub return_code: i32,
    /// It was killed by whoever started it.
    #[serde(default)]
    pub killed: bool,
    /// It ended well.
    #[serde(default)]
    pub success: bool,
}

/// An attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptDoc {
    /// Its number.
    pub attempt: u32,
    /// When it began, microseconds since the Unix epoch.
    pub began_at: Option<i64>,
    /// When it said that all of it is there.
    pub done_at: Option<i64>,
    /// How its process ended, if somebody saw it.
    pub exit: Option<Exit>,
    /// Its artifacts; `None` if it has named none yet.
    pub objects: Option<Vec<ObjectRef>>,
    /// A file of it that is damaged, and how.
    pub damaged: Vec<String>,
}

/// A task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskDoc {
    /// When it was made, if the metadata say.
    pub created_at: Option<i64>,
    /// The run and task it is a copy of.
    pub origin: Option<(String, String)>,
    /// Where it is among foreach items, if the metadata say.
    pub indices: Option<Vec<u64>>,
    /// Its attempts, in order.
    pub attempts: Vec<AttemptDoc>,
}

/// Where an included file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// Where, as the descriptor says; the store may have moved since.
    pub url: String,
    /// The encoding of text; `None` for bytes.
    pub encoding: Option<String>,
    /// It was put into the store, compressed; else it is a file of somebody's.
    pub packed: bool,
}

impl RunHead {
    /// Reads `_self.json` of a run.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document {
            user_name: Option<String>,
            #[serde(default)]
            tags: Vec<String>,
            #[serde(default)]
            system_tags: Vec<String>,
            ts_epoch: Option<i64>,
        }
        let document: Document = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            user: document.user_name,
            tags: document.tags,
            system_tags: document.system_tags,
            created_at: document.ts_epoch.map(micros),
        })
    }
}

/// `ts_epoch` of a metadata document.
pub(crate) fn stamp(bytes: &[u8]) -> Option<i64> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    document.get("ts_epoch")?.as_i64().map(micros)
}

/// `value` of a metadata document.
pub(crate) fn value(bytes: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    document.get("value")?.as_str().map(str::to_owned)
}

/// The indices of a path such as `outer:0,inner:2`.
pub(crate) fn path_indices(path: &str) -> Option<Vec<u64>> {
    path.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.rsplit_once(':')?.1.parse().ok())
        .collect()
}

/// `time` of `attempt.json`.
pub(crate) fn began(bytes: &[u8]) -> Option<i64> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    let seconds = document.get("time")?.as_f64().filter(|seconds| (0.0..1e11).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
    Some((seconds * 1e6).round() as i64)
}

/// The hash of the code package `task_begin` names.
pub(crate) fn code(bytes: &[u8]) -> Option<Sha> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    Sha::parse(document.get("code_package_sha")?.as_str()?)
}

/// Artifacts of `data.json`, by name.
pub(crate) fn objects(bytes: &[u8]) -> Result<Vec<ObjectRef>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Document {
        objects: BTreeMap<String, Sha>,
        #[serde(default)]
        info: BTreeMap<String, Info>,
    }
    #[derive(Default, Deserialize)]
    struct Info {
        size: Option<u64>,
        #[serde(rename = "type")]
        kind: Option<String>,
        encoding: Option<String>,
        serializer_info: Option<Value>,
    }
    let Document { objects, mut info } = serde_json::from_slice(bytes)?;
    let object = |(name, sha): (String, Sha)| {
        let Info { size, kind, encoding, serializer_info } = info.remove(&name).unwrap_or_default();
        let encoding = encoding.unwrap_or_else(|| "pickle-v2".into());
        // The blob's own compression was part of the name once.
        let encoding = encoding.strip_prefix("gzip+").map_or(encoding.clone(), str::to_owned);
        let own = encoding.starts_with("pickle-v");
        ObjectRef {
            type_name: kind.as_deref().map_or("object", type_name).to_owned(),
            serializer: serializer_info.filter(|_| !own).map(|info| info.to_string()),
            name,
            sha,
            encoding,
            size,
        }
    };
    Ok(objects.into_iter().map(object).collect())
}

/// `numpy.ndarray` of `<class 'numpy.ndarray'>`.
fn type_name(kind: &str) -> &str {
    kind.strip_prefix("<class '").and_then(|rest| rest.strip_suffix("'>")).unwrap_or(kind)
}

fn micros(millis: i64) -> i64 {
    millis.saturating_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_are_told_with_old_and_new_words() {
        let text = r#"{"version": "1.0", "objects": {"x": "a9993e364706816aba3e25717850c26c9cd0d89d",
            "y": "a9993e364706816aba3e25717850c26c9cd0d89d", "z": "a9993e364706816aba3e25717850c26c9cd0d89d"},
            "info": {"x": {"size": 5, "type": "<class 'int'>", "encoding": "gzip+pickle-v4", "serializer_info": {"source": "metaflow"}},
                     "z": {"size": 1, "type": "T", "encoding": "arrow", "serializer_info": {"v": 1}}}}"#;
        let found = objects(text.as_bytes()).unwrap();
        let words: Vec<_> = found
            .iter()
            .map(|o| {
                (o.name.as_str(), o.type_name.as_str(), o.encoding.as_str(), o.size, o.serializer.as_deref())
            })
            .collect();
        let wanted = [
            ("x", "int", "pickle-v4", Some(5), None),
            ("y", "object", "pickle-v2", None, None),
            ("z", "T", "arrow", Some(1), Some(r#"{"v":1}"#)),
        ];
        assert_eq!(words, wanted);
        assert!(objects(&text.as_bytes()[..100]).is_err());
    }

    #[test]
    fn times_and_paths() {
        assert_eq!(began(br#"{"time": 1795779596.2407846}"#), Some(1_795_779_596_240_785));
        assert_eq!(began(br#"{"time": 1e300}"#), None);
        assert_eq!(stamp(br#"{"ts_epoch": 1795779584994}"#), Some(1_795_779_584_994_000));
        assert_eq!(path_indices("outer:0,inner:2"), Some(vec![0, 2]));
        assert_eq!(path_indices("x"), None);
        assert_eq!(code(br#"{"code_package_sha": null}"#), None);
    }
}
