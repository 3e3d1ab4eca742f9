//! Pages and filters of lists. Without any of their parameters a list is the whole of it, as older clients expect.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::RunStatus;
use spinloom_metadata::service::{ArtifactDoc, FlowDoc, Listed, MetadataDoc, RunDoc, StepDoc, TaskDoc};

use super::filter::Filter;

/// Items of a page, if no limit is given.
const LIMIT: usize = 50;
/// Items of the largest page.
const MOST: usize = 500;

/// Parameters of a request, in their order.
pub(super) type Pairs = Vec<(String, String)>;

/// What of a list is asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    limit: usize,
    after: Option<i64>,
    filters: Vec<Filter>,
}

impl Asked {
    /// Reads the parameters; `None` if there are none. The error is for the client's user.
    pub(super) fn of(pairs: Pairs) -> std::result::Result<Option<Self>, String> {
        if pairs.is_empty() {
            return Ok(None);
        }
        let mut asked = Self { limit: LIMIT, ..Self::default() };
        for (key, value) in pairs {
            match key.as_str() {
                "_limit" => {
                    let limit = value.parse().ok().filter(|limit: &usize| *limit > 0);
                    asked.limit = limit.ok_or_else(|| format!("`{value}` is no limit"))?.min(MOST);
                }
                "_cursor" => asked.after = Some(opened(&value).ok_or("the cursor is none of this server's")?),
                _ => asked.filters.push(Filter::of(&key, &value)?),
            }
        }
        Ok(Some(asked))
    }
}

/// Where a page ended, as clients hand it back.
fn cursor(after: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{{\"after\":{after}}}"))
}

fn opened(cursor: &str) -> Option<i64> {
    let text = URL_SAFE_NO_PAD.decode(cursor.trim_end_matches('=')).ok()?;
    serde_json::from_slice::<Value>(&text).ok()?.get("after")?.as_i64()
}

/// How the numbers of a list go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// A list, or a page of it.
pub(super) struct Listing {
    /// Documents, as JSON.
    pub(super) body: Vec<u8>,
    /// How many a page has at most; `None` of the whole list.
    pub(super) limit: Option<usize>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

/// A document of a list.
pub(super) trait Document: Serialize {
    /// Fields that can be filtered by though the document does not have them.
    fn add_to(&self, _fields: &mut Map<String, Value>) {}
}

impl Document for FlowDoc {}
impl Document for StepDoc {}
impl Document for TaskDoc {}
impl Document for MetadataDoc {}
impl Document for ArtifactDoc {}
impl Document for RunDoc {
    fn add_to(&self, fields: &mut Map<String, Value>) {
        let status = match self.status {
            RunStatus::Running => "running",
            RunStatus::Done => "completed",
            _ => "failed",
        };
        fields.insert("status".to_owned(), status.into());
    }
}

/// A list that is read as a whole.
pub(super) fn whole<T: Document>(asked: Option<&Asked>, order: Order, mut all: Listed<T>) -> Result<Listing> {
    if asked.is_none() {
        return Ok(Listing { body: bodies(&all)?, limit: None, next: None });
    }
    all.sort_by_key(|(number, _)| if order == Order::Ascending { *number } else { -*number });
    let mut rest = all.into_iter().peekable();
    paged(asked, |after, limit| {
        let past = |number: i64| match (after, order) {
            (None, _) => true,
            (Some(after), Order::Ascending) => number > after,
            (Some(after), Order::Descending) => number < after,
        };
        while rest.next_if(|(number, _)| !past(*number)).is_some() {}
        Ok(rest.by_ref().take(limit).collect())
    })
}

/// A list that is read in parts: those after a number, at most so many (0 for all).
pub(super) fn paged<T: Document>(
    asked: Option<&Asked>,
    mut read: impl FnMut(Option<i64>, usize) -> Result<Listed<T>>,
) -> Result<Listing> {
    let Some(asked) = asked else {
        return Ok(Listing { body: bodies(&read(None, 0)?)?, limit: None, next: None });
    };
    // One more than asked for, to know whether there are more.
    let wanted = asked.limit + 1;
    let part = if asked.filters.is_empty() { wanted } else { MOST };
    let mut found: Listed<T> = Vec::new();
    let mut after = asked.after;
    loop {
        let items = read(after, part)?;
        let last = items.len() < part;
        for (number, document) in items {
            after = Some(number);
            if found.len() < wanted && fits(&asked.filters, &document)? {
                found.push((number, document));
            }
        }
        if last || found.len() == wanted {
            break;
        }
    }
    let more = found.len() == wanted;
    found.truncate(asked.limit);
    let next = found.last().filter(|_| more).map(|(number, _)| cursor(*number));
    Ok(Listing { body: bodies(&found)?, limit: Some(asked.limit), next })
}

fn fits(filters: &[Filter], document: &impl Document) -> Result<bool> {
    if filters.is_empty() {
        return Ok(true);
    }
    let Value::Object(mut fields) = serde_json::to_value(document).map_err(unwritable)? else {
        return Ok(false);
    };
    if let Some(user) = fields.get("user_name").cloned() {
        fields.insert("user".to_owned(), user);
    }
    document.add_to(&mut fields);
    Ok(filters.iter().all(|filter| filter.fits(&fields)))
}

fn bodies<T: Serialize>(list: &[(i64, T)]) -> Result<Vec<u8>> {
    struct Documents<'a, T>(&'a [(i64, T)]);
    impl<T: Serialize> Serialize for Documents<'_, T> {
        fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
            to.collect_seq(self.0.iter().map(|(_, document)| document))
        }
    }
    serde_json::to_vec(&Documents(list)).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(codes::INTERNAL, "an answer cannot be written").cause(error)
}

/// A value as text: text is itself, all else its JSON.
pub(super) fn plain(value: Option<&RawValue>) -> String {
    let Some(value) = value else { return String::new() };
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}
