//! What may start as soon as a worker is free.

use std::sync::Arc;

use spinloom_flow::graph::StepIndex;

use super::TaskOutput;
use super::lineage::{Branch, GatherId, Lineage};

/// A task that could start now.
#[derive(Debug, Clone)]
pub(super) struct Candidate<O> {
    pub step: StepIndex,
    pub lineage: Lineage,
    pub inputs: Arc<[TaskOutput<O>]>,
    pub iteration: u64,
}

/// An entry of the ready stack: one task, what is left of a foreach, or a gang.
#[derive(Debug, Clone)]
pub(super) enum Ready<O> {
    One(Candidate<O>),
    Fan(Range<O>),
    Gang(Range<O>),
}

/// What starts next: a task alone, or all of a gang.
#[derive(Debug)]
pub(super) enum Top<O> {
    One(Candidate<O>),
    Gang(GatherId, Vec<Candidate<O>>),
}

/// The items of a foreach that have not started.
#[derive(Debug, Clone)]
pub(super) struct Range<O> {
    pub gather: GatherId,
    pub split: StepIndex,
    pub target: StepIndex,
    pub var: Arc<str>,
    pub next: u64,
    pub count: u64,
    pub outer: Lineage,
    pub inputs: Arc<[TaskOutput<O>]>,
}

impl<O: Clone> Range<O> {
    fn item(&self, index: u64) -> Candidate<O> {
        Candidate {
            step: self.target,
            lineage: Lineage(Some(Arc::new(Branch {
                gather: self.gather,
                index,
                foreach: Some((self.split, self.var.clone(), self.count)),
                outer: self.outer.clone(),
            }))),
            inputs: self.inputs.clone(),
            iteration: 0,
        }
    }
}

/// A last-in first-out stack of candidates.
#[derive(Debug)]
pub(super) struct ReadyStack<O>(Vec<Ready<O>>);

impl<O: Clone> ReadyStack<O> {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn push(&mut self, ready: Ready<O>) {
        self.0.push(ready);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What is on top.
    pub fn peek(&self) -> Option<Top<O>> {
        Some(match self.0.last()? {
            Ready::One(candidate) => Top::One(candidate.clone()),
            Ready::Fan(range) => Top::One(range.item(range.next)),
            Ready::Gang(range) => Top::Gang(range.gather, (0..range.count).map(|i| range.item(i)).collect()),
        })
    }

    /// Takes what is on top away.
    pub fn advance(&mut self) {
        if let Some(Ready::Fan(range)) = self.0.last_mut() {
            range.next += 1;
            if range.next < range.count {
                return;
            }
        }
        self.0.pop();
    }
}
