//! `throughput ENDPOINT`: how fast objects go to a `spinloom-s3-server` with a bucket `bucket`, and come back.
#![allow(clippy::unwrap_used)] // A measurement for developers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use spinloom_objects::Objects;
use spinloom_storekit::{S3Server, s3_options};

const MIB: usize = 1 << 20;

fn main() {
    let address = std::env::args().nth(1).unwrap();
    let options = s3_options(address.trim_start_matches("http://").parse().unwrap());
    let o = Objects::open(&"s3://bucket/throughput".parse().unwrap(), &options).unwrap();
    o.put("warm", vec![Bytes::from_static(b"up")]).unwrap();
    let value = Bytes::from((0..256 * MIB).map(|n| ((n * 7) >> 3) as u8).collect::<Vec<_>>());
    let names: Vec<String> = (0..4).map(|n| format!("large-{n}")).collect();
    let google = S3Server::google();
    let open = google.options.gs_emulator.clone().unwrap().replace("http://", "");
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let report = |what: &str, count: usize, unit: &str, work: &dyn Fn()| {
        let started = Instant::now();
        work();
        println!("{what}: {:.0} {unit}", count as f64 / started.elapsed().as_secs_f64());
    };
    for _ in 0..2 {
        report("the server alone: put 128 x 8 MiB", 1024, "MiB/s", &|| {
            alone(&open, "PUT", &value[..8 * MIB])
        });
        report("the server alone: get 128 x 8 MiB", 1024, "MiB/s", &|| alone(&open, "GET", b""));
        report("put 4 x 256 MiB", 1024, "MiB/s", &|| {
            names.iter().for_each(|name| o.put(name, vec![value.clone()]).unwrap())
        });
        report("get 4 x 256 MiB", 1024, "MiB/s", &|| {
            names.iter().for_each(|name| assert_eq!(o.get(name).unwrap().unwrap().len(), value.len()));
        });
        report("get 4 x 256 MiB to files", 1024, "MiB/s", &|| {
            names
                .iter()
                .for_each(|name| drop(o.get_to_file(name, None, &folder.path().join("out")).unwrap()));
        });
        let small: Vec<_> =
            (0..1_000).map(|n| (format!("small/{n}"), vec![value.slice(n..n + 1024)])).collect();
        let keys: Vec<String> = small.iter().map(|(key, _)| key.clone()).collect();
        report("put 1,000 x 1 KiB", 1_000, "objects/s", &|| {
            assert!(o.put_many(small.clone()).iter().all(Result::is_ok))
        });
        report("get 1,000 x 1 KiB", 1_000, "objects/s", &|| {
            assert!(o.get_many(&keys).iter().all(Result::is_ok))
        });
    }
}

/// Eight connections that send and drop bytes, unsigned, and nothing else: the server's own limit.
fn alone(address: &str, method: &str, body: &[u8]) {
    thread::scope(|scope| {
        for n in 0..8 {
            scope.spawn(move || {
                let (mut stream, mut buffer) = (TcpStream::connect(address).unwrap(), vec![0; MIB]);
                for round in 0..16 {
                    let (key, len, close) = (n * 16 + round, body.len(), if round == 15 { "close" } else { "keep-alive" });
                    let range = if method == "GET" { "range: bytes=0-8388607\r\n" } else { "" };
                    write!(stream, "{method} /bucket/raw-{key} HTTP/1.1\r\nhost: x\r\n{range}content-length: {len}\r\nconnection: {close}\r\n\r\n").unwrap();
                    stream.write_all(body).unwrap();
                    let mut left = usize::MAX;
                    while left > 0 {
                        let read = stream.read(&mut buffer).unwrap();
                        if left == usize::MAX {
                            let end = buffer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
                            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
                            assert!(head.starts_with("http/1.1 20"), "{head}");
                            left = head.lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0) + end;
                        }
                        left -= read;
                    }
                }
            });
        }
    });
}
