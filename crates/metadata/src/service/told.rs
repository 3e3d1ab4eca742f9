//! Rows are requests: documents of what was posted together. Pure.

use std::collections::HashSet;
use std::sync::Arc;

use super::{ArtifactBatch, ArtifactDoc, DataBatch, Id, Listed, MetadataDoc, Tags};

/// What all documents of a run have of it.
pub(crate) struct Shared {
    /// The row of the run.
    pub(crate) row: i64,
    pub(crate) flow: Arc<str>,
    pub(crate) run: Id,
    pub(crate) tags: Tags,
    pub(crate) system_tags: Tags,
}

/// Which task a row is of.
pub(crate) struct Owner {
    pub(crate) step: Arc<str>,
    pub(crate) task: Id,
}

impl Owner {
    /// The task of the next row: most are of the step of the row before.
    pub(crate) fn next(step: String, task: Id, before: Option<&Self>) -> Self {
        let step = match before {
            Some(known) if *known.step == *step => known.step.clone(),
            _ => step.into(),
        };
        Self { step, task }
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        self.task == other.task && self.step == other.step
    }
}

/// The data of one request, newest first.
pub(crate) fn data(
    of: &Shared,
    owner: &Owner,
    (first, at): (i64, i64),
    batch: DataBatch,
    docs: &mut Listed<MetadataDoc>,
) {
    let end = first + i64::try_from(batch.data.len()).unwrap_or(0);
    for (datum, id) in batch.data.into_iter().rev().zip((first..end).rev()) {
        let doc = MetadataDoc {
            id,
            flow_id: of.flow.clone(),
            run_number: of.run.clone(),
            step_name: owner.step.clone(),
            task_id: owner.task.clone(),
            kind: datum.kind.unwrap_or_else(|| Some(datum.name.clone())),
            field_name: datum.name,
            value: datum.value,
            user_name: datum.user.unwrap_or_else(|| batch.user.clone()),
            ts_epoch: at / 1000,
            tags: datum.tags.unwrap_or_else(|| batch.tags.clone()),
            system_tags: Vec::new(),
        };
        docs.push((id, doc));
    }
}

/// The artifacts of one request. Of one that was posted twice for an attempt the first counts.
pub(crate) fn saved(
    of: &Shared,
    owner: &Owner,
    (first, at, attempt): (i64, i64, u32),
    batch: ArtifactBatch,
    named: &mut HashSet<String>,
    docs: &mut Listed<ArtifactDoc>,
) {
    for (item, place) in batch.items.into_iter().zip(0..) {
        if !named.insert(item.name.clone()) {
            continue;
        }
        let shared = item.own.unwrap_or_else(|| batch.shared.clone());
        let doc = ArtifactDoc {
            flow_id: of.flow.clone(),
            run_number: of.run.clone(),
            step_name: owner.step.clone(),
            task_id: owner.task.clone(),
            name: item.name,
            location: shared.location,
            ds_type: shared.ds_type,
            sha: item.sha,
            kind: shared.kind,
            content_type: shared.content_type,
            user_name: shared.user_name,
            attempt_id: attempt,
            ts_epoch: at / 1000,
            tags: of.tags.clone(),
            system_tags: of.system_tags.clone(),
        };
        docs.push((first + place, doc));
    }
}
