//! Tables: what a file of `schemas/` describes, and the statement that makes it.

use serde_json::{Value, json};
use spinloom_configs::yaml::{self, Data, Node};
use spinloom_diagnostics::{Error, codes};

/// A table, as its file describes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// For people.
    pub description: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Columns it is partitioned by.
    pub partition_by: Vec<String>,
    /// Columns that tell rows apart.
    pub primary_key: Vec<String>,
    /// Days its rows are kept.
    pub retention_days: Option<u64>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as it is written.
    pub kind: String,
    /// It may hold nothing.
    pub nullable: bool,
    /// For people.
    pub comment: String,
}

const FIELDS: [&str; 6] =
    ["table", "description", "columns", "partition_by", "primary_key", "retention_days"];
const COLUMN: [&str; 4] = ["name", "type", "nullable", "comment"];
const TYPES: [&str; 10] =
    ["bool", "int", "bigint", "float", "double", "string", "bytes", "date", "timestamp", "decimal"];

impl Table {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// `SL0811`, for each thing that is wrong.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Error>> {
        let problem = |message: String, line: u32| Error::new(codes::BAD_TABLE, message).at(file, Some(line));
        let root = match yaml::read(text) {
            Ok(Some(root)) => root,
            Ok(None) => return Err(vec![problem(format!("`{file}` describes no table"), 1)]),
            Err(fault) => {
                let message = format!("`{file}` is not YAML (line {}, column {})", fault.line, fault.column);
                return Err(vec![problem(message, fault.line).cause(fault.reason)]);
            }
        };
        let mut reader = Reader { file, problems: Vec::new() };
        let table = reader.table(&root);
        if reader.problems.is_empty() { Ok(table) } else { Err(reader.problems) }
    }

    /// The statement that makes it, called `path` with its parts in quotes.
    pub fn ddl(&self, path: &str) -> String {
        let name: Vec<String> = path.split('/').map(quoted).collect();
        let column = |column: &Column| {
            let null = if column.nullable { "" } else { " NOT NULL" };
            format!("  {} {}{null}", quoted(&column.name), sql_type(&column.kind))
        };
        let mut lines: Vec<String> = self.columns.iter().map(column).collect();
        for name in self.partition_by.iter().filter(|name| !self.columns.iter().any(|one| one.name == **name))
        {
            lines.push(format!("  {} INTEGER NOT NULL", quoted(name)));
        }
        if !self.primary_key.is_empty() {
            let keys: Vec<String> = self.primary_key.iter().map(|key| quoted(key)).collect();
            lines.push(format!("  PRIMARY KEY ({})", keys.join(", ")));
        }
        format!("CREATE TABLE IF NOT EXISTS {} (\n{}\n);\n", name.join("."), lines.join(",\n"))
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let column = |column: &Column| json!({"name": column.name, "type": column.kind, "nullable": column.nullable, "comment": column.comment});
        json!({
            "table": self.name, "description": self.description,
            "columns": self.columns.iter().map(column).collect::<Vec<_>>(),
            "partition_by": self.partition_by, "primary_key": self.primary_key, "retention_days": self.retention_days,
        })
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A type as SQL has it.
fn sql_type(kind: &str) -> String {
    let kind = kind.trim();
    if let Some(inner) = kind.strip_prefix("array<").and_then(|rest| rest.strip_suffix('>')) {
        return format!("{}[]", sql_type(inner));
    }
    match kind {
        "bool" => "BOOLEAN".to_owned(),
        "int" => "INTEGER".to_owned(),
        "bigint" => "BIGINT".to_owned(),
        "float" => "REAL".to_owned(),
        "double" => "DOUBLE PRECISION".to_owned(),
        "string" => "TEXT".to_owned(),
        "bytes" => "BYTEA".to_owned(),
        "date" => "DATE".to_owned(),
        "timestamp" => "TIMESTAMP".to_owned(),
        other => other.to_uppercase(),
    }
}

/// Whether a type is one.
fn is_type(kind: &str) -> bool {
    let kind = kind.trim();
    if let Some(inner) = kind.strip_prefix("array<").and_then(|rest| rest.strip_suffix('>')) {
        return is_type(inner);
    }
    if let Some(sizes) = kind.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')) {
        let sizes: Vec<Option<u32>> = sizes.split(',').map(|size| size.trim().parse().ok()).collect();
        return matches!(sizes.as_slice(), [Some(p), Some(s)] if s <= p && *p > 0);
    }
    TYPES.contains(&kind) && kind != "decimal"
}

struct Reader<'a> {
    file: &'a str,
    problems: Vec<Error>,
}

impl Reader<'_> {
    fn bad(&mut self, line: u32, message: String) -> &mut Error {
        self.problems.push(Error::new(codes::BAD_TABLE, message).at(self.file, Some(line)));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn table(&mut self, root: &Node) -> Table {
        let Data::Map(entries) = &root.data else {
            self.bad(
                root.place.line,
                format!("a table is a mapping that begins with `table:`, not {}", root.kind()),
            );
            return Table::default();
        };
        self.known(root, &FIELDS, "a table");
        let mut table = Table::default();
        match entries.get("table").map(|entry| (entry.node.value(), entry.place.line)) {
            Some((Value::String(name), _)) => table.name = name,
            Some((_, line)) => {
                self.bad(line, "the name of a table is text".to_owned());
            }
            None => {
                self.bad(root.place.line, "the table has no name: `table:` is missing".to_owned());
            }
        }
        let text =
            |key: &str| entries.get(key).and_then(|entry| entry.node.value().as_str().map(str::to_owned));
        table.description = text("description").unwrap_or_default();
        match entries.get("columns").map(|entry| (&entry.node, entry.place.line)) {
            Some((Node { data: Data::List(items), .. }, _)) if !items.is_empty() => {
                for item in items {
                    let column = self.column(item);
                    if table.columns.iter().any(|one| one.name == column.name) {
                        self.bad(item.place.line, format!("the column `{}` is there twice", column.name));
                    }
                    table.columns.push(column);
                }
            }
            _ => {
                self.bad(
                    root.place.line,
                    "the table has no columns: `columns:` is a list of them".to_owned(),
                );
            }
        }
        table.partition_by = self.names(entries.get("partition_by"), "partition_by", None);
        table.primary_key = self.names(entries.get("primary_key"), "primary_key", Some(&table));
        if let Some(entry) = entries.get("retention_days") {
            table.retention_days = entry.node.value().as_u64().filter(|days| *days > 0);
            if table.retention_days.is_none() {
                self.bad(entry.place.line, "`retention_days` is a whole number from 1".to_owned());
            }
        }
        table
    }

    fn column(&mut self, node: &Node) -> Column {
        let Data::Map(entries) = &node.data else {
            self.bad(node.place.line, format!("a column is `{{name: …, type: …}}`, not {}", node.kind()));
            return Column::default();
        };
        self.known(node, &COLUMN, "a column");
        let text =
            |key: &str| entries.get(key).and_then(|entry| entry.node.value().as_str().map(str::to_owned));
        let (name, kind) = (text("name").unwrap_or_default(), text("type").unwrap_or_default());
        if name.is_empty() {
            self.bad(node.place.line, "a column has no name".to_owned());
        }
        if !is_type(&kind) {
            let line = entries.get("type").map_or(node.place.line, |entry| entry.place.line);
            let error = Error::new(
                codes::BAD_TABLE,
                format!("the column `{name}` has the type `{kind}`, which is none"),
            )
            .suggest(&kind, TYPES)
            .hint(format!("types are `{}(p,s)` and `array<…>` of them", TYPES.join("`, `")));
            self.problems.push(error.at(self.file, Some(line)));
        }
        let nullable = entries.get("nullable").and_then(|entry| entry.node.value().as_bool()).unwrap_or(true);
        Column { name, kind, nullable, comment: text("comment").unwrap_or_default() }
    }

    fn names(&mut self, entry: Option<&yaml::Entry>, field: &str, of: Option<&Table>) -> Vec<String> {
        let Some(entry) = entry else { return Vec::new() };
        let items = if let Data::List(items) = &entry.node.data { items.as_slice() } else { &[] };
        let names: Vec<String> =
            items.iter().filter_map(|item| item.value().as_str().map(str::to_owned)).collect();
        if names.len() != items.len() || names.is_empty() {
            self.bad(entry.place.line, format!("`{field}` is a list of columns"));
        }
        if let Some(table) = of {
            let known: Vec<&str> = table
                .columns
                .iter()
                .map(|one| one.name.as_str())
                .chain(table.partition_by.iter().map(String::as_str))
                .collect();
            for name in names.iter().filter(|name| !known.contains(&name.as_str())) {
                let error =
                    Error::new(codes::BAD_TABLE, format!("`{field}` names `{name}`, which is no column"));
                self.problems
                    .push(error.suggest(name, known.iter().copied()).at(self.file, Some(entry.place.line)));
            }
        }
        names
    }

    fn known(&mut self, node: &Node, known: &[&str], what: &str) {
        let Data::Map(entries) = &node.data else { return };
        for (key, entry) in entries.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let error = Error::new(codes::BAD_TABLE, format!("{what} has no field `{key}`"))
                .suggest(key, known.iter().copied())
                .hint(format!("its fields are `{}`", known.join("`, `")));
            self.problems.push(error.at(self.file, Some(entry.place.line)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match Table::read("t.tbl.yaml", text) {
            Ok(table) => format!("{}{}\n", table.ddl("prodhive/demo_db/features"), table.json()),
            Err(problems) => problems.iter().map(crate::told).collect(),
        }
    }

    #[test]
    fn tables_and_what_is_none() {
        insta::assert_snapshot!(told(
            "table: features\ndescription: for training\ncolumns:\n- {name: id, type: bigint, nullable: false, comment: key}\n- {name: price, type: \"decimal(10,2)\"}\n- {name: tags, type: array<string>}\npartition_by: [dateint]\nprimary_key: [id]\nretention_days: 90\n"
        ));
        insta::assert_snapshot!(told(
            "tabel: x\ncolumns:\n- {name: id, type: bigit}\n- {name: id, type: int, nulable: true}\n- x\nprimary_key: [idd]\nretention_days: -1\n"
        ));
        insta::assert_snapshot!(told(""));
        insta::assert_snapshot!(told("table: x\n"));
        insta::assert_snapshot!(told("a: [\n"));
    }
}
