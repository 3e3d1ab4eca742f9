//! `artifact get`.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use spinloom_datastore::{ArtifactEntry, Manifest, ManifestRef, Payload, Piece, is_pickle, pickle};
use spinloom_diagnostics::{Error, Result, codes};

use super::{no_artifact, tasks};
use crate::commands::shown::{artifact_record, artifacts};
use crate::context::{Context, Records};
use crate::python::Program;
use crate::reply::{Answer, Reply};
use crate::terminal::time::bytes;

/// What an artifact is exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// What fits the ending of the file, or the value.
    Auto,
    Pickle,
    Json,
    Npy,
    Parquet,
    Csv,
    Raw,
    Text,
    Png,
}

/// Endings of files, and what they stand for.
const ENDINGS: [(&str, Format); 8] = [
    ("pkl", Format::Pickle),
    ("pickle", Format::Pickle),
    ("json", Format::Json),
    ("npy", Format::Npy),
    ("parquet", Format::Parquet),
    ("csv", Format::Csv),
    ("txt", Format::Text),
    ("png", Format::Png),
];

#[derive(Debug, Args)]
pub(super) struct GetArgs {
    /// Which: `Flow/run/step/task/artifact`; the task may be left out if its step has one
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    /// The file to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// As what: `auto`, `pickle`, `json`, `npy`, `parquet`, `csv`, `raw`, `text` or `png`
    #[arg(long, value_name = "FORMAT", default_value = "auto", hide_possible_values = true)]
    format: Format,

    /// Read all of it first, and compare it with the hash it was saved with
    #[arg(long)]
    verify: bool,

    /// The Python to load the value with
    #[arg(long, value_name = "PYTHON")]
    python: Option<PathBuf>,
}

/// What is to be exported.
struct Chosen {
    place: String,
    manifest: Manifest,
    entry: ArtifactEntry,
}

/// Exports it: a pickle by copying bytes, everything else by having Python load the value.
pub(super) fn run(arguments: &GetArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let chosen = chosen(&arguments.pathspec, context, &records)?;
    if arguments.verify {
        verify(&chosen, &records)?;
    }
    let format = arguments.wanted();
    if matches!(format, Format::Pickle | Format::Raw) {
        return copied(arguments, &chosen, format, context, &records);
    }
    let to_terminal = arguments.output.is_none() && context.screen.stdout;
    let request = json!({
        "store": context.store().display().to_string(), "pathspec": format!("{}/{}", chosen.place, chosen.entry.name),
        "format": name_of(format), "output": arguments.output.as_ref().map(|path| context.settings.cwd().join(path)),
        "shown": arguments.output, "json": context.output.json, "terminal": to_terminal,
        "artifact": artifact_record(&chosen.entry),
    });
    let words = vec!["artifact-get".to_owned(), request.to_string()];
    let program = Program::new(arguments.python.as_deref(), &context.settings, words);
    program.check()?;
    Err(program.exec().into())
}

impl GetArgs {
    fn wanted(&self) -> Format {
        let ending = self.output.as_ref().and_then(|path| path.extension()?.to_str()).map(str::to_lowercase);
        let by_ending = ENDINGS.iter().find(|(name, _)| ending.as_deref() == Some(*name));
        match (self.format, by_ending) {
            (Format::Auto, Some((_, format))) => *format,
            (format, _) => format,
        }
    }
}

fn name_of(format: Format) -> String {
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn chosen(typed: &str, context: &Context<'_>, records: &Records) -> Result<Chosen> {
    let short = typed.split('/').count() < 5;
    let (run, mut spec, mut found) = match tasks(typed, context, records) {
        // `Flow/run/step/artifact`: what is left out is clear if the step has one task.
        Err(_) if short && typed.contains('/') => {
            let (step, _) = typed.rsplit_once('/').unwrap_or_default();
            tasks(step, context, records)?
        }
        other => other?,
    };
    if spec.artifact.is_none() && (spec.task.is_some() || spec.step.is_none()) {
        return Err(Error::new(codes::BAD_PATHSPEC, format!("`{typed}` names no artifact"))
            .hint(format!("see what there is with `{}`", context.commands.read("artifact ls", typed))));
    }
    if spec.artifact.is_none() {
        let name = typed.rsplit('/').next().unwrap_or_default();
        if spec.step.as_ref().is_some_and(|step| step.as_str() == name) {
            return Err(Error::new(codes::BAD_PATHSPEC, format!("`{typed}` names no artifact"))
                .hint(format!("see what there is with `{}`", context.commands.read("artifact ls", typed))));
        }
        if found.len() > 1 {
            let first = found.first().map(|task| task.task.to_string()).unwrap_or_default();
            let step = spec.step.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(Error::new(
                codes::BAD_PATHSPEC,
                format!("`{typed}` is of one of {} tasks", found.len()),
            )
            .hint(format!("name the task too, such as `{}/{}/{step}/{first}/{name}`", run.flow, run.run)));
        }
        spec.artifact = Some(name.parse()?);
    }
    let task = found.remove(0);
    let place = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
    let name = spec.artifact.as_ref().map(ToString::to_string).unwrap_or_default();
    let known = artifacts(records, &task)?;
    let missing = || no_artifact(&place, &name, &known, context);
    let Some(address) = &task.manifest else { return Err(missing()) };
    let manifest = records.files.manifest(&address.parse::<ManifestRef>()?)?;
    let (_, entry) = records.files.find(&manifest, &name)?.ok_or_else(missing)?;
    Ok(Chosen { place, manifest, entry })
}

/// Reads what [`Datastore::payload`](spinloom_datastore::Datastore::payload) does not: the content of large buffers.
fn verify(chosen: &Chosen, records: &Records) -> Result<()> {
    for piece in chosen.entry.buffers.iter().chain([&chosen.entry.stream]) {
        let Piece::Chunk { hash, len, zstd, remote } = piece else { continue };
        if let Err(fault) = records.files.check_chunk(hash, *len, (zstd.is_some(), remote.as_deref()), false)
        {
            let what = format!(
                "artifact `{}` of `{}` is damaged: the chunk `{hash}` {fault}",
                chosen.entry.name, chosen.place
            );
            return Err(Error::new(codes::STORE_CORRUPT, what)
                .hint("restore the file from a backup, or run the step again"));
        }
    }
    Ok(())
}

/// The bytes themselves, nothing loaded.
fn copied(
    arguments: &GetArgs,
    chosen: &Chosen,
    format: Format,
    context: &Context<'_>,
    records: &Records,
) -> Answer {
    let payload = records.files.payload(&chosen.manifest, &chosen.entry)?;
    if !is_pickle(&chosen.entry.encoding) && (format == Format::Pickle || !payload.buffers.is_empty()) {
        let message =
            format!("`{}` was saved as `{}`, which is no pickle", chosen.entry.name, chosen.entry.encoding);
        return Err(Error::new(codes::CANNOT_EXPORT, message)
            .hint("leave `--format` out: Python finds what fits")
            .into());
    }
    let Some(path) = &arguments.output else {
        if context.screen.stdout {
            let message = "a pickle is nothing for a terminal";
            return Err(Error::new(codes::CANNOT_EXPORT, message)
                .hint("write it to a file with `-o`")
                .into());
        }
        let written = pickle::write(payload, &mut BufWriter::new(io::stdout().lock()));
        // A reader that went away is no failure.
        return match written {
            Ok(false) => Err(odd(chosen).into()),
            _ => Ok(Reply { silent: true, ..Reply::default() }),
        };
    };
    let full = context.settings.cwd().join(path);
    let size = to_file(payload, &full, chosen)?;
    let text = format!("wrote `{}`, {}\n", path.display(), bytes(size));
    let data = json!({
        "artifact": artifact_record(&chosen.entry), "file": path, "format": name_of(format), "bytes": size,
    });
    Ok(Reply::new(text, data))
}

/// Writes the file as a whole: what was there stays until then.
fn to_file(payload: Payload, path: &Path, chosen: &Chosen) -> Result<u64> {
    let cannot = |e: io::Error| {
        Error::new(codes::CANNOT_EXPORT, format!("cannot write `{}`", path.display())).cause(e)
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let fill = || -> io::Result<Option<u64>> {
        let mut out = BufWriter::new(File::create(&part)?);
        let fits = pickle::write(payload, &mut out)?;
        let size = out.into_inner()?.metadata()?.len();
        std::fs::rename(&part, path)?;
        Ok(fits.then_some(size))
    };
    let filled = fill();
    if filled.is_err() {
        // Litter at worst.
        let _ = std::fs::remove_file(&part);
    }
    filled.map_err(cannot)?.ok_or_else(|| odd(chosen))
}

fn odd(chosen: &Chosen) -> Error {
    let what =
        format!("artifact `{}` of `{}` is no pickle that can be copied", chosen.entry.name, chosen.place);
    Error::new(codes::CANNOT_EXPORT, what)
}
