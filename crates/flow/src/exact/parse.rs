//! Reading.

use std::fmt;

use serde_json::{Map, Value};

use super::{from_f64, number, object};

/// Deeper nesting is refused, so no text can exhaust the stack.
const MAX_DEPTH: usize = 500;

/// Why a text is not JSON, and where. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON text as Python does: `NaN` and the infinities are numbers, the last of equal keys counts.
///
/// # Errors
/// Where the text stops being JSON.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.blank().and_then(|()| reader.value(0)).and_then(|value| {
        reader.blank()?;
        if reader.at < text.len() { Err("the text goes on after the value".to_owned()) } else { Ok(value) }
    });
    value.map_err(|reason| {
        let before = &text[..reader.at];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        JsonError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason,
        }
    })
}

struct Reader<'a> {
    text: &'a str,
    /// Always at a character's start.
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    #[allow(clippy::unnecessary_wraps)] // reads on with `and_then`
    fn blank(&mut self) -> Result<(), String> {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("nested more than {MAX_DEPTH} deep"));
        }
        match self.peek() {
            None => Err("a value is missing".to_owned()),
            Some('"') => self.string().map(Value::String),
            Some('[') => self.list(depth),
            Some('{') => self.map(depth),
            Some('0'..='9' | '-') if !self.rest().starts_with("-I") => self.number(),
            Some(_) => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, String> {
        let words: [(&str, Value); 6] = [
            ("null", Value::Null),
            ("true", true.into()),
            ("false", false.into()),
            ("NaN", from_f64(f64::NAN)),
            ("Infinity", from_f64(f64::INFINITY)),
            ("-Infinity", from_f64(f64::NEG_INFINITY)),
        ];
        let found = words.into_iter().find(|(word, _)| self.rest().starts_with(word));
        let Some((word, value)) = found else {
            return Err("a value is expected (text needs double quotes)".to_owned());
        };
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = self.rest();
        let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(rest.starts_with('-'));
        let mut end = sign + digits(sign);
        let whole = &rest[sign..end];
        if whole.is_empty() {
            return Err("a digit is expected after `-`".to_owned());
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err("a number may not start with 0".to_owned());
        }
        let mut is_float = false;
        if rest[end..].starts_with('.') && digits(end + 1) > 0 {
            is_float = true;
            end += 1 + digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(end + 1 + sign);
            if exponent > 0 {
                is_float = true;
                end += 1 + sign + exponent;
            }
        }
        let text = &rest[..end];
        let value = if is_float { number::float(text) } else { number::integer(text) };
        let value = value.ok_or("the number is too long")?;
        self.at += end;
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        self.take('[');
        self.blank()?;
        let mut items = Vec::new();
        if self.take(']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.blank()?;
            items.push(self.value(depth + 1)?);
            self.blank()?;
            if self.take(']') {
                return Ok(Value::Array(items));
            }
            if !self.take(',') {
                return Err("`,` or `]` is expected".to_owned());
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, String> {
        self.take('{');
        self.blank()?;
        let mut map = Map::new();
        if self.take('}') {
            return Ok(Value::Object(map));
        }
        loop {
            self.blank()?;
            if self.peek() != Some('"') {
                return Err("a key in double quotes is expected".to_owned());
            }
            let key = self.string()?;
            self.blank()?;
            if !self.take(':') {
                return Err("`:` is expected".to_owned());
            }
            self.blank()?;
            map.insert(key, self.value(depth + 1)?);
            self.blank()?;
            if self.take('}') {
                return Ok(object(map));
            }
            if !self.take(',') {
                return Err("`,` or `}` is expected".to_owned());
            }
        }
    }

    fn string(&mut self) -> Result<String, String> {
        let start = self.at;
        self.take('"');
        let mut out = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.at = start;
                return Err("the text is not closed: `\"` is missing".to_owned());
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => out.push(self.escape()?),
                '\0'..='\x1f' => return Err("a control character must be escaped".to_owned()),
                _ => {
                    out.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let c = match self.rest().as_bytes().get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err("unknown escape after `\\`".to_owned()),
        };
        self.at += 2;
        Ok(c)
    }

    /// `\uXXXX`, or a pair of them for one character.
    fn unicode(&mut self) -> Result<char, String> {
        let unit = |at: usize| {
            let hex = self.text.get(at + 2..at + 6).filter(|_| self.text[at..].starts_with("\\u"))?;
            u16::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))
        };
        let first = unit(self.at).ok_or("`\\u` needs four hexadecimal digits")?;
        let (units, length) = match unit(self.at + 6).filter(|_| (0xd800..0xdc00).contains(&first)) {
            Some(second) => (vec![first, second], 12),
            None => (vec![first], 6),
        };
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => {
                self.at += length;
                Ok(c)
            }
            _ => Err("half of a surrogate pair is no character".to_owned()),
        }
    }
}
