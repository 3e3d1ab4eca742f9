//! Workflows of a scheduler: the YAML people write, and the JSON definition that Maestro takes.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use spinloom_configs::yaml::{self, Data, Entry, Node};
use spinloom_diagnostics::{Error, codes};

use crate::names::DEFAULT;
use crate::project::{Project, What};

/// The steps of one job: its name, the steps, what of them goes on to the next, its line.
type Group = (String, Vec<Value>, Option<Vec<Value>>, u32);

/// A workflow, as its file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    file: String,
    root: IndexMap<String, Entry>,
}

/// What a workflow says of itself; every other key is a parameter.
const FIELDS: [&str; 12] = [
    "id",
    "name",
    "description",
    "owner",
    "run_strategy",
    "workflow_concurrency",
    "tags",
    "timeout",
    "criticality",
    "triggers",
    "jobs",
    "dag",
];
const JOBS: [&str; 4] = ["job", "subworkflow", "foreach", "while"];
/// Types of jobs: what Maestro runs by itself, and what it runs in a container by a template of that name.
const TYPES: [&str; 5] = ["noop", "metaflow", "sql", "shell", "python"];
const STRATEGIES: [&str; 6] =
    ["sequential", "parallel", "first_only", "last_only", "strict_sequential", "parallel_with_concurrency"];

type Entries = IndexMap<String, Entry>;

impl Workflow {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// `SL0812` for one that is no workflow.
    pub fn read(file: &str, text: &str) -> Result<Self, Error> {
        let problem =
            |message: String, line: u32| Error::new(codes::BAD_WORKFLOW, message).at(file, Some(line));
        let root = yaml::read(text).map_err(|fault| {
            problem(
                format!("`{file}` is not YAML (line {}, column {})", fault.line, fault.column),
                fault.line,
            )
            .cause(fault.reason)
        })?;
        let inner = root.and_then(|root| match root.data {
            Data::Map(mut entries) => {
                entries.shift_remove("workflow").or_else(|| entries.shift_remove("Workflow"))
            }
            _ => None,
        });
        match inner {
            Some(Entry { node: Node { data: Data::Map(root), .. }, .. }) => {
                Ok(Self { file: file.to_owned(), root })
            }
            _ => {
                Err(problem(format!("`{file}` describes no workflow"), 1).hint("it begins with `workflow:`"))
            }
        }
    }
}

/// The definition for Maestro of a workflow, under a binding.
///
/// # Errors
/// `SL0812`, for each thing that is wrong.
pub fn compile(
    project: &Project,
    workflow: &Workflow,
    id: &str,
    binding: &str,
    target: Option<&str>,
) -> Result<Value, Vec<Error>> {
    let mut compiler =
        Compiler { project, file: &workflow.file, binding, target, problems: Vec::new(), ids: Vec::new() };
    let value = compiler.workflow(&workflow.root, id);
    if compiler.problems.is_empty() { Ok(value) } else { Err(compiler.problems) }
}

struct Compiler<'a> {
    project: &'a Project,
    file: &'a str,
    binding: &'a str,
    target: Option<&'a str>,
    problems: Vec<Error>,
    ids: Vec<String>,
}

impl Compiler<'_> {
    fn bad(&mut self, line: u32, message: impl Into<String>, typed: &str, known: &[&str], hint: &str) {
        let mut error = Error::new(codes::BAD_WORKFLOW, message).suggest(typed, known.iter().copied());
        if !hint.is_empty() {
            error = error.hint(hint);
        }
        self.problems.push(error.at(self.file, Some(line)));
    }

    fn workflow(&mut self, root: &Entries, id: &str) -> Value {
        let line = root.values().next().map_or(1, |entry| entry.place.line);
        let mut properties = Map::new();
        properties.extend(text(root, "owner").map(|owner| ("owner".to_owned(), owner.into())));
        let strategy = text(root, "run_strategy").unwrap_or_else(|| "sequential".to_owned());
        if !STRATEGIES.contains(&strategy.to_lowercase().as_str()) {
            let line = root.get("run_strategy").map_or(line, |entry| entry.place.line);
            let message = format!("there is no run strategy `{strategy}`");
            self.bad(line, message, &strategy, &STRATEGIES, "");
        }
        let strategy = match root.get("workflow_concurrency").map(|entry| entry.node.value()) {
            Some(limit) => json!({"rule": strategy.to_uppercase(), "workflow_concurrency": limit}),
            None => strategy.into(),
        };
        properties.insert("run_strategy".to_owned(), strategy);
        let mut out = Map::new();
        out.insert("id".to_owned(), id.into());
        for key in ["name", "description", "timeout", "criticality"] {
            out.extend(root.get(key).map(|entry| (key.to_owned(), entry.node.value())));
        }
        if let Some(Value::Array(tags)) = root.get("tags").map(|entry| entry.node.value()) {
            out.insert("tags".to_owned(), tags.iter().map(|tag| json!({"name": tag})).collect());
        }
        if let Some(entry) = root.get("triggers") {
            out.insert("time_triggers".to_owned(), self.triggers(entry));
        }
        let parameters: Entries = root
            .iter()
            .filter(|(key, _)| !FIELDS.contains(&key.as_str()))
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        let parameters = self.parameters(&parameters);
        if !parameters.is_empty() {
            out.insert("params".to_owned(), parameters.into());
        }
        let steps = match root.get("jobs") {
            Some(jobs) => self.jobs(jobs, root.get("dag")),
            None => {
                self.bad(line, "the workflow has no jobs", "", &[], "`jobs:` is a list of them");
                Vec::new()
            }
        };
        out.insert("steps".to_owned(), steps.into());
        json!({"properties": properties, "is_active": true, "workflow": out})
    }

    fn triggers(&mut self, entry: &Entry) -> Value {
        let items = if let Data::List(items) = &entry.node.data { items.as_slice() } else { &[] };
        if items.is_empty() {
            self.bad(
                entry.place.line,
                "`triggers` is a list",
                "",
                &[],
                "such as `- {cron: \"0 6 * * *\", timezone: UTC}`",
            );
        }
        let mut found = Vec::new();
        for item in items {
            let value = item.value();
            let zone = value["timezone"].as_str().unwrap_or("UTC");
            match (value["cron"].as_str(), value["expression"].as_str()) {
                (Some(cron), None) => found.push(json!({"type": "CRON", "cron": cron, "timezone": zone})),
                (None, Some(word)) => {
                    found.push(json!({"type": "PREDEFINED", "expression": word, "timezone": zone}))
                }
                _ => self.bad(item.place.line, "a trigger has `cron` or `expression`", "", &[], ""),
            }
        }
        found.into()
    }

    /// The jobs as steps, one after the other as `dag` says.
    fn jobs(&mut self, entry: &Entry, dag: Option<&Entry>) -> Vec<Value> {
        let items = if let Data::List(items) = &entry.node.data { items.as_slice() } else { &[] };
        if items.is_empty() {
            self.bad(
                entry.place.line,
                "`jobs` is a list of jobs",
                "",
                &[],
                "such as `- job: {id: a, type: noop}`",
            );
        }
        // A job that is run for every binding is several steps.
        let mut groups: Vec<Group> = Vec::new();
        for item in items {
            let Some((kind, inner)) = self.job(item) else { continue };
            let id = text(inner, "id").unwrap_or_default();
            if id.is_empty() {
                self.bad(item.place.line, "a job has no `id`", "", &[], "");
                continue;
            }
            if self.ids.contains(&id) {
                self.bad(item.place.line, format!("the job `{id}` is there twice"), "", &[], "");
            }
            self.ids.push(id.clone());
            let transitions = match inner.get("transition").map(|entry| entry.node.value()) {
                Some(Value::Array(all)) => Some(all),
                Some(one) => Some(vec![one]),
                None => None,
            };
            let steps = self.steps(kind, inner, &id, item.place.line);
            groups.push((id, steps, transitions, item.place.line));
        }
        self.order(&mut groups, dag);
        let known: Vec<(String, Vec<String>)> = groups
            .iter()
            .map(|(id, steps, _, _)| (id.clone(), steps.iter().filter_map(step_id).collect()))
            .collect();
        self.circle(&groups);
        let mut out = Vec::new();
        for (_, steps, transitions, line) in groups {
            let mut successors = Map::new();
            let mut conditions: Vec<String> = Vec::new();
            for transition in transitions.unwrap_or_default() {
                let Some((condition, to)) = self.transition(&transition, line, &mut conditions) else {
                    continue;
                };
                match known.iter().find(|(id, _)| *id == to) {
                    Some((_, targets)) => {
                        successors.extend(targets.iter().map(|id| (id.clone(), condition.clone().into())));
                    }
                    None => {
                        let names: Vec<&str> = known.iter().map(|(id, _)| id.as_str()).collect();
                        self.bad(
                            line,
                            format!("a transition leads to `{to}`, which is no job"),
                            &to,
                            &names,
                            "",
                        );
                    }
                }
            }
            for mut step in steps {
                if let Some(inner) = step.as_object_mut().and_then(|step| step.values_mut().next()) {
                    inner["transition"] =
                        if successors.is_empty() { json!({}) } else { json!({"successors": successors}) };
                }
                out.push(step);
            }
        }
        out
    }

    fn job<'n>(&mut self, item: &'n Node) -> Option<(&'n str, &'n Entries)> {
        let one = if let Data::Map(entries) = &item.data { entries.iter().next() } else { None };
        match one {
            Some((kind, Entry { node: Node { data: Data::Map(inner), .. }, .. }))
                if JOBS.contains(&kind.as_str()) =>
            {
                Some((kind, inner))
            }
            Some((kind, _)) if !JOBS.contains(&kind.as_str()) => {
                self.bad(item.place.line, format!("there is no job of the kind `{kind}`"), kind, &JOBS, "");
                None
            }
            _ => {
                self.bad(item.place.line, "a job is `job: {id: …, type: …}`", "", &[], "");
                None
            }
        }
    }

    fn steps(&mut self, kind: &str, inner: &Entries, id: &str, line: u32) -> Vec<Value> {
        let mut step = Map::new();
        step.insert("id".to_owned(), id.into());
        for key in ["name", "description", "timeout", "failure_mode"] {
            step.extend(inner.get(key).map(|entry| (key.to_owned(), entry.node.value())));
        }
        match kind {
            "job" => self.typed(inner, step, id, line),
            "subworkflow" => {
                let wanted = text(inner, "workflow").unwrap_or_else(|| id.to_owned());
                step.insert(
                    "sync".to_owned(),
                    inner.get("sync").map_or(true.into(), |entry| entry.node.value()),
                );
                let mut params = self.given(
                    inner,
                    &[
                        "id",
                        "name",
                        "description",
                        "timeout",
                        "failure_mode",
                        "transition",
                        "workflow",
                        "version",
                        "sync",
                    ],
                );
                let found = self.workflow_id(&wanted, line);
                params.insert("subworkflow_id".to_owned(), string(&found));
                let version = text(inner, "version").unwrap_or_else(|| "latest".to_owned());
                params.insert("subworkflow_version".to_owned(), string(&version));
                step.insert("params".to_owned(), params.into());
                vec![json!({"subworkflow": step})]
            }
            _ => self.loop_of(kind, inner, step, line),
        }
    }

    fn loop_of(
        &mut self,
        kind: &str,
        inner: &Entries,
        mut step: Map<String, Value>,
        line: u32,
    ) -> Vec<Value> {
        let mut over = Map::new();
        if let Some(Data::Map(params)) = inner.get("params").map(|entry| &entry.node.data) {
            over.extend(self.parameters(params));
        }
        if let Some(Value::Object(ranges)) = inner.get("ranges").map(|entry| entry.node.value()) {
            for (name, range) in ranges {
                let part = |key: &str, otherwise: i64| range[key].as_i64().unwrap_or(otherwise);
                let expression = format!(
                    "Util.intsBetween({}, {}, {});",
                    part("from", 0),
                    part("to", 0),
                    part("increment", 1)
                );
                over.insert(name, json!({"expression": expression, "type": "LONG_ARRAY"}));
            }
        }
        if kind == "foreach" && over.is_empty() {
            self.bad(
                line,
                "a `foreach` has nothing to go over",
                "",
                &[],
                "give it `params` with lists, or `ranges`",
            );
        }
        if kind == "while" {
            match text(inner, "condition") {
                Some(condition) => {
                    step.insert("condition".to_owned(), condition.into());
                }
                None => self.bad(line, "a `while` has no `condition`", "", &[], ""),
            }
        }
        let known = [
            "id",
            "name",
            "description",
            "timeout",
            "failure_mode",
            "transition",
            "params",
            "ranges",
            "condition",
            "jobs",
            "dag",
            "concurrency",
        ];
        let mut params = self.given(inner, &known);
        if !over.is_empty() {
            params.insert("loop_params".to_owned(), json!({"value": over, "type": "MAP"}));
        }
        step.insert("params".to_owned(), params.into());
        step.extend(inner.get("concurrency").map(|entry| ("concurrency".to_owned(), entry.node.value())));
        let steps = match inner.get("jobs") {
            Some(jobs) => self.jobs(jobs, inner.get("dag")),
            None => {
                self.bad(line, format!("a `{kind}` has no jobs"), "", &[], "");
                Vec::new()
            }
        };
        step.insert("steps".to_owned(), steps.into());
        vec![json!({ kind: step })]
    }

    fn typed(&mut self, inner: &Entries, step: Map<String, Value>, id: &str, line: u32) -> Vec<Value> {
        let kind = text(inner, "type").unwrap_or_default();
        let known = [
            "id",
            "name",
            "description",
            "timeout",
            "failure_mode",
            "transition",
            "type",
            "flow",
            "bindings",
            "params",
            "file",
            "writes",
            "reads",
        ];
        let mut params = self.given(inner, &known);
        match kind.to_lowercase().as_str() {
            "noop" => self.noop(step, params),
            "metaflow" => self.flow(inner, step, id, &params, line),
            "sql" | "shell" | "python" => {
                if let Some(file) = text(inner, "file") {
                    let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let path = if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
                    match std::fs::read_to_string(self.project.root.join(&path)) {
                        Ok(script) => {
                            params.insert("script".to_owned(), string(&script));
                        }
                        Err(error) => {
                            let message = format!(
                                "the job `{id}` needs the file `{path}`, which cannot be read: {error}"
                            );
                            self.bad(line, message, "", &[], "");
                        }
                    }
                }
                for (field, what) in [("reads", "reads"), ("writes", "writes")] {
                    let tables = inner.get(field).map(|entry| entry.node.value());
                    for table in tables.as_ref().and_then(Value::as_array).into_iter().flatten() {
                        self.table(table.as_str().unwrap_or_default(), what, line);
                    }
                    if let Some(tables) = tables {
                        params.insert(field.to_owned(), json!({"value": tables, "type": "STRING_ARRAY"}));
                    }
                }
                vec![templated(step, &kind.to_lowercase(), params)]
            }
            _ => {
                let message = match kind.is_empty() {
                    true => format!("the job `{id}` has no type"),
                    false => format!("the job `{id}` is of the type `{kind}`, which there is not"),
                };
                self.bad(
                    line,
                    message,
                    &kind,
                    &TYPES,
                    "types are `noop`, `metaflow`, `sql`, `shell` and `python`",
                );
                Vec::new()
            }
        }
    }

    #[allow(clippy::unused_self, reason = "one of a family")]
    fn noop(&self, mut step: Map<String, Value>, params: Map<String, Value>) -> Vec<Value> {
        step.insert("type".to_owned(), "NoOp".into());
        if !params.is_empty() {
            step.insert("params".to_owned(), params.into());
        }
        vec![json!({"step": step})]
    }

    /// A flow as steps: one for each binding it is run under.
    fn flow(
        &mut self,
        inner: &Entries,
        step: Map<String, Value>,
        id: &str,
        params: &Map<String, Value>,
        line: u32,
    ) -> Vec<Value> {
        let stem = text(inner, "flow").unwrap_or_else(|| id.to_owned());
        let flows: Vec<_> = self.project.artefacts.iter().filter(|one| one.what == What::Flow).collect();
        let Some(flow) = flows.iter().find(|one| one.stem == stem) else {
            let known: Vec<&str> = flows.iter().map(|one| one.stem.as_str()).collect();
            self.bad(
                line,
                format!("the job `{id}` runs the flow `{stem}`, which the project has not"),
                &stem,
                &known,
                "",
            );
            return Vec::new();
        };
        let wanted = inner.get("bindings").map(|entry| entry.node.value());
        let bindings: Vec<String> = match &wanted {
            Some(Value::String(all)) if all == "all" => flow.bindings.clone(),
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            _ if flow.bindings.contains(&self.binding.to_owned()) => vec![self.binding.to_owned()],
            _ => flow.bindings.clone(),
        };
        let extra = match inner.get("params").map(|entry| &entry.node.data) {
            Some(Data::Map(given)) => self.parameters(given),
            _ => Map::new(),
        };
        let mut steps = Vec::new();
        for binding in &bindings {
            if !flow.bindings.contains(binding) {
                let known: Vec<&str> = flow.bindings.iter().map(String::as_str).collect();
                let message =
                    format!("the job `{id}` runs `{stem}` for `{binding}`, which it is not bound to");
                self.bad(line, message, binding, &known, "");
                continue;
            }
            let mut one = step.clone();
            if bindings.len() > 1 || wanted == Some("all".into()) && binding != DEFAULT {
                one.insert("id".to_owned(), format!("{id}_{binding}").into());
            }
            let flow_id = self.project.id(flow, binding).unwrap_or_default();
            let mut params = params.clone();
            params.insert("flow".to_owned(), string(&flow.path));
            params.insert("flow_id".to_owned(), string(&flow_id));
            params.insert("binding".to_owned(), string(binding));
            if !extra.is_empty() {
                params.insert("flow_params".to_owned(), json!({"value": extra, "type": "MAP"}));
            }
            steps.push(templated(one, "metaflow", params));
        }
        steps
    }

    fn workflow_id(&mut self, stem: &str, line: u32) -> String {
        let workflows: Vec<_> =
            self.project.artefacts.iter().filter(|one| one.what == What::Workflow).collect();
        let found = workflows.iter().find(|one| one.stem == stem).and_then(|one| {
            let binding = one.bindings.iter().find(|label| *label == self.binding || *label == DEFAULT)?;
            self.project.id(one, binding).ok()
        });
        found.unwrap_or_else(|| {
            let known: Vec<&str> = workflows.iter().map(|one| one.stem.as_str()).collect();
            self.bad(line, format!("there is no workflow `{stem}`"), stem, &known, "");
            String::new()
        })
    }

    fn table(&mut self, name: &str, verb: &str, line: u32) {
        let tables: Vec<&str> = self
            .project
            .artefacts
            .iter()
            .filter(|one| one.what == What::Table)
            .map(|one| one.stem.as_str())
            .collect();
        if !tables.contains(&name) {
            self.bad(
                line,
                format!("a job {verb} `{name}`, which is no table of the project"),
                name,
                &tables,
                "",
            );
        }
        let _ = self.target;
    }

    /// What a job is given besides what it is.
    fn given(&mut self, inner: &Entries, known: &[&str]) -> Map<String, Value> {
        let rest: Entries = inner
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        self.parameters(&rest)
    }

    /// `name: value`, `'!name': expression`, `'!name<type>(mode)': expression`.
    fn parameters(&mut self, entries: &Entries) -> Map<String, Value> {
        let mut found = Map::new();
        for (key, entry) in entries {
            let value = entry.node.value();
            let (expression, rest) = match key.strip_prefix('!') {
                Some(rest) => (true, rest),
                None => (false, key.as_str()),
            };
            let (rest, mode) = match rest.split_once('(') {
                Some((rest, mode)) => (rest, Some(mode.trim_end_matches(')').to_lowercase())),
                None => (rest, None),
            };
            let (name, kind) = match rest.split_once('<') {
                Some((name, kind)) => (name, Some(kind.trim_end_matches('>').to_uppercase())),
                None => (rest, None),
            };
            let mut param = Map::new();
            if expression {
                param.insert(
                    "expression".to_owned(),
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned).into(),
                );
                param.insert("type".to_owned(), kind.unwrap_or_else(|| "STRING".to_owned()).into());
            } else {
                match kind.or_else(|| kind_of(&value).map(str::to_owned)) {
                    Some(kind) => {
                        let inner = match &entry.node.data {
                            Data::Map(inner) if kind == "MAP" => Value::Object(self.parameters(inner)),
                            _ => value,
                        };
                        param.insert("value".to_owned(), inner);
                        param.insert("type".to_owned(), kind.into());
                    }
                    None => {
                        self.bad(
                            entry.place.line,
                            format!("the parameter `{key}` is of no type that workflows have"),
                            "",
                            &[],
                            "",
                        );
                        continue;
                    }
                }
            }
            param.extend(mode.map(|mode| ("mode".to_owned(), mode.to_uppercase().into())));
            found.insert(name.to_owned(), param.into());
        }
        found
    }

    /// Puts what `dag` says into the jobs that say nothing themselves.
    fn order(&mut self, groups: &mut [Group], dag: Option<&Entry>) {
        let Some(dag) = dag else { return };
        let ids: Vec<String> = groups.iter().map(|(id, ..)| id.clone()).collect();
        match dag.node.value() {
            Value::String(word) if word.eq_ignore_ascii_case("sequential") => {
                for (i, (_, _, transitions, _)) in groups.iter_mut().enumerate() {
                    if let (None, Some(next)) = (&transitions, ids.get(i + 1)) {
                        *transitions = Some(vec![next.clone().into()]);
                    }
                }
            }
            Value::String(word) if word.eq_ignore_ascii_case("parallel") => {}
            Value::Object(edges) => {
                for (from, to) in edges {
                    let Some((_, _, transitions, _)) = groups.iter_mut().find(|(id, ..)| *id == from) else {
                        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
                        self.bad(
                            dag.place.line,
                            format!("`dag` names `{from}`, which is no job"),
                            &from,
                            &known,
                            "",
                        );
                        continue;
                    };
                    if transitions.is_none() {
                        *transitions = Some(if let Value::Array(all) = to { all } else { vec![to] });
                    }
                }
            }
            other => {
                let typed = other.as_str().unwrap_or_default().to_owned();
                self.bad(
                    dag.place.line,
                    "`dag` is `sequential`, `parallel` or transitions by job",
                    &typed,
                    &["sequential", "parallel"],
                    "",
                );
            }
        }
    }

    /// `b`, `IF x > 0 THEN b`, `OTHERWISE b`: the condition, and where it leads.
    fn transition(
        &mut self,
        value: &Value,
        line: u32,
        conditions: &mut Vec<String>,
    ) -> Option<(String, String)> {
        let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
        let upper = text.to_ascii_uppercase();
        if upper.starts_with("IF ") {
            let Some(at) = upper.rfind(" THEN ") else {
                self.bad(
                    line,
                    format!("the transition `{text}` has no `THEN`"),
                    "",
                    &[],
                    "write `IF x > 0 THEN job`",
                );
                return None;
            };
            let condition = text[3..at].trim().to_owned();
            conditions.push(condition.clone());
            return Some((condition, text[at + 6..].trim().to_owned()));
        }
        if upper.starts_with("OTHERWISE ") {
            let none: Vec<String> = conditions.iter().map(|one| format!("!({one})")).collect();
            let condition = if none.is_empty() { "true".to_owned() } else { none.join(" && ") };
            return Some((condition, text[10..].trim().to_owned()));
        }
        Some(("true".to_owned(), text))
    }

    fn circle(&mut self, groups: &[Group]) {
        let edges: IndexMap<&str, Vec<String>> = groups
            .iter()
            .map(|(id, _, transitions, _)| {
                let ends = transitions.iter().flatten().filter_map(|one| {
                    one.as_str().and_then(|text| text.split_whitespace().last()).map(str::to_owned)
                });
                (id.as_str(), ends.collect())
            })
            .collect();
        for (id, _, _, line) in groups {
            let mut path = vec![id.clone()];
            if follows(id, &edges, &mut path) {
                let names: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
                self.bad(*line, format!("the jobs {} are a circle", names.join(" → ")), "", &[], "");
                return;
            }
        }
    }
}

/// Whether following the edges from the end of `path` comes back to `start`; `path` is the way then.
fn follows(start: &str, edges: &IndexMap<&str, Vec<String>>, path: &mut Vec<String>) -> bool {
    let last = path.last().cloned().unwrap_or_default();
    for next in edges.get(last.as_str()).into_iter().flatten() {
        if next == start {
            path.push(next.clone());
            return true;
        }
        if !path.contains(next) {
            path.push(next.clone());
            if follows(start, edges, path) {
                return true;
            }
            path.pop();
        }
    }
    false
}

fn text(entries: &Entries, key: &str) -> Option<String> {
    entries.get(key).and_then(|entry| entry.node.value().as_str().map(str::to_owned))
}

fn string(text: &str) -> Value {
    json!({"value": text, "type": "STRING"})
}

/// A step that a template of the scheduler runs in a container.
fn templated(mut step: Map<String, Value>, template: &str, params: Map<String, Value>) -> Value {
    step.insert("type".to_owned(), "kubernetes".into());
    step.insert("sub_type".to_owned(), template.into());
    if !params.is_empty() {
        step.insert("params".to_owned(), params.into());
    }
    json!({"step": step})
}

fn step_id(step: &Value) -> Option<String> {
    step.as_object()?.values().next()?.get("id")?.as_str().map(str::to_owned)
}

fn kind_of(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::String(_) => "STRING",
        Value::Bool(_) => "BOOLEAN",
        Value::Number(number) if number.is_f64() => "DOUBLE",
        Value::Number(_) => "LONG",
        Value::Object(_) => "MAP",
        Value::Array(items) if items.iter().all(Value::is_string) => "STRING_ARRAY",
        Value::Array(items) if items.iter().all(|item| item.is_i64() || item.is_u64()) => "LONG_ARRAY",
        Value::Array(items) if items.iter().all(Value::is_number) => "DOUBLE_ARRAY",
        Value::Array(items) if items.iter().all(Value::is_boolean) => "BOOLEAN_ARRAY",
        _ => return None,
    })
}
