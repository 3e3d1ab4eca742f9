//! The environment as far as imports depend on it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use spinloom_settings::Settings;

/// Beginnings of names that C libraries and the interpreter itself look up, where Python does not see it.
const LOADING: [&str; 32] = [
    "PYTHON",
    "LD_",
    "LC_",
    "OMP_",
    "KMP_",
    "GOMP_",
    "OPENBLAS_",
    "GOTO_",
    "BLIS_",
    "MKL_",
    "VECLIB_",
    "NUMEXPR_",
    "NUMBA_",
    "NPY_",
    "CUDA_",
    "NVIDIA_",
    "NCCL_",
    "HIP_",
    "ROCR_",
    "TF_",
    "XLA_",
    "JAX_",
    "TORCH_",
    "PYTORCH_",
    "POLARS_",
    "RAYON_",
    "ARROW_",
    "MALLOC_",
    "MIMALLOC_",
    "MPL",
    "GLIBC_",
    "SPINLOOM_COMPAT",
];

/// An environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// From `NAME=value` between zero bytes.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let split = |entry: &[u8]| {
            let at = entry.iter().position(|byte| *byte == b'=')?;
            let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
            Some((text(&entry[..at]), text(&entry[at + 1..])))
        };
        Self(body.split(|byte| *byte == 0).filter_map(split).collect())
    }

    /// That of this process.
    pub(crate) fn of_this_process() -> Self {
        Self(Settings::environment_to_hand_on().into_iter().collect())
    }

    /// As a program is given it.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.0.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// A variable in which `other` differs, of those that imports look up: by their name, or as `read` says.
    pub(crate) fn differs(&self, other: &Self, read: &BTreeSet<String>) -> Option<String> {
        let names: BTreeSet<&OsString> = self.0.keys().chain(other.0.keys()).collect();
        let found = names.into_iter().find(|name| {
            let text = name.to_string_lossy();
            (matters(&text) || read.contains(&*text)) && self.0.get(*name) != other.0.get(*name)
        });
        found.map(|name| name.to_string_lossy().into_owned())
    }
}

/// Whether the name is one that libraries look up as they are loaded.
pub(crate) fn matters(name: &str) -> bool {
    name == "LANG" || LOADING.iter().any(|start| name.starts_with(start))
}

/// Variables as they are sent.
pub(crate) fn print<'a>(variables: impl Iterator<Item = (&'a OsString, &'a OsString)>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in variables {
        if !out.is_empty() {
            out.push(0);
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        out.extend_from_slice(value.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(text: &str) -> Environment {
        Environment::parse(text.replace(' ', "\0").as_bytes())
    }

    #[test]
    fn it_survives_being_sent() {
        let body = b"A=1\0B=\xff=x\0C=";
        let parsed = Environment::parse(body);
        assert_eq!(print(parsed.variables()), body);
    }

    #[test]
    fn only_what_imports_look_up_matters() {
        let read = BTreeSet::from(["HOME".to_owned()]);
        let made = environment("HOME=/a OMP_NUM_THREADS=2 FOO=1");
        let differs = |text: &str| made.differs(&environment(text), &read);
        assert_eq!(differs("HOME=/a OMP_NUM_THREADS=2 FOO=2 BAR=3"), None);
        assert_eq!(differs("HOME=/b OMP_NUM_THREADS=2").as_deref(), Some("HOME"));
        assert_eq!(differs("HOME=/a").as_deref(), Some("OMP_NUM_THREADS"));
        assert_eq!(differs("HOME=/a OMP_NUM_THREADS=2 PYTHONHASHSEED=0").as_deref(), Some("PYTHONHASHSEED"));
    }
}
