//! Puts the viewer of cards into the crate, if it has been built: `npm run build:cards` in `ui`.

use std::{env, fs, io, path::Path};

const FILES: [&str; 3] = ["cards.js", "cards.css", "vega.js"];

#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts by variables")]
fn main() -> io::Result<()> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist-cards");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    // The folder is always there, so that what is built into it later is seen.
    println!("cargo::rerun-if-changed={}", built.display());
    for file in FILES {
        let text = fs::read(built.join(file)).unwrap_or_default();
        fs::write(Path::new(&out).join(file), text)?;
    }
    Ok(())
}
