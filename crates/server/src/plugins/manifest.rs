//! `manifest.json`: what a plugin shows in a frame. The names in it are those of Metaflow's GUI.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::folder::Plugin;
use super::{BELOW, Plugins};

pub(super) const FILE: &str = "manifest.json";

/// Where a frame can be.
const SLOTS: [&str; 10] = [
    "run-header",
    "task-details",
    "header",
    "top-nav",
    "run-tab",
    "task-tab",
    "artifact-renderer",
    "runs-column",
    "timeline-overlay",
    "headless",
];
/// What can be round it.
const CONTAINERS: [&str; 4] = ["none", "titled-container", "collapsable", "sticky"];
/// What a frame may be allowed beside scripts. The viewer's origin, and going elsewhere with the whole page, never are.
const ALLOWED: [&str; 8] = [
    "allow-scripts",
    "allow-downloads",
    "allow-forms",
    "allow-modals",
    "allow-orientation-lock",
    "allow-pointer-lock",
    "allow-popups",
    "allow-popups-to-escape-sandbox",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    version: Option<String>,
    entrypoint: String,
    slot: String,
    #[serde(default = "yes")]
    visible: bool,
    container: Option<String>,
    #[serde(default)]
    container_props: Map<String, Value>,
    #[serde(default = "yes")]
    use_application_styles: bool,
    height: Option<u32>,
    #[serde(default)]
    parameters: Map<String, Value>,
    title: Option<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
}

fn yes() -> bool {
    true
}

/// What a plugin shows in a frame.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PluginFrame {
    /// The address of its document, below the server.
    #[schema(example = "/plugins/notes/~0f3c…/index.html")]
    src: String,
    /// Where it is shown.
    #[schema(example = "task-details")]
    slot: String,
    /// What it is called.
    title: String,
    /// Whether it is shown before it asks to be.
    visible: bool,
    /// What is round it: `none`, `titled-container`, `collapsable` or `sticky`.
    #[schema(example = "titled-container")]
    container: String,
    /// Whether it looks like the pages.
    application_styles: bool,
    /// How high it is before it says so, pixels.
    height: Option<u32>,
    /// What the frame is allowed.
    #[schema(example = "allow-scripts")]
    sandbox: String,
    /// Types of artifacts that it shows; `*` stands for any letters.
    #[schema(example = json!(["pandas.*"]))]
    types: Vec<String>,
    /// What it is told of itself, as its manifest has it.
    #[schema(value_type = Object)]
    manifest: Value,
}

/// Reads a manifest.
pub(super) fn read(plugins: &Plugins, text: &str, plugin: &mut Plugin) {
    let parsed = serde_json::from_str::<Value>(text)
        .and_then(|value| Ok((serde_json::from_value::<Manifest>(value.clone())?, value)));
    let (given, value) = match parsed {
        Ok(parsed) => parsed,
        Err(e) => return plugin.problems.push(format!("`{FILE}` cannot be read: {e}")),
    };
    plugin.version.clone_from(&given.version);
    if !SLOTS.contains(&given.slot.as_str()) {
        let slots = SLOTS.map(|slot| format!("`{slot}`")).join(", ");
        return plugin.problems.push(format!("there is no slot `{}`; there are {slots}", given.slot));
    }
    if given.entrypoint.contains("://") {
        let problem =
            "`entrypoint` is a file of the plugin, not an address: the pages show nothing from elsewhere";
        return plugin.problems.push(problem.to_owned());
    }
    let entrypoint = given.entrypoint.trim_start_matches("./").trim_start_matches('/');
    if !plugin.files.iter().any(|file| file == entrypoint) {
        return plugin.problems.push(format!("its `entrypoint` `{entrypoint}` is not there"));
    }
    let container = container(given.container.as_deref(), &mut plugin.problems);
    let asked = given.parameters.get("sandbox").and_then(Value::as_str).unwrap_or_default();
    let (sandbox, refused) = sandbox(asked);
    plugin.problems.extend(refused.into_iter().map(|word| format!("a plugin is never given `{word}`")));
    plugin.problems.extend(
        given
            .sources
            .iter()
            .filter(|one| !is_source(one))
            .map(|one| format!("`{one}` in `sources` is no origin such as `https://cdn.example`")),
    );
    let title = given.container_props.get("title").and_then(Value::as_str).map(str::to_owned).or(given.title);
    let ticket = plugins.tickets.make(&plugin.name, SystemTime::now());
    plugin.frame = Some(PluginFrame {
        src: format!("{BELOW}{}/~{ticket}/{}", plugin.name, escaped(entrypoint)),
        slot: given.slot,
        title: title.unwrap_or_else(|| plugin.name.clone()),
        visible: given.visible,
        container: container.to_owned(),
        application_styles: given.use_application_styles,
        height: given.height,
        sandbox,
        types: given.types,
        manifest: value,
    });
}

/// What is round a frame; nothing, if what was asked for is not known.
fn container(asked: Option<&str>, problems: &mut Vec<String>) -> &'static str {
    let asked = match asked.unwrap_or("none") {
        "collapsible" => "collapsable",
        other => other,
    };
    CONTAINERS.into_iter().find(|known| *known == asked).unwrap_or_else(|| {
        let containers = CONTAINERS.map(|one| format!("`{one}`")).join(", ");
        problems.push(format!("there is no container `{asked}`; there are {containers}"));
        "none"
    })
}

/// How the documents of a plugin are to be shown, as its manifest says; as strictly as can be if that cannot be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) sandbox: String,
    pub(super) sources: String,
    pub(super) application_styles: bool,
}

/// Reads that part of a manifest.
pub(super) fn policy(text: &str) -> Policy {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let asked = value.pointer("/parameters/sandbox").and_then(Value::as_str).unwrap_or_default();
    let sources = value.get("sources").and_then(Value::as_array).cloned().unwrap_or_default();
    let sources: Vec<&str> = sources.iter().filter_map(Value::as_str).filter(|one| is_source(one)).collect();
    Policy {
        sandbox: sandbox(asked).0,
        sources: sources.iter().map(|one| format!(" {one}")).collect(),
        application_styles: value.get("useApplicationStyles").and_then(Value::as_bool).unwrap_or(true),
    }
}

/// What a frame is allowed, and what it is not though it was asked for.
fn sandbox(asked: &str) -> (String, Vec<String>) {
    let mut words = vec!["allow-scripts"];
    let mut refused = Vec::new();
    for word in asked.split_whitespace() {
        match ALLOWED.iter().find(|known| **known == word) {
            Some(known) if !words.contains(known) => words.push(known),
            Some(_) => {}
            None => refused.push(word.to_owned()),
        }
    }
    (words.join(" "), refused)
}

/// Whether a text is an origin, and nothing that would be more in a policy.
fn is_source(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':'))
    })
}

/// A path in an address.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_never_given_the_viewers_origin_or_the_whole_page() {
        let (given, refused) = sandbox("allow-same-origin allow-popups allow-top-navigation allow-scripts");
        assert_eq!(given, "allow-scripts allow-popups");
        assert_eq!(refused, ["allow-same-origin", "allow-top-navigation"]);
    }

    #[test]
    fn a_source_is_an_origin() {
        assert!(is_source("https://cdn.example:8443"));
        for other in ["https://", "https://a.example/path", "https://a; script-src *", "*", "'self'", "data:"]
        {
            assert!(!is_source(other), "{other}");
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_read_allows_nothing() {
        assert_eq!(policy("{").sandbox, "allow-scripts");
        assert_eq!(policy("{").sources, "");
    }

    #[test]
    fn names_of_files_are_escaped() {
        assert_eq!(escaped("a b/ü.html"), "a%20b/%C3%BC.html");
    }
}
