//! A release build is made anew when the pages it embeds were; other builds read them from `ui/dist` while they run.

#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts by variables")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../ui/dist");
    }
}
