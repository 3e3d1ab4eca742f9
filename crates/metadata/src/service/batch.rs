//! How what is posted together is kept: one row for each request, in which what its parts share stands once.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{NewArtifact, NewDatum};

/// Data of one request.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DataBatch {
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// What all of it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    /// The data.
    pub(crate) data: Vec<Datum>,
}

/// A datum, without what it shares with the others.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Datum {
    #[serde(rename = "n")]
    pub(crate) name: String,
    #[serde(default, rename = "v", skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Box<RawValue>>,
    /// Its kind: mostly its name, which is left out then.
    #[serde(default, rename = "k", skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub(crate) kind: Option<Option<String>>,
    /// Its tags, if they are its own.
    #[serde(default, rename = "t", skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Vec<String>>,
    /// Who said it, if that is somebody else.
    #[serde(default, rename = "u", skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub(crate) user: Option<Option<String>>,
}

/// A key that is there, though it may say `null`.
fn there<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl DataBatch {
    pub(crate) fn of(data: &[NewDatum]) -> Self {
        let (user, tags) = data.first().map(|d| (d.user_name.clone(), d.tags.clone())).unwrap_or_default();
        let kept = |d: &NewDatum| Datum {
            name: d.field_name.clone(),
            value: d.value.clone(),
            kind: (d.kind.as_deref() != Some(&d.field_name)).then(|| d.kind.clone()),
            tags: (d.tags != tags).then(|| d.tags.clone()),
            user: (d.user_name != user).then(|| d.user_name.clone()),
        };
        let data = data.iter().map(kept).collect();
        Self { user, tags, data }
    }
}

/// Artifacts of one request and attempt.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ArtifactBatch {
    /// What most of them share.
    pub(crate) shared: Shared,
    /// The artifacts.
    pub(crate) items: Vec<Item>,
}

/// What artifacts of an attempt have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) location: Option<Arc<str>>,
    pub(crate) ds_type: Option<Arc<str>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Arc<str>>,
    pub(crate) content_type: Option<Arc<str>>,
    pub(crate) user_name: Option<Arc<str>>,
}

/// An artifact, without what it shares with the others.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    #[serde(rename = "n")]
    pub(crate) name: String,
    #[serde(default, rename = "s", skip_serializing_if = "Option::is_none")]
    pub(crate) sha: Option<String>,
    /// Where it differs from the others.
    #[serde(default, rename = "own", skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<Shared>,
}

impl ArtifactBatch {
    /// The batch of artifacts of one attempt; `None` of none.
    pub(crate) fn of<'a>(artifacts: impl Iterator<Item = &'a NewArtifact> + Clone) -> Option<Self> {
        let shared = shared(artifacts.clone().next()?);
        let item = |artifact: &NewArtifact| Item {
            name: artifact.name.clone(),
            sha: artifact.sha.clone(),
            own: (!is_shared(&shared, artifact)).then(|| self::shared(artifact)),
        };
        let items = artifacts.map(item).collect();
        Some(Self { shared, items })
    }
}

fn shared(artifact: &NewArtifact) -> Shared {
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    Shared {
        location: text(&artifact.location),
        ds_type: text(&artifact.ds_type),
        kind: text(&artifact.kind),
        content_type: text(&artifact.content_type),
        user_name: text(&artifact.user_name),
    }
}

fn is_shared(shared: &Shared, artifact: &NewArtifact) -> bool {
    shared.location.as_deref() == artifact.location.as_deref()
        && shared.ds_type.as_deref() == artifact.ds_type.as_deref()
        && shared.kind.as_deref() == artifact.kind.as_deref()
        && shared.content_type.as_deref() == artifact.content_type.as_deref()
        && shared.user_name.as_deref() == artifact.user_name.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_data_share_is_kept_once_and_what_they_do_not_survives() {
        let data: Vec<NewDatum> = serde_json::from_str(
            r#"[{"field_name": "a", "type": "a", "value": "1", "tags": ["attempt_id:0"], "user_name": "ann"},
                {"field_name": "b", "type": "x", "value": [1, "é"], "tags": ["attempt_id:0"], "user_name": "ann"},
                {"field_name": "c", "type": null, "tags": null, "user_name": null}]"#,
        )
        .unwrap();
        let text = serde_json::to_string(&DataBatch::of(&data)).unwrap();
        assert_eq!(
            text,
            r#"{"user":"ann","tags":["attempt_id:0"],"data":[{"n":"a","v":"1"},{"n":"b","v":[1, "é"],"k":"x"},{"n":"c","k":null,"t":[],"u":null}]}"#
        );
        let read: DataBatch = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }

    #[test]
    fn artifacts_are_kept_by_name_and_key() {
        let artifacts: Vec<NewArtifact> = serde_json::from_str(
            r#"[{"name": "x", "sha": "a", "location": ":root:/d", "ds_type": "local", "content_type": "pickle-v4"},
                {"name": "y", "sha": "b", "location": ":root:/d", "ds_type": "local", "content_type": "pickle-v4"},
                {"name": "z", "location": ":root:/e"}]"#,
        )
        .unwrap();
        let batch = ArtifactBatch::of(artifacts.iter()).unwrap();
        assert_eq!(batch.items.iter().filter(|item| item.own.is_some()).count(), 1);
        let text = serde_json::to_string(&batch).unwrap();
        let read: ArtifactBatch = serde_json::from_str(&text).unwrap();
        assert_eq!(read.items[2].own.as_ref().unwrap().location.as_deref(), Some(":root:/e"));
        assert_eq!(read.shared.content_type.as_deref(), Some("pickle-v4"));
    }
}
