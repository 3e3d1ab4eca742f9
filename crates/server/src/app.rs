//! What every request is answered from.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use spinloom_diagnostics::Result;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::index::Live;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::readers::Readers;
use crate::security::Guard;
use crate::{api, metrics, ops, security};

/// What every request is answered from. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// What requests share.
pub(crate) struct Shared {
    /// What the server was told.
    pub(crate) options: Options,
    /// Metadata, for reading.
    pub(crate) readers: Readers,
    /// Who may ask what.
    pub(crate) guard: Guard,
    /// All runs.
    pub(crate) index: Live,
    /// What is counted.
    pub(crate) metrics: Metrics,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Opens what `options` name.
    pub(crate) fn open(options: Options) -> Result<Self> {
        let readers = Readers::open(options.metadata.clone(), options.deadline)?;
        let guard = Guard::new(&options)?;
        let index = Live::start(options.metadata.clone())?;
        Ok(Self(Arc::new(Shared { readers, guard, index, metrics: Metrics::new(), options })))
    }

    /// All routes.
    pub(crate) fn router(self) -> Router {
        let (api, _) = api::routes().split_for_parts();
        Router::new()
            .merge(ops::routes())
            .merge(api)
            .layer(RequestBodyLimitLayer::new(self.options.body_limit))
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(self.clone(), security::guard))
            .layer(from_fn_with_state(self.clone(), metrics::count))
            .layer(from_fn(security::headers))
            .layer(CompressionLayer::new())
            .layer(CatchPanicLayer::new())
            .with_state(self)
    }
}
