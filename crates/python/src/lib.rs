//! `spinloom._native`: the door between Python and Rust. Conversions and the fork, nothing else.
//!
//! `unsafe` is allowed here only: `fork` and what belongs to it have no safe form.

mod arena;
mod buckets;
mod cards;
mod context;
mod errors;
mod fork;
mod fresh;
mod heap;
mod host;
mod imported;
mod json;
mod outbox;
mod secrets;
mod spool;
mod store;
mod stream;
mod texts;
mod warm;
mod zygote;

use pyo3::prelude::*;

/// The native half of `spinloom`.
#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add("METAFLOW_VERSION", spinloom_flow::METAFLOW_VERSION)?;
    m.add_class::<context::TaskContext>()?;
    m.add_class::<cards::CardForm>()?;
    m.add_class::<spool::Spool>()?;
    m.add_class::<store::Store>()?;
    m.add_function(wrap_pyfunction!(arena::huge_pages, m)?)?;
    m.add_class::<buckets::Buckets>()?;
    m.add_function(wrap_pyfunction!(buckets::datatools_root, m)?)?;
    m.add_function(wrap_pyfunction!(texts::pack_texts, m)?)?;
    m.add_function(wrap_pyfunction!(texts::unpack_texts, m)?)?;
    m.add_class::<stream::TaskStream>()?;
    m.add_class::<warm::Warm>()?;
    m.add_function(wrap_pyfunction!(warm::warm_report, m)?)?;
    m.add_function(wrap_pyfunction!(stream::disown_output, m)?)?;
    m.add_function(wrap_pyfunction!(host::run_cli, m)?)?;
    m.add_function(wrap_pyfunction!(fresh::run_task, m)?)?;
    m.add_function(wrap_pyfunction!(host::default_store, m)?)?;
    m.add_function(wrap_pyfunction!(host::named_store, m)?)?;
    m.add_function(wrap_pyfunction!(host::parse_decorator, m)?)?;
    m.add_function(wrap_pyfunction!(host::default_user, m)?)?;
    m.add_function(wrap_pyfunction!(host::compile_settings, m)?)?;
    m.add_function(wrap_pyfunction!(host::read_yaml, m)?)?;
    m.add_function(wrap_pyfunction!(host::argo_events_url, m)?)?;
    m.add_function(wrap_pyfunction!(store::default_namespace, m)?)?;
    m.add_function(wrap_pyfunction!(store::card_page, m)?)?;
    m.add_function(wrap_pyfunction!(secrets::secret_types, m)?)?;
    m.add_function(wrap_pyfunction!(secrets::check_secrets, m)?)?;
    m.add_function(wrap_pyfunction!(secrets::fetch_secrets, m)?)?;
    m.add_function(wrap_pyfunction!(secrets::task_secrets, m)?)?;
    Ok(())
}
