//! Which cards are meant.

use spinloom_cards::Found;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::FlowName;
use spinloom_metadata::{RunRecord, TaskRecord};

use super::Which;
use crate::context::{Context, Records, newest};
use crate::target;

/// Cards of some tasks, and the run they are of.
pub(super) struct Chosen {
    pub(super) run: RunRecord,
    pub(super) tasks: Vec<TaskRecord>,
    pub(super) cards: Vec<Found>,
}

/// The cards of what was typed: `step`, `run/step`, `run/step/task`, with a flow before it or not.
pub(super) fn cards(
    typed: Option<&str>,
    which: &Which,
    context: &Context<'_>,
    records: &Records,
) -> Result<Chosen> {
    let spec = target::parse(&whole(typed, context, records)?, context, records)?;
    let run = target::run(records, &spec)?;
    let tasks: Vec<TaskRecord> =
        target::tasks(records, &spec)?.into_iter().filter(|task| task.task.0 != 0).collect();
    let provider = records.provider.as_ref();
    let mut cards = Vec::new();
    for task in &tasks {
        if task.origin.is_some() && which.no_follow_resumed {
            continue;
        }
        let found = spinloom_cards::of_task(provider, &records.files, (&run.flow, &run.run), task, None)?;
        cards.extend(found.into_iter().filter(|one| which.fits(one)));
    }
    Ok(Chosen { run, tasks, cards })
}

/// The one card that is meant.
pub(super) fn one(
    typed: &str,
    which: &Which,
    context: &Context<'_>,
    records: &Records,
) -> Result<(RunRecord, Found)> {
    let Chosen { run, tasks, mut cards } = cards(Some(typed), which, context, records)?;
    let list = context.commands.read("card list", typed);
    match cards.len() {
        1 => Ok((run, cards.remove(0))),
        0 => {
            let wanted = which.said();
            let what = format!("`{typed}` has no card{wanted}");
            Err(Error::new(codes::NOT_FOUND, what).hint(format!("see what it has with `{list}`")))
        }
        count => {
            let several = if tasks.len() > 1 { "its tasks have" } else { "it has" };
            let error = Error::new(
                codes::USAGE,
                format!("which card of `{typed}` is meant is not clear: {several} {count}"),
            );
            let first = &cards[0];
            let place = format!("{}/{}/{}/{}", run.flow, run.run, first.step, first.task);
            let hash = first.card.note.hash.get(..8).unwrap_or(&first.card.note.hash);
            let example = context.commands.read("card get", &format!("{place} --hash {hash}"));
            Err(error.hint(format!("see all with `{list}`")).hint(format!("name one, such as `{example}`")))
        }
    }
}

impl Which {
    fn fits(&self, found: &Found) -> bool {
        let note = &found.card.note;
        self.hash.as_ref().is_none_or(|hash| note.hash.starts_with(hash.as_str()))
            && self.kind.as_ref().is_none_or(|kind| *kind == note.kind)
            && self.id.as_ref().is_none_or(|id| note.id.as_ref() == Some(id))
    }

    /// What is wanted of a card, for messages.
    fn said(&self) -> String {
        let wanted = [("type", &self.kind), ("id", &self.id), ("hash", &self.hash)];
        let said: Vec<String> = wanted
            .into_iter()
            .filter_map(|(what, value)| value.as_ref().map(|value| format!("{what} `{value}`")))
            .collect();
        if said.is_empty() { String::new() } else { format!(" of {}", said.join(" and ")) }
    }
}

/// With the run and the flow that were left out: the latest run is meant.
fn whole(typed: Option<&str>, context: &Context<'_>, records: &Records) -> Result<String> {
    let flows: Vec<FlowName> = records.provider.flows()?.into_iter().map(|(name, _)| name).collect();
    let own = context
        .flow_name()?
        .or_else(|| if let [only] = flows.as_slice() { Some(only.clone()) } else { None });
    let typed = typed.unwrap_or_default();
    let first = typed.split('/').next().unwrap_or_default();
    let named = flows.iter().any(|flow| flow.as_str() == first);
    let Some(flow) = own.filter(|_| !named || typed.is_empty()) else {
        return match (named, typed.contains('/')) {
            (true, false) => Ok(format!("{typed}/latest")),
            _ => Ok(typed.to_owned()),
        };
    };
    if typed.is_empty() {
        return Ok(format!("{flow}/{}", latest(&flow, context, records)?));
    }
    if typed.contains('/') {
        return Ok(typed.to_owned());
    }
    // One word: a step of the latest run, unless it is a run.
    let tags = context.namespace(None).into_iter().collect();
    let run = newest(records.provider.as_ref(), &flow, tags)?;
    match (run, typed.parse()) {
        (Some(run), Ok(step)) if records.provider.steps(&flow, &run)?.iter().any(|one| one.step == step) => {
            Ok(format!("{flow}/{run}/{typed}"))
        }
        _ => Ok(format!("{flow}/{typed}")),
    }
}

fn latest(flow: &FlowName, context: &Context<'_>, records: &Records) -> Result<String> {
    let tags = context.namespace(None).into_iter().collect();
    let none = || Error::new(codes::NOT_FOUND, format!("there is no run of `{flow}` in your namespace"));
    Ok(newest(records.provider.as_ref(), flow, tags)?.ok_or_else(none)?.to_string())
}
