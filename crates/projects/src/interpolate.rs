//! `${…}` in settings: other keys, the branch, variables, files, secrets. A closed set, and no clock, so that the same settings
//! always come out the same.

use std::collections::{BTreeMap, HashMap};
use std::path::Path as Folder;

use serde_json::{Map, Value};
use spinloom_configs::Path;
use spinloom_diagnostics::{Error, codes};

use crate::environment::Environment;
use crate::{Data, Layers, Mark, Node};

/// The mark of a value that is not in the settings but named by them.
pub const SECRET: &str = "$secret";

/// Longest text that comes out.
const LONGEST: usize = 1 << 20;

/// What `${…}` may ask for besides other keys.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The folder of the project.
    pub(crate) root: &'a Folder,
    /// The environment of the process.
    pub(crate) variables: &'a BTreeMap<String, String>,
    /// To say which branches set what this one does not.
    pub(crate) environment: &'a Environment,
    /// The branch.
    pub(crate) branch: &'a str,
}

/// Replaces every `${…}` of a tree.
///
/// # Errors
/// `SL0805` for each that has no value, and for each circle.
pub(crate) fn interpolate(root: &mut Node, layers: &Layers, known: Known<'_>) -> Vec<Error> {
    let template =
        |node: &Node| matches!(&node.data, Data::Scalar(Value::String(text)) if text.contains("${"));
    if !root.any(&template) {
        return Vec::new();
    }
    let mut places = Vec::new();
    root.leaves(&mut |path, node| {
        if let Data::Scalar(Value::String(text)) = &node.data
            && text.contains("${")
        {
            places.push(path.clone());
        }
    });
    let mut resolver = Resolver {
        root,
        layers,
        known,
        done: HashMap::new(),
        stack: Vec::new(),
        circles: Vec::new(),
        failed: Vec::new(),
    };
    let mut found = Vec::new();
    for path in places {
        // A circle is one problem, wherever one enters it.
        let Some(node) = root.at(&path.0).filter(|_| !resolver.circles.contains(&path)) else { continue };
        match resolver.node(&path, node) {
            Ok(node) => found.push((path, node)),
            Err(error) if resolver.failed.contains(&error) => {}
            Err(error) => resolver.failed.push(error),
        }
    }
    let failed = resolver.failed;
    for (path, new) in found {
        if let Some(node) = root.at_mut(&path.0) {
            *node = new;
        }
    }
    failed
}

struct Resolver<'a> {
    root: &'a Node,
    layers: &'a Layers,
    known: Known<'a>,
    done: HashMap<Path, Node>,
    stack: Vec<Path>,
    circles: Vec<Path>,
    failed: Vec<Error>,
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

impl Resolver<'_> {
    /// A node with everything in it replaced.
    fn node(&mut self, path: &Path, node: &Node) -> Result<Node, Error> {
        if let Some(done) = self.done.get(path) {
            return Ok(done.clone());
        }
        if let Some(at) = self.stack.iter().position(|one| one == path) {
            let circle: Vec<String> =
                self.stack[at..].iter().chain([path]).map(|path| format!("`{path}`")).collect();
            self.circles.extend(self.stack[at..].iter().cloned());
            let error = Error::new(codes::INTERPOLATION, format!("{} is a circle", circle.join(" → ")));
            return Err(self.layers.locate(error, node.mark).hint("give one of them a value of its own"));
        }
        self.stack.push(path.clone());
        let found = self.replaced(path, node);
        self.stack.pop();
        let found = found?;
        self.done.insert(path.clone(), found.clone());
        Ok(found)
    }

    fn replaced(&mut self, path: &Path, node: &Node) -> Result<Node, Error> {
        let data = match &node.data {
            Data::Scalar(Value::String(text)) if text.contains("${") => {
                return Ok(Node { data: self.text(path, text, node.mark)?, ..node.clone() });
            }
            Data::Map(map) => {
                let pairs =
                    map.iter().map(|(key, inner)| Ok((key.clone(), self.node(&path.with(key), inner)?)));
                Data::Map(pairs.collect::<Result<_, Error>>()?)
            }
            Data::List(items) => {
                let items = items.iter().enumerate();
                Data::List(
                    items
                        .map(|(i, inner)| self.node(&path.with(i.to_string()), inner))
                        .collect::<Result<_, _>>()?,
                )
            }
            other => other.clone(),
        };
        Ok(Node { data, ..node.clone() })
    }

    fn text(&mut self, path: &Path, text: &str, mark: Mark) -> Result<Data, Error> {
        let wrong = |why: &str| Error::new(codes::INTERPOLATION, format!("`{path}` {why}"));
        let parts = parts(text).map_err(|why| self.layers.locate(wrong(why), mark))?;
        if let [Part::Name(name)] = parts.as_slice() {
            return self.name(path, name, mark);
        }
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name(name) => match self.name(path, name, mark)? {
                    Data::Scalar(Value::String(text)) => out.push_str(&text),
                    Data::Scalar(value) => out.push_str(&spinloom_configs::text(&value)),
                    Data::Map(map) if map.contains_key(SECRET) => {
                        let error =
                            wrong("has a secret inside of a text").hint("a secret is a value of its own");
                        return Err(self.layers.locate(error, mark));
                    }
                    _ => {
                        let error =
                            wrong(&format!("puts `${{{name}}}`, which is no text or number, into a text"));
                        return Err(self.layers.locate(error, mark));
                    }
                },
            }
            if out.len() > LONGEST {
                return Err(self.layers.locate(wrong("becomes longer than a megabyte"), mark));
            }
        }
        Ok(Data::Scalar(out.into()))
    }

    /// What one name stands for.
    fn name(&mut self, path: &Path, name: &str, mark: Mark) -> Result<Data, Error> {
        let name = name.trim();
        let error = |message: String| self.layers.locate(Error::new(codes::INTERPOLATION, message), mark);
        if let Some((kind, rest)) = name.split_once(':') {
            return match kind {
                "env" | "oc.env" => {
                    let (variable, default) =
                        rest.split_once(',').map_or((rest, None), |(a, b)| (a, Some(b)));
                    let variable = variable.trim();
                    let value =
                        self.known.variables.get(variable).map(String::as_str).or(default.map(str::trim));
                    let missing = || {
                        error(format!("`{path}` needs the variable `{variable}`, which is not set"))
                            .hint(format!("set it, or give a default: `${{env:{variable},value}}`"))
                    };
                    value.map(|text| Data::Scalar(text.into())).ok_or_else(missing)
                }
                "file" => std::fs::read_to_string(self.known.root.join(rest.trim()))
                    .map(|text| Data::Scalar(text.trim_end_matches('\n').into()))
                    .map_err(|why| error(format!("`{path}` needs the file `{}`", rest.trim())).cause(why)),
                "secret" => Ok(secret(rest.trim(), mark)),
                _ => Err(error(format!("`{path}` has `${{{name}}}`, and nothing is called `{kind}:`"))
                    .suggest(kind, ["env", "file", "secret"])
                    .hint("there are `env:`, `file:` and `secret:`")),
            };
        }
        let target = self.target(path, name).map_err(&error)?;
        let Some(node) = self.root.at(&target.0) else { return Err(self.unknown(path, name, &target, mark)) };
        let found = self.node(&target, node)?;
        // What is taken over is from here: this line says so.
        Ok(remarked(found, mark).data)
    }

    /// The path a name means.
    fn target(&self, path: &Path, name: &str) -> Result<Path, String> {
        let wrong = |why: String| format!("`{path}` has `${{{name}}}`: {why}");
        let dots = name.chars().take_while(|c| *c == '.').count();
        if dots > 0 {
            let up = path.0.len().checked_sub(dots).filter(|up| *up > 0);
            let up =
                up.ok_or_else(|| wrong("it has more dots than there are mappings round it".to_owned()))?;
            let rest = Path::parse(&name[dots..]).map_err(wrong)?;
            return Ok(Path(path.0[..up].iter().cloned().chain(rest.0).collect()));
        }
        let parsed = Path::parse(name).map_err(wrong)?;
        let first = parsed.0.first().map(String::as_str).unwrap_or_default();
        let system = ["git", "binding", "target", "project", "user"].contains(&first);
        Ok(if system { Path(std::iter::once("system".to_owned()).chain(parsed.0).collect()) } else { parsed })
    }

    fn unknown(&self, path: &Path, name: &str, target: &Path, mark: Mark) -> Error {
        let error = Error::new(
            codes::INTERPOLATION,
            format!("`{path}` has `${{{name}}}`, and there is no `{target}`"),
        );
        let error = self.layers.locate(error, mark);
        if let [section, key] = target.0.as_slice()
            && section == "environment"
        {
            let elsewhere = self.known.environment.setting(key);
            if !elsewhere.is_empty() {
                return error
                    .hint(format!(
                        "the branch is `{}`; it is set for {}",
                        self.known.branch,
                        elsewhere.join(", ")
                    ))
                    .hint("give it a value below `default:` of the environment's settings");
            }
        }
        let inside = Path(std::iter::once("configuration".to_owned()).chain(target.0.clone()).collect());
        if self.root.at(&inside.0).is_some() {
            return error.hint(format!("did you mean `${{{inside}}}`?"));
        }
        let mut all = Vec::new();
        self.root.leaves(&mut |path, _| all.push(path.to_string()));
        let error = error.suggest(&target.to_string(), all.iter().map(String::as_str));
        error.hint("names begin with `configuration.`, `environment.`, `artifacts.`, `git.`, or a dot for what is beside it")
    }
}

fn remarked(node: Node, mark: Mark) -> Node {
    let data = match node.data {
        Data::Map(map) => Data::Map(map.into_iter().map(|(key, node)| (key, remarked(node, mark))).collect()),
        Data::List(items) => Data::List(items.into_iter().map(|node| remarked(node, mark)).collect()),
        other => other,
    };
    Node { data, mark, over: None }
}

fn secret(name: &str, mark: Mark) -> Data {
    let value = Value::Object(Map::from_iter([(SECRET.to_owned(), name.into())]));
    Node::of(&value, mark).data
}

/// A text in its parts; `$${` stands for `${`.
fn parts(text: &str) -> Result<Vec<Part<'_>>, &'static str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find("${") {
        let before = &rest[..at];
        if let Some(before) = before.strip_suffix('$') {
            parts.push(Part::Text(before));
            parts.push(Part::Text("${"));
            rest = &rest[at + 2..];
            continue;
        }
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        let inner = &rest[at + 2..];
        let end = inner.find('}').ok_or("has a `${` that is not closed")?;
        if inner[..end].trim().is_empty() {
            return Err("has `${}` with nothing in it");
        }
        parts.push(Part::Name(&inner[..end]));
        rest = &inner[end + 1..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}
