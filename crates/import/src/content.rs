//! The content of an included file, as the artifact it is here: text or bytes, pickled (PA-08, AR-13).

use spinloom_metaflow::Included;

/// A pickle of protocol 4 and the type of what it holds.
pub(crate) fn pickled(file: &Included, content: &[u8]) -> (Vec<u8>, &'static str) {
    let mut pickle = vec![0x80, 4];
    let Some(encoding) = &file.encoding else {
        bytes(&mut pickle, content);
        pickle.push(b'.');
        return (pickle, "bytes");
    };
    if is_utf8(encoding)
        && let Ok(text) = std::str::from_utf8(content)
    {
        pickle.push(0x8d);
        pickle.extend_from_slice(&(text.len() as u64).to_le_bytes());
        pickle.extend_from_slice(text.as_bytes());
    } else {
        // Python knows more encodings, and says best what is wrong with bytes: `_codecs.decode(content, encoding)`.
        pickle.extend_from_slice(b"c_codecs\ndecode\n");
        bytes(&mut pickle, content);
        pickle.push(b'X');
        let name = encoding.as_bytes();
        pickle.extend_from_slice(&u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
        pickle.extend_from_slice(name);
        pickle.extend_from_slice(&[0x86, b'R']);
    }
    pickle.push(b'.');
    (pickle, "str")
}

fn is_utf8(encoding: &str) -> bool {
    matches!(
        encoding.to_ascii_lowercase().replace('_', "-").as_str(),
        "utf-8" | "utf8" | "ascii" | "us-ascii"
    )
}

fn bytes(pickle: &mut Vec<u8>, content: &[u8]) {
    pickle.push(0x8e);
    pickle.extend_from_slice(&(content.len() as u64).to_le_bytes());
    pickle.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use spinloom_metaflow::pickle::{Node, Pickle};

    use super::*;

    #[test]
    fn text_and_bytes_are_what_python_makes_of_them() {
        let file = |encoding: Option<&str>| Included {
            url: String::new(),
            encoding: encoding.map(str::to_owned),
            packed: true,
        };
        let root = |encoding, content: &[u8]| {
            Pickle::read(&pickled(&file(encoding), content).0).unwrap().root().clone()
        };
        assert_eq!(root(Some("UTF_8"), "ü".as_bytes()), Node::Text("ü".into()));
        assert_eq!(root(None, b"\xff"), Node::Bytes(vec![0xff]));
        assert!(matches!(root(Some("latin-1"), b"\xff"), Node::Object { .. }));
        assert!(matches!(root(Some("utf-8"), b"\xff"), Node::Object { .. }));
    }
}
