//! What every request is answered from.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;

use crate::api::{Logs, Packages, Tails};
use crate::files::Files;
use crate::index::Runs;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::plugins::Plugins;
use crate::provider::Writers;
use crate::readers::Readers;
use crate::security::Guard;
use crate::spins::Spins;
use crate::telemetry::Telemetry;
use crate::views::{Graphs, Views};
use crate::wire::Writer;
use crate::work::Workers;
use crate::{api, metrics, ops, pages, plugins, provider, security, wire};

/// A shorter answer is one packet anyway.
const WORTH_COMPRESSING: u16 = 1400;
/// How hard. The tasks of a large run become a tenth larger than by the usual 4 of Brotli, in a third of the time.
const COMPRESSED: CompressionLevel = CompressionLevel::Precise(2);

/// What every request is answered from. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// What requests share.
pub(crate) struct Shared {
    /// What sockets share.
    pub(crate) live: Live,
    /// What the server was told.
    pub(crate) options: Options,
    /// The store's files.
    pub(crate) files: Files,
    /// Logs that are open.
    pub(crate) logs: Logs,
    /// Code packages that were looked at.
    pub(crate) packages: Packages,
    /// What adds to the pages.
    pub(crate) plugins: Plugins,
    /// Logs that are watched.
    pub(crate) tails: Tails,
    /// Threads for reading files.
    pub(crate) workers: Workers,
    /// Metadata, for reading.
    pub(crate) readers: Readers,
    /// Who may ask what.
    pub(crate) guard: Guard,
    /// All runs.
    pub(crate) index: Runs,
    /// Spins that were kept.
    pub(crate) spins: Spins,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// The way to a collector of telemetry, if there is one.
    pub(crate) telemetry: Option<Telemetry>,
    /// Runs that are being looked at.
    pub(crate) views: Views,
    /// What Metaflow's clients record, on its way to metadata.
    pub(crate) writer: Writer,
    /// Metadata, for runs of other machines to be recorded in.
    pub(crate) writers: Writers,
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
        // What Metaflow's clients record here alone is to be found by our commands, which look for a store.
        drop(Datastore::open_with(&options.store, &options.policy)?);
        Ok(Self(Arc::new(Shared {
            files: Files::new(options.store.clone(), options.policy.clone()),
            guard,
            index: Runs::start(options.metadata.clone())?,
            live: Live::default(),
            logs: Logs::default(),
            metrics: Metrics::new(),
            packages: Packages::default(),
            plugins: Plugins::new(&options)?,
            readers,
            spins: Spins::new(&options),
            tails: Tails::default(),
            telemetry: options.otlp.as_deref().map(Telemetry::new).transpose()?,
            views: Views::new(Graphs::start(options.policy.access.clone())?),
            writer: Writer::start(options.metadata.clone())?,
            writers: Writers::new(options.metadata.clone()),
            workers: Workers::new(options.deadline),
            options,
        })))
    }

    /// All routes.
    pub(crate) fn router(self) -> Router {
        let worth = DefaultPredicate::new().and(SizeAbove::new(WORTH_COMPRESSING));
        let (api, _) = api::routes().split_for_parts();
        let all = Router::new()
            .merge(ops::routes())
            .merge(api)
            .merge(pages::routes())
            .merge(plugins::routes())
            .merge(provider::routes())
            .merge(wire::routes());
        let all = match &self.options.prefix {
            Some(prefix) => Router::new().nest(prefix, all.clone()).merge(all),
            None => all,
        };
        all.fallback(pages::fallback)
            .layer(RequestBodyLimitLayer::new(self.options.body_limit))
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(self.clone(), security::guard))
            .layer(from_fn_with_state(self.clone(), metrics::count))
            .layer(from_fn(security::headers))
            .layer(CompressionLayer::new().quality(COMPRESSED).compress_when(worth))
            .layer(CatchPanicLayer::new())
            .with_state(self)
    }
}
