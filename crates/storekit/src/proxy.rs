//! A network that breaks: between a client and a real server, request by request.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing: it is passed on.
    None,
    /// It is answered with this status and S3 error code, and not passed on.
    Answer(u16, &'static str),
    /// The connection is closed before an answer, and the request is not passed on.
    Refuse,
    /// It is passed on and carried out, but the answer is lost.
    LoseAnswer,
    /// The answer breaks off in the middle of its body.
    BreakBody,
    /// The answer has half its body, and a head that says this is all.
    Shorten,
    /// The answer stops in the middle of its body, and the connection stays open.
    Stall,
}

/// A proxy in this process. Its threads end with the process.
pub struct Proxy {
    address: SocketAddr,
    plan: Arc<Plan>,
}

struct Plan {
    upstream: SocketAddr,
    /// Only requests whose first line holds this are counted and hurt.
    only: String,
    faults: Mutex<VecDeque<Fault>>,
    after: Fault,
    requests: AtomicUsize,
}

impl Proxy {
    /// Passes on to `upstream`. The requests whose first line holds `only` meet `faults`, one each, and then `after` for ever.
    ///
    /// # Panics
    /// If there is no port for it.
    pub fn start(upstream: SocketAddr, only: &str, faults: Vec<Fault>, after: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (only, faults) = (only.to_owned(), Mutex::new(faults.into()));
        let plan = Arc::new(Plan { upstream, only, faults, after, requests: AtomicUsize::new(0) });
        let of_threads = Arc::clone(&plan);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let plan = Arc::clone(&of_threads);
                // That a connection breaks is what this is for.
                thread::spawn(move || drop(plan.pass(client)));
            }
        });
        Self { address, plan }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many requests it has seen that it was to hurt.
    pub fn requests(&self) -> usize {
        self.plan.requests.load(Ordering::SeqCst)
    }
}

impl Plan {
    fn next(&self, head: &str) -> Fault {
        if !head.lines().next().unwrap_or("").contains(&self.only) {
            return Fault::None;
        }
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.faults.lock().unwrap().pop_front().unwrap_or_else(|| self.after.clone())
    }

    /// One request; the connection ends with it.
    fn pass(&self, mut client: TcpStream) -> io::Result<()> {
        let (head, body) = read_request(&mut client)?;
        let fault = self.next(&head);
        match fault {
            Fault::Refuse => return client.shutdown(Shutdown::Both),
            Fault::Answer(status, code) => {
                let body = format!("<Error><Code>{code}</Code><Message>by the proxy</Message></Error>");
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                return client.write_all(&[head.as_bytes(), body.as_bytes()].concat());
            }
            _ => {}
        }
        let mut server = TcpStream::connect(self.upstream)?;
        let (first, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
        write!(server, "{first}\r\nconnection: close\r\n{rest}")?;
        server.write_all(&body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        hand_back(&mut client, &answer, &fault)
    }
}

fn hand_back(client: &mut TcpStream, answer: &[u8], fault: &Fault) -> io::Result<()> {
    let end = head_end(answer).unwrap_or(answer.len());
    let (head, body) = answer.split_at(end);
    let half = &body[..body.len() / 2];
    match fault {
        Fault::LoseAnswer => client.shutdown(Shutdown::Both),
        Fault::BreakBody => client.write_all(&[head, half].concat()),
        Fault::Stall => {
            client.write_all(&[head, half].concat())?;
            thread::sleep(Duration::from_secs(600));
            Ok(())
        }
        Fault::Shorten => {
            let head = String::from_utf8_lossy(head);
            let lines = head.trim_end().lines().map(|line| match line.to_ascii_lowercase() {
                l if l.starts_with("content-length:") => format!("content-length: {}\r\n", half.len()),
                _ => format!("{line}\r\n"),
            });
            let head = lines.collect::<String>() + "\r\n";
            client.write_all(&[head.as_bytes(), half].concat())
        }
        _ => client.write_all(answer),
    }
}

fn read_request(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        let end = head_end(&bytes);
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let len = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
                })
                .unwrap_or(0);
            if bytes.len() - end >= len {
                return Ok((head, bytes.split_off(end)));
            }
        }
        match client.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
}
