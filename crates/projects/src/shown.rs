//! Settings as people read them: a tree, and at its branches where they are from.

use serde_json::Value;
use spinloom_configs::Path;
use spinloom_diagnostics::{Error, Result, codes};

use crate::layers::Source;
use crate::{Data, Layers, Mark, Node, Settings, emit};

/// What is said of where a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// The file.
    File,
    /// The file and the line, of every leaf.
    Line,
}

impl Settings {
    /// The part of the settings at a path; all of them at the empty path.
    ///
    /// # Errors
    /// `SL0804` for a path that leads nowhere.
    pub fn part(&self, path: &Path) -> Result<&Node> {
        self.root.at(&path.0).ok_or_else(|| {
            let mut all = Vec::new();
            self.root.leaves(&mut |leaf, _| {
                for end in 1..=leaf.0.len() {
                    all.push(Path(leaf.0[..end].to_vec()).to_string());
                }
            });
            let inside = Path(std::iter::once("configuration".to_owned()).chain(path.0.clone()).collect());
            let error = Error::new(codes::SETTINGS_VALUE, format!("the settings have no `{path}`"));
            match self.root.at(&inside.0) {
                Some(_) => error.hint(format!("did you mean `{inside}`?")),
                None => error.suggest(&path.to_string(), all.iter().map(String::as_str)),
            }
        })
    }

    /// A part as a tree.
    ///
    /// # Errors
    /// As [`part`](Self::part).
    pub fn tree(&self, path: &Path, told: Told) -> Result<String> {
        let mut writer = Writer { layers: &self.layers, told, out: String::new() };
        writer.inner(self.part(path)?, 1);
        Ok(writer.out)
    }
}

struct Writer<'a> {
    layers: &'a Layers,
    told: Told,
    out: String,
}

impl Writer<'_> {
    fn inner(&mut self, node: &Node, depth: usize) {
        match &node.data {
            Data::Map(map) => {
                for (key, inner) in map {
                    self.key(key, inner, depth, self.told != Told::Nothing);
                }
            }
            Data::List(items) => self.items(items, depth, true),
            _ => {
                let text = self.text(node);
                let tag = self.tag(node);
                self.line(depth, &text, tag);
            }
        }
    }

    /// One key. `tells` is whether where it is from is still to be said.
    fn key(&mut self, key: &str, node: &Node, depth: usize, tells: bool) {
        let key = emit::key_text(key);
        let leaf = match &node.data {
            Data::Map(map) => map.is_empty() || is_secret(map),
            Data::List(items) => items.is_empty(),
            _ => true,
        };
        if leaf {
            let tag = if tells { self.tag(node) } else { String::new() };
            let text = self.text(node);
            self.line(depth, &format!("{key}: {text}"), tag);
            return;
        }
        let whole = tells && self.told == Told::File && uniform(node);
        let tag = if whole { self.tag(node) } else { String::new() };
        self.line(depth, &format!("{key}:"), tag);
        let tells = tells && !whole;
        match &node.data {
            Data::Map(map) => map.iter().for_each(|(key, inner)| self.key(key, inner, depth + 1, tells)),
            Data::List(items) => self.items(items, depth, tells),
            _ => {}
        }
    }

    fn items(&mut self, items: &[Node], depth: usize, tells: bool) {
        for item in items {
            let tag = if tells { self.tag(item) } else { String::new() };
            let text = match &item.data {
                Data::Map(_) | Data::List(_) => {
                    spinloom_configs::text(&crate::settings::concealed(&item.value()))
                }
                _ => self.text(item),
            };
            self.line(depth, &format!("- {text}"), tag);
        }
    }

    #[allow(clippy::unused_self, reason = "one of a family")]
    fn text(&self, node: &Node) -> String {
        match &node.data {
            Data::Map(map) if is_secret(map) => "***".to_owned(),
            Data::Scalar(value) => emit::scalar(value),
            _ => emit::scalar(&crate::settings::concealed(&node.value())),
        }
    }

    fn line(&mut self, depth: usize, text: &str, tag: String) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        if !tag.is_empty() {
            self.out.push(' ');
            self.out.push_str(&tag);
        }
        self.out.push('\n');
    }

    fn tag(&self, node: &Node) -> String {
        if self.told == Told::Nothing {
            return String::new();
        }
        let Some(place) = self.place(node.mark) else { return String::new() };
        let global = self.layers.get(node.mark).is_some_and(|layer| layer.name == "global");
        let leaf = !matches!(&node.data, Data::Map(map) if !map.is_empty() && !is_secret(map));
        let over = node.over.filter(|_| leaf).and_then(|mark| self.place(mark));
        let over = over.map(|place| format!(" (overrides {place})")).unwrap_or_default();
        format!("-> defined in {place}{}{over}", if global { " (global)" } else { "" })
    }

    fn place(&self, mark: Mark) -> Option<String> {
        Some(match &self.layers.get(mark)?.source {
            Source::File(path) => {
                let name = path.rsplit('/').next().unwrap_or(path);
                if self.told == Told::Line { format!("{name}:{}", mark.line) } else { name.to_owned() }
            }
            Source::Variable(name) => format!("${name}"),
            Source::Argument(word) => format!("`{word}`"),
            Source::Schema => "the schema".to_owned(),
            Source::System => return None,
        })
    }
}

/// Whether a mapping stands for a secret.
fn is_secret(map: &crate::Map) -> bool {
    map.len() == 1 && map.contains_key(crate::SECRET)
}

/// Whether all below is from one layer, and took nothing's place.
fn uniform(node: &Node) -> bool {
    fn all(node: &Node, layer: u16) -> bool {
        match &node.data {
            Data::Map(map) if !map.is_empty() => map.values().all(|inner| all(inner, layer)),
            Data::List(items) => node.mark.layer == layer && items.iter().all(|inner| all(inner, layer)),
            _ => node.mark.layer == layer && node.over.is_none(),
        }
    }
    all(node, node.mark.layer)
}

/// A value of settings in one line, secrets hidden.
pub fn line(value: &Value) -> String {
    spinloom_configs::text(&crate::settings::concealed(value))
}
