//! Dotenv files: `NAME=value` lines, as shells would read most of them.

/// The variables of a file, in its order.
///
/// Blank lines and those that begin with `#` say nothing, nor does `export` before a name. A value in single quotes is as
/// it stands; one in double quotes knows `\n`, `\r`, `\t`, `\\`, `\"` and `\$`; either may go over several lines. Any other
/// value ends with its line, or at ` #`. Nothing is substituted.
///
/// # Errors
/// The number of the first line that is none of these, counted from 1.
pub(crate) fn parse(content: &str) -> Result<Vec<(String, String)>, usize> {
    let mut variables = Vec::new();
    let mut rest = content.trim_start_matches('\u{feff}');
    let line_of = |rest: &str| content[..content.len() - rest.len()].matches('\n').count() + 1;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(variables);
        }
        let line = line_of(rest);
        let (this, following) = rest.split_once('\n').unwrap_or((rest, ""));
        if this.starts_with('#') {
            rest = following;
            continue;
        }
        let (name, _) = this.split_once('=').ok_or(line)?;
        let value_at = name.len() + 1;
        let name = name.trim().strip_prefix("export ").unwrap_or(name).trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(line);
        }
        let (value, after) = value(&rest[value_at..]).ok_or(line)?;
        variables.push((name.to_owned(), value));
        rest = after;
    }
}

/// The value at the start of `text`, and what follows its line.
fn value(text: &str) -> Option<(String, &str)> {
    let start = text.trim_start_matches([' ', '\t']);
    match start.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (value, after) = quoted(&start[1..], quote)?;
            let (tail, following) = after.split_once('\n').unwrap_or((after, ""));
            let tail = tail.trim();
            (tail.is_empty() || tail.starts_with('#')).then_some((value, following))
        }
        _ => {
            let (line, following) = start.split_once('\n').unwrap_or((start, ""));
            let end = line.find(" #").or_else(|| line.starts_with('#').then_some(0)).unwrap_or(line.len());
            Some((line[..end].trim_end().to_owned(), following))
        }
    }
}

/// What stands before the closing quote, and what after it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            _ if c == quote => return Some((value, &text[i + 1..])),
            '\\' if quote == '"' => match chars.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                escaped @ ('\\' | '"' | '$') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_shells_read_them() {
        let content = "\u{feff}# comment\n\nA=1\nexport B = two words # not this\nC='as $it #stands\\n'\nD=\"a\\nb\\\"\\$\\x\" # c\n\
                       E=\r\nF=a#b\nG=\"two\nlines\"\n  H=x=y";
        let pairs: Vec<(String, String)> = parse(content).unwrap();
        let shown: Vec<String> = pairs.iter().map(|(name, value)| format!("{name} {value:?}")).collect();
        let wanted = [
            r#"A "1""#,
            r#"B "two words""#,
            r#"C "as $it #stands\\n""#,
            r#"D "a\nb\"$\\x""#,
            r#"E """#,
            r##"F "a#b""##,
            r#"G "two\nlines""#,
            r#"H "x=y""#,
        ];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn a_line_that_means_nothing_is_named() {
        for (content, line) in [
            ("A=1\nB", 2),
            ("=x", 1),
            ("A B=x", 1),
            ("A=\"open", 1),
            ("#\n\nA='x' y", 3),
            ("A=\"1\n2\"\n?", 3),
        ] {
            assert_eq!(parse(content), Err(line), "{content:?}");
        }
    }
}
