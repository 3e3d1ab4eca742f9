//! What every store must do. One that passes is one that artifacts can be kept in.

mod many;
mod names;
mod values;

use std::any::Any;
use std::ops::ControlFlow;

use bytes::Bytes;
use spinloom_objects::{Location, ObjectInfo, Objects, Options};

/// What some stores get wrong, which is no fault of what is tested with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// "Create if absent" replaces what is there.
    CreateReplaces,
    /// Of many who create an object at the same moment, several win.
    RaceHasManyWinners,
    /// It keeps neither content types nor metadata.
    NoMetadata,
    /// To ask for a folder as for an object ends in an error.
    FoldersAreErrors,
    /// Keys are not taken as they are: some characters mean something else.
    OddKeys,
}

/// A store to test, and what it is known to get wrong.
pub struct Store {
    /// Where it is.
    pub location: String,
    /// How to use it.
    pub options: Options,
    /// What it gets wrong.
    pub flaws: &'static [Flaw],
    /// What must live as long as the store.
    pub _keep: Box<dyn Any + Send>,
}

impl Store {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    /// The objects in a folder of the store that nobody else uses.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub fn objects(&self, folder: &str) -> Objects {
        let location: Location = self.location.parse().unwrap();
        Objects::open(&location.join(folder), &self.options).unwrap()
    }
}

/// Runs the whole contract.
///
/// # Panics
/// If the store breaks it.
pub fn store_contract(store: &Store) {
    type Clause = (&'static str, fn(&Store, &Objects));
    let clauses: &[Clause] = &[
        ("absent", values::what_is_not_there_is_none),
        ("reads", values::an_object_reads_as_it_was_put),
        ("replaced", values::an_object_is_replaced),
        ("empty", values::an_object_may_be_empty),
        ("ranges", values::ranges_end_where_the_object_does),
        ("large", values::a_large_object_goes_in_parts),
        ("files", values::files_go_and_come_whole),
        ("metadata", values::what_the_writer_said_is_kept),
        ("create", values::an_object_is_created_once),
        ("race", values::one_creator_wins),
        ("names", names::keys_are_taken_as_they_are),
        ("outside", names::a_location_is_a_world_of_its_own),
        ("folders", names::a_folder_is_one_level),
        ("prefixes", names::a_prefix_is_whole_parts),
        ("pages", many::long_lists_are_whole_and_in_order),
        ("stop", many::a_list_can_be_left_early),
        ("delete", many::deleting_what_is_not_there_is_no_error),
        ("many", many::many_at_once_keep_their_order),
        ("threads", many::many_threads_share_a_store),
    ];
    for (folder, clause) in clauses {
        clause(store, &store.objects(&format!("contract/{folder}")));
    }
}

fn bytes(text: &str) -> Vec<Bytes> {
    vec![Bytes::from(text.to_owned())]
}

fn listed(objects: &Objects, prefix: &str) -> Vec<ObjectInfo> {
    let mut all = Vec::new();
    objects
        .list(prefix, &mut |info| {
            all.push(info);
            ControlFlow::Continue(())
        })
        .unwrap();
    all
}

fn keys(objects: &Objects, prefix: &str) -> Vec<String> {
    listed(objects, prefix).into_iter().map(|info| info.key).collect()
}
