//! The stack machine of pickles, with values that are only described.

use super::{Id, Node, Pickle};

/// Values a pickle may make.
const MOST: usize = 1 << 20;

struct Machine<'a> {
    rest: &'a [u8],
    nodes: Vec<Node>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: Vec<Option<Id>>,
}

/// See [`Pickle::read`].
pub(super) fn run(bytes: &[u8]) -> Option<Pickle> {
    let mut machine =
        Machine { rest: bytes, nodes: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: Vec::new() };
    loop {
        let opcode = machine.take(1)?[0];
        if opcode == b'.' {
            let root = machine.pop()?;
            return Some(Pickle { nodes: machine.nodes, root });
        }
        machine.step(opcode)?;
    }
}

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8) -> Option<()> {
        match opcode {
            0x80 => (self.take(1)?[0] <= 5).then_some(()),
            0x95 => self.take(8).map(|_| ()),
            b'N' | 0x88 | 0x89 | b'I' | b'J' | b'K' | b'M' | b'L' | 0x8a | 0x8b | b'F' | b'G' => {
                self.number(opcode)
            }
            b'X' | 0x8c | 0x8d | b'V' | b'S' | b'T' | b'U' | b'B' | b'C' | 0x8e | 0x96 => self.text(opcode),
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.remember(opcode),
            b'c' | 0x93 | b'R' | b'b' | 0x81 | 0x92 | b'i' | b'o' => self.object(opcode),
            _ => self.collection(opcode),
        }
    }

    fn number(&mut self, opcode: u8) -> Option<()> {
        let node = match opcode {
            b'N' => Node::None,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'J' => Node::Int(i64::from(i32::from_le_bytes(self.array()?))),
            b'K' => Node::Int(i64::from(self.take(1)?[0])),
            b'M' => Node::Int(i64::from(u16::from_le_bytes(self.array()?))),
            b'G' => Node::Float(f64::from_be_bytes(self.array()?)),
            b'F' => Node::Float(self.line()?.parse().ok()?),
            b'I' => match self.line()? {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                digits => digits.parse().map_or(Node::LongInt, Node::Int),
            },
            b'L' => self.line()?.trim_end_matches('L').parse().map_or(Node::LongInt, Node::Int),
            0x8a => {
                let length = usize::from(self.take(1)?[0]);
                long(self.take(length)?)
            }
            _ => {
                let length = usize::try_from(i32::from_le_bytes(self.array()?)).ok()?;
                long(self.take(length)?)
            }
        };
        self.push(node)
    }

    fn text(&mut self, opcode: u8) -> Option<()> {
        if matches!(opcode, b'V' | b'S') {
            let line = self.line()?;
            let bare = if opcode == b'S' { line.get(1..line.len().checked_sub(1)?)? } else { line };
            return self.push(Node::Text(bare.to_owned()));
        }
        let length = match opcode {
            0x8c | b'C' | b'U' => u64::from(self.take(1)?[0]),
            b'X' | b'B' | b'T' => u64::from(u32::from_le_bytes(self.array()?)),
            _ => u64::from_le_bytes(self.array()?),
        };
        let bytes = self.take(usize::try_from(length).ok()?)?;
        // Python 2 wrote text as `T` and `U` too.
        let is_text = matches!(opcode, b'X' | 0x8c | 0x8d | b'T' | b'U');
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text => self.push(Node::Text(text.to_owned())),
            _ => self.push(Node::Bytes(bytes.to_vec())),
        }
    }

    fn remember(&mut self, opcode: u8) -> Option<()> {
        let slot = match opcode {
            0x94 => self.memo.len(),
            b'q' | b'h' => usize::from(self.take(1)?[0]),
            b'r' | b'j' => u32::from_le_bytes(self.array()?) as usize,
            _ => self.line()?.parse().ok()?,
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let id = (*self.memo.get(slot)?)?;
            self.stack.push(id);
            return Some(());
        }
        let top = *self.stack.last()?;
        if slot >= self.memo.len() {
            // Slots are counted up one by one by everybody who writes pickles.
            self.memo.resize((slot < MOST).then_some(slot + 1)?, None);
        }
        self.memo[slot] = Some(top);
        Some(())
    }

    fn object(&mut self, opcode: u8) -> Option<()> {
        match opcode {
            b'c' => {
                let name = format!("{}.{}", self.line()?, self.line()?);
                self.push(Node::Global(name))
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Node::Text(module), Node::Text(name)) = (self.node(module), self.node(name)) else {
                    return None;
                };
                let global = format!("{module}.{name}");
                self.push(Node::Global(global))
            }
            b'R' | 0x81 => {
                let (arguments, class) = (self.pop()?, self.pop()?);
                self.push(Node::Object { class, arguments, state: None })
            }
            0x92 => {
                let (_keywords, arguments, class) = (self.pop()?, self.pop()?, self.pop()?);
                self.push(Node::Object { class, arguments, state: None })
            }
            b'i' => {
                let name = format!("{}.{}", self.line()?, self.line()?);
                let arguments = self.marked()?;
                let (class, arguments) = (self.make(Node::Global(name))?, self.make(Node::Items(arguments))?);
                self.push(Node::Object { class, arguments, state: None })
            }
            b'o' => {
                let mut arguments = self.marked()?;
                let class = (!arguments.is_empty()).then(|| arguments.remove(0))?;
                let arguments = self.make(Node::Items(arguments))?;
                self.push(Node::Object { class, arguments, state: None })
            }
            _ => {
                let set = self.pop()?;
                if let Node::Object { state, .. } = self.top()? {
                    *state = Some(set);
                }
                Some(())
            }
        }
    }

    fn collection(&mut self, opcode: u8) -> Option<()> {
        match opcode {
            b'(' => {
                self.marks.push(self.stack.len());
                Some(())
            }
            b'0' => self.pop().map(|_| ()),
            b'1' => self.marked().map(|_| ()),
            b'2' => {
                self.stack.push(*self.stack.last()?);
                Some(())
            }
            b']' | b')' | 0x8f => self.push(Node::Items(Vec::new())),
            b'}' => self.push(Node::Dict(Vec::new())),
            b'l' | b't' | 0x91 => {
                let items = self.marked()?;
                self.push(Node::Items(items))
            }
            0x85..=0x87 => {
                let from = self.stack.len().checked_sub(usize::from(opcode - 0x84))?;
                let items = self.stack.split_off(from);
                self.push(Node::Items(items))
            }
            b'd' => {
                let items = self.marked()?;
                self.push(Node::Dict(pairs(&items)))
            }
            b'a' => {
                let item = self.pop()?;
                self.extend(&[item])
            }
            b'e' | 0x90 => {
                let items = self.marked()?;
                self.extend(&items)
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(&[(key, value)])
            }
            b'u' => {
                let items = self.marked()?;
                self.set(&pairs(&items))
            }
            _ => None,
        }
    }

    /// Adds to the list at the top; what a list of some other class has does not matter.
    fn extend(&mut self, items: &[Id]) -> Option<()> {
        if let Node::Items(list) = self.top()? {
            list.extend_from_slice(items);
        }
        Some(())
    }

    fn set(&mut self, entries: &[(Id, Id)]) -> Option<()> {
        if let Node::Dict(dict) = self.top()? {
            dict.extend_from_slice(entries);
        }
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn line(&mut self) -> Option<&'a str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = self.take(end + 1)?;
        std::str::from_utf8(&line[..end]).ok()
    }

    fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn top(&mut self) -> Option<&mut Node> {
        let id = *self.stack.last()?;
        self.nodes.get_mut(id.0 as usize)
    }

    fn pop(&mut self) -> Option<Id> {
        // A mark is no value.
        (self.marks.last() != Some(&self.stack.len())).then(|| self.stack.pop())?
    }

    fn marked(&mut self) -> Option<Vec<Id>> {
        let from = self.marks.pop()?;
        (from <= self.stack.len()).then(|| self.stack.split_off(from))
    }

    fn make(&mut self, node: Node) -> Option<Id> {
        let id = Id(u32::try_from(self.nodes.len()).ok().filter(|_| self.nodes.len() < MOST)?);
        self.nodes.push(node);
        Some(id)
    }

    fn push(&mut self, node: Node) -> Option<()> {
        let id = self.make(node)?;
        self.stack.push(id);
        Some(())
    }
}

fn pairs(items: &[Id]) -> Vec<(Id, Id)> {
    items.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// A number of two's complement, least byte first.
fn long(bytes: &[u8]) -> Node {
    if bytes.len() > 8 {
        return Node::LongInt;
    }
    let filling = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut whole = [filling; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    Node::Int(i64::from_le_bytes(whole))
}
