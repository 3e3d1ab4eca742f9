//! What is counted, from the text of OpenMetrics that `/metrics` answers. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text;

/// Sums since the start of the process, not since they were told last.
const CUMULATIVE: u8 = 2;

/// A line of the text: name, labels and value.
struct Sample<'a> {
    name: &'a str,
    labels: Vec<(&'a str, String)>,
    value: f64,
}

/// A histogram of one set of labels.
#[derive(Default)]
struct Histogram {
    bounds: Vec<f64>,
    /// As many as are at or below each bound, and all.
    below: Vec<f64>,
    sum: f64,
    count: f64,
}

/// The metrics of `metrics`, as they are at `at`, nanoseconds since the epoch.
pub(super) fn json(metrics: &str, at: u64) -> Vec<Value> {
    let mut all = Vec::new();
    let mut lines = metrics.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        let mut samples = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            samples.extend(sample(line));
        }
        let time = at.to_string();
        let data = match kind {
            "counter" => json!({"sum": {"aggregationTemporality": CUMULATIVE, "isMonotonic": true,
                "dataPoints": numbers(&samples, &time)}}),
            "gauge" => json!({"gauge": {"dataPoints": numbers(&samples, &time)}}),
            "histogram" => json!({"histogram": {"aggregationTemporality": CUMULATIVE,
                "dataPoints": histograms(&samples, name, &time)}}),
            _ => continue,
        };
        let mut metric = data;
        metric["name"] = name.into();
        all.push(metric);
    }
    all
}

/// `name{label="value"} 1.5`.
fn sample(line: &str) -> Option<Sample<'_>> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, labels) = match head.split_once('{') {
        Some((name, labels)) => (name, self::labels(labels.strip_suffix('}')?)?),
        None => (head, Vec::new()),
    };
    Some(Sample { name, labels, value: value.parse().ok()? })
}

/// `a="1",b="x"`, where `\"`, `\\` and `\n` stand for what is meant.
fn labels(mut text: &str) -> Option<Vec<(&str, String)>> {
    let mut labels = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"")?;
        let (mut value, mut chars) = (String::new(), rest.char_indices());
        let end = loop {
            match chars.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match chars.next()?.1 {
                    'n' => '\n',
                    c => c,
                }),
                (_, c) => value.push(c),
            }
        };
        labels.push((name, value));
        text = rest[end + 1..].trim_start_matches(',');
    }
    Some(labels)
}

fn attributes<'a>(labels: impl Iterator<Item = &'a (&'a str, String)>) -> Vec<Value> {
    labels.map(|(name, value)| text(name, value)).collect()
}

fn numbers(samples: &[Sample<'_>], time: &str) -> Vec<Value> {
    let point = |sample: &Sample<'_>| {
        let attributes = attributes(sample.labels.iter());
        json!({"attributes": attributes, "timeUnixNano": time, "asDouble": sample.value})
    };
    samples.iter().map(point).collect()
}

fn histograms(samples: &[Sample<'_>], name: &str, time: &str) -> Vec<Value> {
    let mut all: BTreeMap<Vec<(&str, String)>, Histogram> = BTreeMap::new();
    for sample in samples {
        let (bound, labels): (Vec<_>, Vec<_>) =
            sample.labels.iter().cloned().partition(|(label, _)| *label == "le");
        let histogram = all.entry(labels).or_default();
        match sample.name.strip_prefix(name) {
            Some("_sum") => histogram.sum = sample.value,
            Some("_count") => histogram.count = sample.value,
            Some("_bucket") => {
                histogram.below.push(sample.value);
                let bound = bound.first().and_then(|(_, bound)| bound.parse().ok());
                histogram.bounds.extend(bound.filter(|bound: &f64| bound.is_finite()));
            }
            _ => {}
        }
    }
    let point = |(labels, histogram): (&Vec<(&str, String)>, &Histogram)| {
        let before = [0.0].into_iter().chain(histogram.below.iter().copied());
        let counts: Vec<String> = histogram
            .below
            .iter()
            .zip(before)
            .map(|(below, before)| format!("{:.0}", below - before))
            .collect();
        json!({"attributes": attributes(labels.iter()), "timeUnixNano": time, "sum": histogram.sum,
            "count": format!("{:.0}", histogram.count), "bucketCounts": counts, "explicitBounds": histogram.bounds})
    };
    all.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# HELP spinloom_took How long.
# TYPE spinloom_took histogram
spinloom_took_sum{route="/a\"b",status="200"} 1.5
spinloom_took_count{route="/a\"b",status="200"} 3
spinloom_took_bucket{le="0.5",route="/a\"b",status="200"} 1
spinloom_took_bucket{le="+Inf",route="/a\"b",status="200"} 3
# HELP spinloom_looks How often.
# TYPE spinloom_looks counter
spinloom_looks_total 7
# TYPE spinloom_sockets gauge
spinloom_sockets 2
# EOF
"#;

    #[test]
    fn what_is_counted_is_told() {
        let told = json(TEXT, 9);
        let names: Vec<&str> = told.iter().filter_map(|metric| metric["name"].as_str()).collect();
        assert_eq!(names, ["spinloom_took", "spinloom_looks", "spinloom_sockets"]);
        let took = &told[0]["histogram"]["dataPoints"][0];
        assert_eq!((&took["count"], &took["sum"]), (&json!("3"), &json!(1.5)));
        assert_eq!((&took["bucketCounts"], &took["explicitBounds"]), (&json!(["1", "2"]), &json!([0.5])));
        assert_eq!(took["attributes"][0], text("route", "/a\"b"));
        assert_eq!(told[1]["sum"]["dataPoints"][0]["asDouble"], 7.0);
        assert_eq!(told[2]["gauge"]["dataPoints"][0]["timeUnixNano"], "9");
    }
}
