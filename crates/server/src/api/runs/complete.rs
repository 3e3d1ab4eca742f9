//! Help while a query is typed.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_index::Index;
use spinloom_query::{Pattern, Wanted};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::problem::Problem;

/// At most so many completions.
const MOST: usize = 100;

/// What has been typed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// All of it.
    #[serde(default)]
    query: String,
    /// Where the cursor is, in bytes of its UTF-8; at its end without it.
    cursor: Option<usize>,
    /// At most this many completions.
    #[serde(default = "twenty")]
    limit: usize,
}

fn twenty() -> usize {
    20
}

/// What could be typed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Completions {
    /// Where what a completion replaces begins, in bytes.
    from: usize,
    /// Where it ends.
    to: usize,
    /// The completions, the likeliest first.
    offers: Vec<Completion>,
}

/// Something that could be typed.
#[derive(Debug, Serialize, ToSchema)]
struct Completion {
    /// What is shown.
    text: String,
    /// What is put in place: in quotes where it needs them.
    insert: String,
    /// How many runs have it; absent for keys and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

/// Completions of a query where the cursor is
#[utoipa::path(get, path = "/complete", tag = "runs", params(Asked), responses((status = 200, body = Completions)))]
pub(super) async fn complete(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Completions>, Problem> {
    let asked = crate::api::asked(query)?;
    let limit = asked.limit.clamp(1, MOST);
    let place = spinloom_query::complete(&asked.query, asked.cursor.unwrap_or(asked.query.len()));
    let words = place.words().into_iter().map(|text| Completion { insert: text.clone(), text, count: None });
    let mut offers: Vec<Completion> = words.collect();
    let (wanted, typed) = (place.wanted, place.typed);
    let ask = move |index: &Index| {
        let offers = index.offers(&wanted, &typed, limit);
        let completion = |offer: spinloom_index::Offer| {
            let insert = match wanted {
                Wanted::Name(_) => offer.text.clone(),
                _ => Pattern::exact(offer.text.as_str()).to_string(),
            };
            Completion { insert, text: offer.text, count: Some(offer.count) }
        };
        Ok(offers.into_iter().map(completion).collect::<Vec<_>>())
    };
    offers.extend(app.index.ask(ask).await?.0);
    offers.truncate(limit);
    Ok(Json(Completions { from: place.replace.start, to: place.replace.end, offers }))
}
