//! Settings: "I have an environment and a working directory, give me what the user has set."
//!
//! Main type: [`Settings`], one immutable value that is passed on; [`table`] lists every variable it knows, for the
//! reference page. Nothing else of the workspace reads the environment. What is *not* here: command line arguments,
//! which win over settings and are resolved by `spinloom-cli`.

mod environment;
mod parse;
mod recording;
mod remote;
mod settings;
mod storage;
mod store_root;
mod table;
mod terminal;

pub use recording::MetadataSettings;
pub use remote::{CloudVariables, RemoteSettings};
pub use settings::Settings;
pub use storage::StorageSettings;
pub use store_root::{SPIN_FOLDER, STORE_FOLDER};
pub use table::{Setting, table};
pub use terminal::{Colour, Output};
