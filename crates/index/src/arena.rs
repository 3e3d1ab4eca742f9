//! Things that are kept once, one after another, and numbered.

use std::hash::{BuildHasher as _, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Slices, each kept once.
pub(crate) struct Arena<T> {
    items: Vec<T>,
    ends: Vec<u32>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            ends: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

fn slice<'a, T>(items: &'a [T], ends: &[u32], code: u32) -> &'a [T] {
    let end = ends.get(code as usize).copied().unwrap_or(0) as usize;
    let start = match code {
        0 => 0,
        code => ends.get(code as usize - 1).copied().unwrap_or(0) as usize,
    };
    items.get(start..end).unwrap_or_default()
}

impl<T: Copy + Eq + Hash> Arena<T> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The one of a number.
    pub(crate) fn get(&self, code: u32) -> &[T] {
        slice(&self.items, &self.ends, code)
    }

    /// The number of one that is there.
    pub(crate) fn find(&self, value: &[T]) -> Option<u32> {
        let hash = self.hasher.hash_one(value);
        self.table.find(hash, |code| self.get(*code) == value).copied()
    }

    /// The number of one, which is kept if it is new.
    pub(crate) fn intern(&mut self, value: &[T]) -> u32 {
        if let Some(code) = self.find(value) {
            return code;
        }
        let code = self.ends.len() as u32;
        self.items.extend_from_slice(value);
        self.ends.push(self.items.len() as u32);
        let Self { items, ends, table, hasher } = self;
        table.insert_unique(hasher.hash_one(value), code, |code| hasher.hash_one(slice(items, ends, *code)));
        code
    }

    /// All, in order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[T])> {
        (0..self.ends.len() as u32).map(|code| (code, self.get(code)))
    }
}

/// Texts, each kept once.
#[derive(Default)]
pub(crate) struct Names(Arena<u8>);

impl Names {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, code: u32) -> &str {
        std::str::from_utf8(self.0.get(code)).unwrap_or_default()
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.0.find(name.as_bytes())
    }

    pub(crate) fn intern(&mut self, name: &str) -> u32 {
        self.0.intern(name.as_bytes())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.0.iter().map(|(code, bytes)| (code, std::str::from_utf8(bytes).unwrap_or_default()))
    }

    /// The names with `lower` somewhere in them, upper or lower case. The names must be ASCII; looks through all at once.
    pub(crate) fn ascii_with(&self, lower: &str, mut found: impl FnMut(u32)) {
        let (bytes, needle) = (self.0.items.as_slice(), lower.as_bytes());
        let Some(&first) = needle.first() else { return };
        if !lower.is_ascii() {
            return;
        }
        let plain = !needle.iter().any(u8::is_ascii_alphabetic);
        let finder = memchr::memmem::Finder::new(needle);
        let (mut at, mut code) = (0, 0);
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let next = match plain {
                true => finder.find(rest),
                false => memchr::memchr2(first, first.to_ascii_uppercase(), rest),
            };
            let Some(hit) = next.map(|n| at + n) else { return };
            while self.0.ends.get(code).is_some_and(|end| *end as usize <= hit) {
                code += 1;
            }
            let end = self.0.ends.get(code).copied().unwrap_or(0) as usize;
            let here = bytes.get(hit..hit + needle.len());
            if hit + needle.len() <= end && here.is_some_and(|here| here.eq_ignore_ascii_case(needle)) {
                found(code as u32);
                at = end;
            } else {
                at = hit + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once() {
        let mut names = Names::default();
        let codes = ["a", "", "b", "a", ""].map(|name| names.intern(name));
        assert_eq!(codes, [0, 1, 2, 0, 1]);
        assert_eq!(
            (names.get(0), names.get(1), names.get(2), names.find("b"), names.find("c")),
            ("a", "", "b", Some(2), None)
        );
    }

    #[test]
    fn a_text_is_found_within_names_but_not_across_them() {
        let mut names = Names::default();
        for name in ["1042", "10", "42-Ab", "", "x"] {
            names.intern(name);
        }
        let with = |text: &str| {
            let mut found = Vec::new();
            names.ascii_with(text, |code| found.push(code));
            found
        };
        assert_eq!(with("42"), [0, 2]);
        assert_eq!(with("ab"), [2]);
        assert_eq!(with("1"), [0, 1]);
        assert_eq!(with("104242"), Vec::<u32>::new());
        assert_eq!(with("bx"), Vec::<u32>::new());
    }
}
