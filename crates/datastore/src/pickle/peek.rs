//! What a pickle would make, as far as that is plain data. Everything else is only named: nothing is imported, nothing is called.

use std::collections::HashMap;

/// A stream longer than this is not looked at.
const LONGEST: usize = 8 << 20;
/// With more values than this, it is given up.
const MOST: usize = 500_000;

/// A value, by its place in [`Peeked::nodes`].
pub(super) type Id = usize;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    None,
    Bool(bool),
    Int(i128),
    /// One with more bytes than that.
    Huge,
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8], &'static str),
    /// `list`, `tuple`, `set` or `frozenset`.
    Items(&'static str, Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// What only Python can make: what it is called, as far as that is known.
    Opaque(String),
}

/// What a stream says.
pub(super) struct Peeked<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) top: Id,
}

/// Reads a stream; `None` if it is no pickle, or too large.
pub(super) fn peek(stream: &[u8]) -> Option<Peeked<'_>> {
    if stream.len() > LONGEST {
        return None;
    }
    let mut machine = Machine { rest: stream, nodes: Vec::new(), stack: Vec::new(), memo: HashMap::new() };
    while machine.nodes.len() <= MOST {
        if let Some(top) = machine.step()? {
            return Some(Peeked { nodes: machine.nodes, top });
        }
    }
    None
}

enum Slot {
    Mark,
    Value(Id),
}

struct Machine<'a> {
    rest: &'a [u8],
    nodes: Vec<Node<'a>>,
    stack: Vec<Slot>,
    memo: HashMap<u64, Id>,
}

impl<'a> Machine<'a> {
    /// One opcode; the value, if it was the last. `None` if the stream makes no sense.
    fn step(&mut self) -> Option<Option<Id>> {
        let opcode = self.take(1)?[0];
        match opcode {
            b'.' => return self.pop().map(Some),
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            0x98 => {}
            b'(' => self.stack.push(Slot::Mark),
            b'0' => {
                self.stack.pop()?;
            }
            b'1' => drop(self.since_mark()?),
            b'2' => {
                let top = self.pop()?;
                self.stack.extend([Slot::Value(top), Slot::Value(top)]);
            }
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.memory(opcode)?,
            b'N' | 0x88 | 0x89 | b'I' | b'L' | b'J' | b'K' | b'M' | 0x8a | 0x8b | b'F' | b'G' => {
                let node = self.number(opcode)?;
                self.push(node);
            }
            b'S' | b'V' | b'T' | b'U' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => {
                let node = self.string(opcode)?;
                self.push(node);
            }
            b']' | b')' | b'}' | 0x8f | b'l' | b't' | b'd' | 0x85..=0x87 | 0x91 => self.collection(opcode)?,
            b'a' | b'e' | b's' | b'u' | 0x90 => self.fill(opcode)?,
            _ => self.foreign(opcode)?,
        }
        Some(None)
    }

    fn memory(&mut self, opcode: u8) -> Option<()> {
        let key = match opcode {
            0x94 => self.memo.len() as u64,
            b'q' | b'h' => self.unsigned(1)?,
            b'r' | b'j' => self.unsigned(4)?,
            _ => self.line()?.parse().ok()?,
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let known = *self.memo.get(&key)?;
            self.stack.push(Slot::Value(known));
        } else {
            let Some(Slot::Value(top)) = self.stack.last() else { return None };
            self.memo.insert(key, *top);
        }
        Some(())
    }

    fn number(&mut self, opcode: u8) -> Option<Node<'a>> {
        let int = |text: &str| text.parse().map_or(Node::Huge, Node::Int);
        Some(match opcode {
            b'N' => Node::None,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'I' => match self.line()? {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                text => int(text),
            },
            b'L' => int(self.line()?.trim_end_matches('L')),
            b'J' => Node::Int(i128::from(i32::from_le_bytes(self.take(4)?.try_into().ok()?))),
            b'K' => Node::Int(i128::from(self.unsigned(1)?)),
            b'M' => Node::Int(i128::from(self.unsigned(2)?)),
            b'F' => Node::Float(self.line()?.parse().ok()?),
            b'G' => Node::Float(f64::from_be_bytes(self.take(8)?.try_into().ok()?)),
            _ => {
                let width = self.unsigned(if opcode == 0x8a { 1 } else { 4 })?;
                long(self.take(usize::try_from(width).ok()?)?)
            }
        })
    }

    fn string(&mut self, opcode: u8) -> Option<Node<'a>> {
        let width = match opcode {
            b'S' => {
                let text = self.line()?.trim_matches(['\'', '"']);
                return Some(Node::Text(text.as_bytes()));
            }
            b'V' => return Some(Node::Text(self.line()?.as_bytes())),
            b'U' | 0x8c | b'C' => 1,
            b'T' | b'X' | b'B' => 4,
            _ => 8,
        };
        let length = usize::try_from(self.unsigned(width)?).ok()?;
        let bytes = self.take(length)?;
        Some(match opcode {
            b'B' | b'C' | 0x8e => Node::Bytes(bytes, "bytes"),
            0x96 => Node::Bytes(bytes, "bytearray"),
            _ => Node::Text(bytes),
        })
    }

    fn collection(&mut self, opcode: u8) -> Option<()> {
        let node = match opcode {
            b']' => Node::Items("list", Vec::new()),
            b')' => Node::Items("tuple", Vec::new()),
            b'}' => Node::Dict(Vec::new()),
            0x8f => Node::Items("set", Vec::new()),
            b'l' => Node::Items("list", self.since_mark()?),
            b't' => Node::Items("tuple", self.since_mark()?),
            0x91 => Node::Items("frozenset", self.since_mark()?),
            b'd' => Node::Dict(pairs(&self.since_mark()?)),
            _ => {
                let mut items = Vec::new();
                for _ in 0..=(opcode - 0x85) {
                    items.insert(0, self.pop()?);
                }
                Node::Items("tuple", items)
            }
        };
        self.push(node);
        Some(())
    }

    /// Puts values into a collection that is on the stack.
    fn fill(&mut self, opcode: u8) -> Option<()> {
        let values = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.since_mark()?,
        };
        let Some(Slot::Value(into)) = self.stack.last() else { return None };
        match self.nodes.get_mut(*into)? {
            Node::Items(_, items) => items.extend(values),
            Node::Dict(entries) => entries.extend(pairs(&values)),
            // A class of somebody's that is filled like one.
            _ => {}
        }
        Some(())
    }

    /// What would import or call something.
    fn foreign(&mut self, opcode: u8) -> Option<()> {
        let name = match opcode {
            b'c' | b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                if opcode == b'i' {
                    self.since_mark()?;
                }
                qualified(module, name)
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                qualified(&self.text(module)?, &self.text(name)?)
            }
            b'R' | 0x81 => {
                self.pop()?;
                let made = self.pop()?;
                self.name(made)
            }
            0x92 => {
                self.pop()?;
                self.pop()?;
                let made = self.pop()?;
                self.name(made)
            }
            b'o' => {
                let made = *self.since_mark()?.first()?;
                self.name(made)
            }
            b'b' => {
                self.pop()?;
                return Some(());
            }
            b'P' => {
                self.line()?;
                "persistent object".to_owned()
            }
            b'Q' => {
                self.pop()?;
                "persistent object".to_owned()
            }
            0x97 => "buffer".to_owned(),
            0x82..=0x84 => {
                self.take(1 << (opcode - 0x82))?;
                "extension".to_owned()
            }
            _ => return None,
        };
        self.push(Node::Opaque(name));
        Some(())
    }

    fn push(&mut self, node: Node<'a>) {
        self.stack.push(Slot::Value(self.nodes.len()));
        self.nodes.push(node);
    }

    fn pop(&mut self) -> Option<Id> {
        match self.stack.pop()? {
            Slot::Value(id) => Some(id),
            Slot::Mark => None,
        }
    }

    fn since_mark(&mut self) -> Option<Vec<Id>> {
        let mark = self.stack.iter().rposition(|slot| matches!(slot, Slot::Mark))?;
        let values = self.stack.drain(mark..).skip(1);
        Some(values.filter_map(|slot| if let Slot::Value(id) = slot { Some(id) } else { None }).collect())
    }

    fn name(&self, id: Id) -> String {
        match self.nodes.get(id) {
            Some(Node::Opaque(name)) => name.clone(),
            _ => "object".to_owned(),
        }
    }

    fn text(&self, id: Id) -> Option<String> {
        match self.nodes.get(id)? {
            Node::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn unsigned(&mut self, width: usize) -> Option<u64> {
        let mut bytes = [0; 8];
        bytes.get_mut(..width)?.copy_from_slice(self.take(width)?);
        Some(u64::from_le_bytes(bytes))
    }

    fn line(&mut self) -> Option<&'a str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = self.take(end + 1)?;
        std::str::from_utf8(&line[..end]).ok()
    }
}

fn qualified(module: &str, name: &str) -> String {
    match module {
        "builtins" | "__builtin__" => name.to_owned(),
        _ => format!("{module}.{name}"),
    }
}

fn pairs(values: &[Id]) -> Vec<(Id, Id)> {
    values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Two's complement, little endian, as short as it can be.
fn long(bytes: &[u8]) -> Node<'static> {
    if bytes.len() > 16 {
        return Node::Huge;
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut full = [if negative { 0xff } else { 0 }; 16];
    full[..bytes.len()].copy_from_slice(bytes);
    Node::Int(i128::from_le_bytes(full))
}
