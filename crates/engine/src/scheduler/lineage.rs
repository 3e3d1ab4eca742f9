//! Where a task is: the splits round it, as a shared list, innermost first.

use std::sync::Arc;

use spinloom_flow::graph::StepIndex;

/// The name of an open split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct GatherId(pub u64);

/// A task's position: `None` at the top, else its branch of the innermost open split.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lineage(pub(super) Option<Arc<Branch>>);

/// One branch of an open split.
#[derive(Debug, PartialEq)]
pub(super) struct Branch {
    /// The split.
    pub gather: GatherId,
    /// Which branch: order of definition, or foreach index.
    pub index: u64,
    /// The foreach it is an item of; `None` for a static split.
    pub foreach: Option<(StepIndex, Arc<str>, u64)>,
    /// The splits round that split.
    pub outer: Lineage,
}

/// One foreach frame of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeachFrame {
    /// The step that fans out.
    pub step: StepIndex,
    /// The artifact it fans out over.
    pub var: Arc<str>,
    /// Which item.
    pub index: u64,
    /// How many items.
    pub count: u64,
}

impl Lineage {
    /// The foreach frames, outermost first.
    pub fn frames(&self) -> Vec<ForeachFrame> {
        let mut frames = Vec::new();
        let mut at = self;
        while let Some(branch) = &at.0 {
            if let Some((step, var, count)) = &branch.foreach {
                frames.push(ForeachFrame {
                    step: *step,
                    var: var.clone(),
                    index: branch.index,
                    count: *count,
                });
            }
            at = &branch.outer;
        }
        frames.reverse();
        frames
    }

    /// The foreach indices, outermost first.
    pub fn indices(&self) -> Vec<u64> {
        self.frames().iter().map(|f| f.index).collect()
    }
}
